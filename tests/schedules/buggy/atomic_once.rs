//! Each thread adds one, once: the reading and the writing are atomic, and the adding is not.
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

static COUNTER: AtomicU32 = AtomicU32::new(0);

fn main() {
    let add = || {
        let value = COUNTER.load(Ordering::SeqCst);
        COUNTER.store(value + 1, Ordering::SeqCst);
    };
    let threads = [thread::spawn(add), thread::spawn(add)];
    for thread in threads {
        thread.join().unwrap();
    }
    println!("RESULT {}", if COUNTER.load(Ordering::SeqCst) == 2 { "ok" } else { "lost" });
}
