use std::thread;
use std::time::Duration;

fn sleeper() {
    thread::sleep(Duration::from_millis(10));
    println!("slept");
}

fn main() {
    let threads = [thread::spawn(sleeper), thread::spawn(sleeper)];
    for thread in threads {
        thread.join().expect("a sleeper that does not panic");
    }
}
