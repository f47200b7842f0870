// Threads that start threads.
// must: limit processes
use std::thread;
use std::time::Duration;

fn grow() {
    for _ in 0..2 {
        thread::spawn(grow);
    }
    thread::sleep(Duration::from_secs(1000));
}

fn main() {
    grow();
}
