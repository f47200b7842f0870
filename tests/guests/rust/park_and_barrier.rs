use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

fn main() {
    println!("start");
    thread::park_timeout(Duration::from_millis(1250));
    println!("nobody unparked");
    let main = thread::current();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(250));
        main.unpark();
    });
    thread::park_timeout(Duration::from_secs(3600));
    println!("unparked");
    let barrier = Arc::new(Barrier::new(3));
    let walkers: Vec<_> = (1..=3)
        .map(|number| {
            let barrier = barrier.clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(number * 300));
                println!("{number} waits");
                barrier.wait();
                println!("{number} goes on");
            })
        })
        .collect();
    for walker in walkers {
        walker.join().unwrap();
    }
}
