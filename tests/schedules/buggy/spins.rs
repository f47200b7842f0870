//! Locks that spin, taken in two orders: a circle of threads that compute for ever.
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

struct Spin(AtomicBool);

impl Spin {
    fn with(&self, what: impl FnOnce()) {
        while self.0.swap(true, Ordering::Acquire) {
            std::hint::spin_loop();
        }
        what();
        self.0.store(false, Ordering::Release);
    }
}

static ONE: Spin = Spin(AtomicBool::new(false));
static TWO: Spin = Spin(AtomicBool::new(false));
static READY: AtomicBool = AtomicBool::new(false);

fn main() {
    let setter = thread::spawn(|| {
        thread::sleep(Duration::from_millis(300));
        READY.store(true, Ordering::Release);
    });
    let other = thread::spawn(|| ONE.with(|| TWO.with(|| {})));
    TWO.with(|| ONE.with(|| {}));
    while !READY.load(Ordering::Acquire) {
        std::hint::spin_loop();
    }
    other.join().unwrap();
    setter.join().unwrap();
    println!("RESULT ok");
}
