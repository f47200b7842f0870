use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

fn main() {
    let given: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().unwrap()).collect();
    let delays = if given.is_empty() { vec![3, 2] } else { given };
    println!("Main started");
    let (sender, receiver) = mpsc::channel::<u64>();
    let receiver = Arc::new(Mutex::new(receiver));
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let receiver = Arc::clone(&receiver);
            thread::spawn(move || {
                loop {
                    let job = receiver.lock().unwrap().recv();
                    let Ok(seconds) = job else { break };
                    println!("DELAY {seconds} received");
                    thread::sleep(Duration::from_secs(seconds));
                    println!("Printing DELAY {seconds}");
                }
            })
        })
        .collect();
    for seconds in delays {
        sender.send(seconds).unwrap();
    }
    drop(sender);
    println!("Main goes on");
    for worker in workers {
        worker.join().unwrap();
    }
    println!("Main ended");
}
