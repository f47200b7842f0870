//! Each delay sleeps on its own thread, so the run lasts as long as the longest one.

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

    // `collect` matters: an iterator is lazy, and without it each thread would be started only when it is joined.
    let threads: Vec<_> = delays.into_iter().map(|seconds| thread::spawn(move || delay(seconds))).collect();

    println!("Main goes on");

    // Without this, `main` would return at once and take the sleeping threads with it.
    for thread in threads {
        thread.join().expect("a delay does not panic");
    }
    println!("Main ended");
}
