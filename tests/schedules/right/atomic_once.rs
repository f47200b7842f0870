//! Each thread adds one, once, atomically.
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

static COUNTER: AtomicU32 = AtomicU32::new(0);

fn main() {
    let add = || {
        COUNTER.fetch_add(1, Ordering::SeqCst);
    };
    let threads = [thread::spawn(add), thread::spawn(add)];
    for thread in threads {
        thread.join().unwrap();
    }
    println!("RESULT {}", if COUNTER.load(Ordering::SeqCst) == 2 { "ok" } else { "lost" });
}
