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
    // Real threads, which really sleep, but the main thread does all the talking.
    for seconds in &delays {
        println!("DELAY {seconds} received");
    }
    delays.sort_unstable();
    let threads: Vec<_> = delays
        .into_iter()
        .map(|seconds| (seconds, thread::spawn(move || thread::sleep(Duration::from_secs(seconds)))))
        .collect();
    println!("Main goes on");
    for (seconds, thread) in threads {
        thread.join().unwrap();
        println!("Printing DELAY {seconds}");
    }
    println!("Main ended");
}
