//! Initialised by whoever finds a flag unset, which is set at the end.
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

static READY: AtomicBool = AtomicBool::new(false);
static MADE: AtomicU32 = AtomicU32::new(0);

fn main() {
    let get = || {
        if !READY.load(Ordering::Acquire) {
            MADE.fetch_add(1, Ordering::Relaxed);
            READY.store(true, Ordering::Release);
        }
    };
    let threads = [0; 3].map(|_| thread::spawn(get));
    for thread in threads {
        thread.join().unwrap();
    }
    println!("RESULT {}", if MADE.load(Ordering::SeqCst) == 1 { "ok" } else { "made twice" });
}
