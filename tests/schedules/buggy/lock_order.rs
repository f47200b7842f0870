//! Two locks, taken in two orders.
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn main() {
    let locks = Arc::new([Mutex::new(1), Mutex::new(2)]);
    let both = |locks: Arc<[Mutex<i32>; 2]>, from: usize, to: usize, after: u64| {
        thread::sleep(Duration::from_millis(after));
        let mut one = locks[from].lock().unwrap();
        println!("{from} is locked");
        let mut other = locks[to].lock().unwrap();
        *one -= 1;
        *other += 1;
    };
    let threads = [(0, 1, 10), (1, 0, 20)].map(|(from, to, after)| {
        let locks = locks.clone();
        thread::spawn(move || both(locks, from, to, after))
    });
    for thread in threads {
        thread.join().unwrap();
    }
    println!("RESULT ok");
}
