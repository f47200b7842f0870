//! Two locks, taken in two orders; the second thread begins when the first has long been done, by a sleep.
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn main() {
    let locks = Arc::new([Mutex::new(100), Mutex::new(100)]);
    let both = |locks: Arc<[Mutex<i32>; 2]>, from: usize, to: usize| {
        let mut one = locks[from].lock().unwrap();
        let mut other = locks[to].lock().unwrap();
        *one -= 1;
        *other += 1;
    };
    let first = thread::spawn({
        let locks = locks.clone();
        move || both(locks, 0, 1)
    });
    thread::sleep(Duration::from_millis(20));
    let second = thread::spawn({
        let locks = locks.clone();
        move || both(locks, 1, 0)
    });
    first.join().unwrap();
    second.join().unwrap();
    println!("RESULT ok");
}
