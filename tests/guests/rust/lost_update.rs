// The lecture's race, as it mostly ends when nobody explores schedules.
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

static VALUE: AtomicI32 = AtomicI32::new(0);

fn update(name: &str, delay: u64) {
    thread::sleep(Duration::from_millis(delay));
    let value = VALUE.load(Ordering::SeqCst);
    println!("{name} read {value}");
    thread::sleep(Duration::from_secs(1));
    VALUE.store(value + 1, Ordering::SeqCst);
    println!("{name} wrote {}", value + 1);
}

fn main() {
    println!("start");
    let first = thread::spawn(|| update("first", 0));
    let second = thread::spawn(|| update("second", 500));
    first.join().unwrap();
    second.join().unwrap();
    println!("final {}", VALUE.load(Ordering::SeqCst));
}
