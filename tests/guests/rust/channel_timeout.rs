use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() {
    println!("start");
    let (sender, receiver) = mpsc::channel();
    let producer = thread::spawn(move || {
        for number in 1..=3 {
            thread::sleep(Duration::from_millis(800));
            sender.send(number).unwrap();
        }
    });
    loop {
        match receiver.recv_timeout(Duration::from_millis(500)) {
            Ok(number) => println!("got {number}"),
            Err(mpsc::RecvTimeoutError::Timeout) => println!("nothing yet"),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    producer.join().unwrap();
    println!("closed");
}
