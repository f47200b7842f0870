use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

/// The thread holds a sender; when both are dropped, the main thread's loop is over.
fn delay(seconds: u64, _alive: Sender<()>) {
    println!("DELAY {seconds} received");
    // A wait that nobody ends early.
    let (_keep, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(Duration::from_secs(seconds));
    println!("Printing DELAY {seconds}");
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (first, second) = match args.as_slice() {
        [_, first, second] => (first.parse().unwrap(), second.parse().unwrap()),
        _ => (3, 2),
    };
    println!("Main started");
    let (alive, all_over) = mpsc::channel();
    let other = alive.clone();
    thread::spawn(move || delay(first, alive));
    thread::spawn(move || delay(second, other));
    println!("Main goes on");
    while all_over.recv().is_ok() {}
    println!("Main ended");
}
