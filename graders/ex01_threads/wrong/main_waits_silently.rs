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
    let threads: Vec<_> = delays().into_iter().map(|seconds| thread::spawn(move || delay(seconds))).collect();
    for thread in threads {
        thread.join().unwrap();
    }
    println!("Main goes on");
    println!("Main ended");
}
