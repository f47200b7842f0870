use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

static VALUE: AtomicU64 = AtomicU64::new(0);

fn update(number: u64) {
    println!("Update Started");
    println!("Sleeping");
    // No lock: each comes 40 ms after the one before, and hopes that this is enough.
    thread::sleep(Duration::from_millis(2000 + 150 * number));
    let value = VALUE.load(Ordering::SeqCst);
    println!("Reading Value From Db: {value}");
    println!("Updating Value");
    thread::sleep(Duration::from_millis(10));
    VALUE.store(value + 1, Ordering::SeqCst);
    println!("Update Finished");
}

fn main() {
    let updates = env::args().nth(1).map_or(2, |word| word.parse().unwrap());
    let threads: Vec<_> = (0..updates).map(|number| thread::spawn(move || update(number))).collect();
    for thread in threads {
        thread.join().unwrap();
    }
    println!("Final value is {}", VALUE.load(Ordering::SeqCst));
}
