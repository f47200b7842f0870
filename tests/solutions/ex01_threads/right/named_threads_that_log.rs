use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

fn log(start: Instant, text: &str) {
    let current = thread::current();
    let name = current.name().unwrap_or("?");
    eprintln!("[{:>8.3}] {name}: {text}", start.elapsed().as_secs_f64());
}

fn start(start: Instant, number: usize, seconds: u64) -> JoinHandle<()> {
    thread::Builder::new()
        .name(format!("delay-{number}"))
        .spawn(move || {
            log(start, &format!("DELAY {seconds} received"));
            thread::sleep(Duration::from_secs(seconds));
            log(start, &format!("Printing DELAY {seconds}"));
        })
        .unwrap()
}

fn main() {
    let mut delays: Vec<u64> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    if delays.len() < 2 {
        delays = vec![3, 2];
    }
    let begin = Instant::now();
    log(begin, "Main started");
    let first = start(begin, 1, delays[0]);
    let second = start(begin, 2, delays[1]);
    log(begin, "Main goes on");
    first.join().unwrap();
    second.join().unwrap();
    log(begin, "Main ended");
}
