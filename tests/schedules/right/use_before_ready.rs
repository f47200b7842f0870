use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() {
    let (sender, receiver) = mpsc::channel();
    let maker = thread::spawn(move || {
        thread::sleep(Duration::from_millis(5));
        sender.send(7).unwrap();
    });
    thread::sleep(Duration::from_millis(15));
    let seen = receiver.recv().unwrap();
    maker.join().unwrap();
    println!("RESULT {}", if seen == 7 { "ok" } else { "used before it was ready" });
}
