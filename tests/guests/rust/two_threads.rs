// The lecture's threads: three seconds and two seconds at once.
use std::thread;
use std::time::Duration;

fn main() {
    println!("start");
    let slow = thread::spawn(|| {
        thread::sleep(Duration::from_secs(3));
        println!("slow done");
    });
    let quick = thread::spawn(|| {
        thread::sleep(Duration::from_secs(2));
        println!("quick done");
    });
    slow.join().unwrap();
    quick.join().unwrap();
    println!("all done");
}
