//! Two threads share a counter by Peterson's algorithm, and wait in a loop for each other.
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::thread;

static WANTS: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];
static TURN: AtomicUsize = AtomicUsize::new(0);
static COUNT: AtomicU32 = AtomicU32::new(0);

fn add(me: usize) {
    for _ in 0..3 {
        WANTS[me].store(true, SeqCst);
        TURN.store(1 - me, SeqCst);
        while WANTS[1 - me].load(SeqCst) && TURN.load(SeqCst) == 1 - me {
            std::hint::spin_loop();
        }
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
