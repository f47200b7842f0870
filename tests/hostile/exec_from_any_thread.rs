// Threads that sleep, count and read clocks, while one that is not the first becomes the program again, many times.
// must: exit 0
// cpu: 20
use std::os::unix::process::CommandExt;
use std::time::{Duration, Instant};

fn main() {
    let left: u32 = std::env::args().skip(1).last().and_then(|word| word.parse().ok()).filter(|left| *left < 1000).unwrap_or(40);
    let mut threads = Vec::new();
    for number in 0..6 {
        threads.push(std::thread::spawn(move || {
            loop {
                match number % 3 {
                    0 => std::thread::sleep(Duration::from_micros(50)),
                    1 => drop(Instant::now()),
                    _ => std::thread::sleep(Duration::from_secs(1000)),
                }
            }
        }));
    }
    let last = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_micros(300));
        if left == 0 {
            println!("done");
            std::process::exit(0);
        }
        let error = std::process::Command::new(std::env::current_exe().unwrap()).arg((left - 1).to_string()).exec();
        println!("BREACH {error}");
    });
    last.join().unwrap();
}
