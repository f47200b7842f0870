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
    delays.sort_unstable();
    // One thread plays both.
    let worker = thread::spawn(move || {
        let mut slept = 0;
        for seconds in delays {
            thread::sleep(Duration::from_secs(seconds - slept));
            slept = seconds;
            println!("Printing DELAY {seconds}");
        }
    });
    println!("Main goes on");
    worker.join().unwrap();
    println!("Main ended");
}
