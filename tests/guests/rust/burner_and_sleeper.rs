// A sleeper's deadline fires while another thread computes, and the long sleep does not overtake the computation.
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    println!("start");
    let start = Instant::now();
    let sleeper = thread::spawn(|| {
        thread::sleep(Duration::from_millis(100));
        println!("short sleep");
        thread::sleep(Duration::from_secs(5));
        println!("long sleep");
    });
    let mut rounds = 0_u64;
    while start.elapsed() < Duration::from_millis(400) {
        for number in 0..20_000_u64 {
            rounds = black_box(rounds.wrapping_add(number));
        }
    }
    println!("computed");
    sleeper.join().unwrap();
}
