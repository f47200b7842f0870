// A condition that never comes, waited for 2.5 s; then one that comes in time.
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

fn main() {
    println!("start");
    let pair = Arc::new((Mutex::new(0), Condvar::new()));
    let (guard, result) =
        pair.1.wait_timeout_while(pair.0.lock().unwrap(), Duration::from_millis(2500), |value| *value == 0).unwrap();
    println!("timed out: {}", result.timed_out());
    drop(guard);
    let other = pair.clone();
    let setter = thread::spawn(move || {
        thread::sleep(Duration::from_millis(750));
        *other.0.lock().unwrap() = 1;
        other.1.notify_one();
    });
    let (value, result) =
        pair.1.wait_timeout_while(pair.0.lock().unwrap(), Duration::from_secs(3600), |value| *value == 0).unwrap();
    println!("value {} timed out: {}", *value, result.timed_out());
    drop(value);
    setter.join().unwrap();
}
