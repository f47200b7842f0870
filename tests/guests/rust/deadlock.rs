// Two locks in two orders.
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn main() {
    println!("start");
    let left = Arc::new(Mutex::new(()));
    let right = Arc::new(Mutex::new(()));
    let (left2, right2) = (left.clone(), right.clone());
    let other = thread::spawn(move || {
        let _right = right2.lock().unwrap();
        println!("other has right");
        thread::sleep(Duration::from_secs(1));
        let _left = left2.lock().unwrap();
        println!("never");
    });
    let _left = left.lock().unwrap();
    println!("main has left");
    thread::sleep(Duration::from_secs(1));
    let _right = right.lock().unwrap();
    other.join().unwrap();
}
