//! Two locks in two orders: each thread lets its first one go when it does not get the other, and tries again.
use std::sync::{Arc, Mutex};
use std::thread;

fn both(one: &Mutex<i32>, other: &Mutex<i32>) {
    loop {
        let mut first = one.lock().unwrap();
        if let Ok(mut second) = other.try_lock() {
            *first += 1;
            *second += 1;
            return;
        }
        drop(first);
        std::hint::spin_loop();
    }
}

fn main() {
    let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
    let (for_one, for_other) = (Arc::clone(&locks), Arc::clone(&locks));
    let one = thread::spawn(move || both(&for_one.0, &for_one.1));
    let other = thread::spawn(move || both(&for_other.1, &for_other.0));
    one.join().unwrap();
    other.join().unwrap();
    println!("RESULT ok");
}
