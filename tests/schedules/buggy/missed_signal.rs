//! Looks at the flag, then waits, and does not hold the lock in between.
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

fn main() {
    let shared = Arc::new((AtomicBool::new(false), Mutex::new(()), Condvar::new()));
    let waiter = thread::spawn({
        let shared = shared.clone();
        move || {
            let (ready, lock, signal) = &*shared;
            if !ready.load(Ordering::SeqCst) {
                println!("not ready yet");
                let guard = lock.lock().unwrap();
                drop(signal.wait(guard).unwrap());
            }
        }
    });
    let (ready, _, signal) = &*shared;
    println!("preparing");
    ready.store(true, Ordering::SeqCst);
    signal.notify_one();
    waiter.join().unwrap();
    println!("RESULT ok");
}
