use std::env;
use std::thread;
use std::time::Duration;

fn delay(seconds: u64) {
    println!("DELAY {seconds} received");
    thread::sleep(Duration::from_secs(seconds));
    println!("Printing DELAY {seconds}");
}

/// The two delays from the command line, or 3 and 2.
fn delays() -> Vec<u64> {
    let given: Vec<u64> = env::args().skip(1).map(|word| word.parse().expect("whole seconds")).collect();
    if given.is_empty() { vec![3, 2] } else { given }
}

fn main() {
    let delays = delays();
    println!("Main started");
    // Both delays run here, on the main thread, one after the other. Give each its own thread.
    for seconds in delays {
        delay(seconds);
    }
    println!("Main goes on");
    println!("Main ended");
}
