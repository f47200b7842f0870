// fails: own-threads
use std::thread;
use std::time::Duration;

fn delay(seconds: u64) {
    println!("DELAY {seconds} received");
    thread::sleep(Duration::from_secs(seconds));
    println!("Printing DELAY {seconds}");
}

fn main() {
    let given: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().unwrap()).collect();
    let delays = if given.is_empty() { vec![3, 2] } else { given };
    println!("Main started");
    let first = delays[0];
    let thread = thread::spawn(move || delay(first));
    println!("Main goes on");
    // The second delay takes the main thread itself.
    delay(delays[1]);
    thread.join().unwrap();
    println!("Main ended");
}
