// A busy wait on the clock ends, and the clock never goes back.
use std::time::{Duration, Instant};

fn main() {
    println!("start");
    let start = Instant::now();
    let mut last = start;
    while last - start < Duration::from_millis(50) {
        let now = Instant::now();
        assert!(now > last, "time stood still");
        last = now;
    }
    println!("spun");
}
