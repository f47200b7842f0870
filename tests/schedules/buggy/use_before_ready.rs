//! Ordered by a sleep that is usually long enough.
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn main() {
    let cell = Arc::new(Mutex::new(None));
    let maker = thread::spawn({
        let cell = cell.clone();
        move || {
            thread::sleep(Duration::from_millis(5));
            *cell.lock().unwrap() = Some(7);
        }
    });
    thread::sleep(Duration::from_millis(15));
    let seen = *cell.lock().unwrap();
    maker.join().unwrap();
    println!("RESULT {}", if seen == Some(7) { "ok" } else { "used before it was ready" });
}
