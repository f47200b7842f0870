use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let (sender, receiver) = channel();
    for number in 0..64_u64 {
        let sender = sender.clone();
        thread::Builder::new().stack_size(8 << 20).spawn(move || {
            thread::sleep(Duration::from_millis(number));
            sender.send(number).unwrap();
        }).unwrap();
    }
    drop(sender);
    println!("{}", receiver.iter().sum::<u64>());
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let began = Instant::now();
    let (_guard, late) = pair.1.wait_timeout_while(pair.0.lock().unwrap(), Duration::from_secs(5), |ready| !*ready).unwrap();
    println!("{} {}", late.timed_out(), began.elapsed().as_secs());
    println!("{}", thread::available_parallelism().is_ok());
}
