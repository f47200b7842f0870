use std::sync::{Arc, Condvar, Mutex};
use std::thread;

fn main() {
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let waiter = thread::spawn({
        let shared = shared.clone();
        move || {
            let (ready, signal) = &*shared;
            println!("waiting");
            drop(signal.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap());
        }
    });
    let (ready, signal) = &*shared;
    println!("preparing");
    *ready.lock().unwrap() = true;
    signal.notify_one();
    waiter.join().unwrap();
    println!("RESULT ok");
}
