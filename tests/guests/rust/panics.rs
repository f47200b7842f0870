// A thread that panics says so on standard error and takes nobody along.
use std::thread;
use std::time::Duration;

fn main() {
    println!("start");
    std::panic::set_hook(Box::new(|_| eprintln!("a thread panicked")));
    let worker = thread::spawn(|| {
        thread::sleep(Duration::from_secs(1));
        panic!("on purpose");
    });
    println!("joined: {}", worker.join().is_err());
    std::process::abort();
}
