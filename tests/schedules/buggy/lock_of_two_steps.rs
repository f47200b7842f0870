//! A lock that looks whether it is free, and then takes it.
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

static LOCKED: AtomicBool = AtomicBool::new(false);
static COUNTER: AtomicU32 = AtomicU32::new(0);

fn main() {
    let work = || {
        for _ in 0..100 {
            while LOCKED.load(Ordering::Acquire) {
                thread::yield_now();
            }
            LOCKED.store(true, Ordering::Release);
            let value = COUNTER.load(Ordering::Relaxed);
            COUNTER.store(value + 1, Ordering::Relaxed);
            LOCKED.store(false, Ordering::Release);
        }
    };
    let threads = [thread::spawn(work), thread::spawn(work)];
    for thread in threads {
        thread.join().unwrap();
    }
    println!("RESULT {}", if COUNTER.load(Ordering::SeqCst) == 200 { "ok" } else { "lost" });
}
