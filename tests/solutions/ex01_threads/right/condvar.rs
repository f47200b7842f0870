use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

fn main() {
    let given: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().unwrap()).collect();
    let delays = if given.is_empty() { vec![3, 2] } else { given };
    println!("Main started");
    let left = Arc::new((Mutex::new(delays.len()), Condvar::new()));
    for seconds in delays {
        let left = Arc::clone(&left);
        thread::spawn(move || {
            println!("DELAY {seconds} received");
            thread::park_timeout(Duration::from_secs(seconds));
            println!("Printing DELAY {seconds}");
            *left.0.lock().unwrap() -= 1;
            left.1.notify_one();
        });
    }
    println!("Main goes on");
    let (count, changed) = &*left;
    drop(changed.wait_while(count.lock().unwrap(), |left| *left > 0).unwrap());
    println!("Main ended");
}
