//! Two locks in two orders: each thread keeps its first one while it tries the other again and again.
use std::sync::{Arc, Mutex};
use std::thread;

fn both(one: &Mutex<i32>, other: &Mutex<i32>) {
    let mut first = one.lock().unwrap();
    loop {
        if let Ok(mut second) = other.try_lock() {
            *first += 1;
            *second += 1;
            return;
        }
        thread::yield_now();
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
