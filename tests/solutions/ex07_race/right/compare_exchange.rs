use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::thread;
use std::time::Duration;

static LOCKED: AtomicBool = AtomicBool::new(false);
static VALUE: AtomicU64 = AtomicU64::new(0);

fn update() {
    println!("Update Started");
    println!("Sleeping");
    thread::sleep(Duration::from_secs(2));
    // A lock made by hand.
    while LOCKED.compare_exchange_weak(false, true, Acquire, Relaxed).is_err() {
        thread::sleep(Duration::from_millis(1));
    }
    let value = VALUE.load(Relaxed);
    println!("Reading Value From Db: {value}");
    println!("Updating Value");
    thread::sleep(Duration::from_millis(10));
    VALUE.store(value + 1, Relaxed);
    println!("Update Finished");
    LOCKED.store(false, Release);
}

fn main() {
    let updates = std::env::args().nth(1).map_or(2, |arg| arg.parse().unwrap());
    let threads: Vec<_> = (0..updates).map(|_| thread::spawn(update)).collect();
    for thread in threads {
        thread.join().unwrap();
    }
    println!("Final value is {}", VALUE.load(Relaxed));
}
