//! Two threads share a counter: each looks whether the other one wants it before it says that it does.
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::thread;

static WANTS: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];
static COUNT: AtomicU32 = AtomicU32::new(0);

fn add(me: usize) {
    for _ in 0..3 {
        while WANTS[1 - me].load(SeqCst) {
            thread::yield_now();
        }
        WANTS[me].store(true, SeqCst);
        let count = COUNT.load(SeqCst);
        COUNT.store(count + 1, SeqCst);
        WANTS[me].store(false, SeqCst);
    }
}

fn main() {
    let threads = [0, 1].map(|me| thread::spawn(move || add(me)));
    for thread in threads {
        thread.join().unwrap();
    }
    let right = COUNT.load(SeqCst) == 6;
    println!("RESULT {}", if right { "ok" } else { "lost" });
}
