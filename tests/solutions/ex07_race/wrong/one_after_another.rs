// fails: not-serial
use std::thread;
use std::time::Duration;

fn main() {
    let updates: u64 = std::env::args().nth(1).map_or(2, |arg| arg.parse().unwrap());
    let mut value = 0;
    for _ in 0..updates {
        value = thread::spawn(move || {
            println!("Update Started");
            println!("Sleeping");
            thread::sleep(Duration::from_secs(2));
            println!("Reading Value From Db: {value}");
            println!("Updating Value");
            thread::sleep(Duration::from_millis(10));
            println!("Update Finished");
            value + 1
        })
        .join()
        .unwrap();
    }
    println!("Final value is {value}");
}
