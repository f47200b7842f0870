use std::thread::{scope, sleep};
use std::time::Duration;

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>().unwrap());
    let first = args.next().unwrap_or(3);
    let second = args.next().unwrap_or(2);
    println!("Main started");
    scope(|scope| {
        for seconds in [first, second] {
            scope.spawn(move || {
                println!("DELAY {seconds} received");
                sleep(Duration::from_secs(seconds));
                println!("Printing DELAY {seconds}");
            });
        }
        println!("Main goes on");
    });
    println!("Main ended");
}
