use std::env;
use std::thread;
use std::time::Duration;

fn delay(seconds: u64) {
    println!("DELAY {seconds} received");
    thread::sleep(Duration::from_secs(seconds));
    println!("Printing DELAY {seconds}");
}

fn delays() -> Vec<u64> {
    let given: Vec<u64> = env::args().skip(1).map(|word| word.parse().expect("whole seconds")).collect();
    if given.is_empty() { vec![3, 2] } else { given }
}

fn main() {
    println!("Main started");
    for seconds in delays() {
        thread::spawn(move || delay(seconds));
    }
    println!("Main goes on");
    thread::sleep(Duration::from_millis(100));
    println!("Main ended");
}
