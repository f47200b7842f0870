//! Locks that spin, taken in one order, and a flag that is waited for in a loop while its setter sleeps.
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
    ONE.with(|| TWO.with(|| {}));
    while !READY.load(Ordering::Acquire) {
        std::hint::spin_loop();
    }
    other.join().unwrap();
    setter.join().unwrap();
    println!("RESULT ok");
}
