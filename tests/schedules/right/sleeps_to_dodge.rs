//! Two locks, taken in one order; the second thread begins later, by a sleep.
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn main() {
    let locks = Arc::new([Mutex::new(100), Mutex::new(100)]);
    let both = |locks: Arc<[Mutex<i32>; 2]>, from: usize, to: usize| {
        let mut low = locks[from.min(to)].lock().unwrap();
        let mut high = locks[from.max(to)].lock().unwrap();
        let (one, other) = if from < to { (&mut low, &mut high) } else { (&mut high, &mut low) };
        **one -= 1;
        **other += 1;
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
