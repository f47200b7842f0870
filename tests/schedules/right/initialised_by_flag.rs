//! Initialised by whoever sets a flag first.
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

static READY: AtomicBool = AtomicBool::new(false);
static MADE: AtomicU32 = AtomicU32::new(0);

fn main() {
    let get = || {
        if !READY.swap(true, Ordering::AcqRel) {
            MADE.fetch_add(1, Ordering::Relaxed);
        }
    };
    let threads = [0; 3].map(|_| thread::spawn(get));
    for thread in threads {
        thread.join().unwrap();
    }
    println!("RESULT {}", if MADE.load(Ordering::SeqCst) == 1 { "ok" } else { "made twice" });
}
