use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn main() {
    let value = Arc::new(Mutex::new(0));
    let update = |value: Arc<Mutex<u32>>| {
        thread::sleep(Duration::from_secs(2));
        let mut value = value.lock().unwrap();
        println!("read {}", *value);
        *value += 1;
    };
    let threads = [0, 1].map(|_| thread::spawn({ let value = value.clone(); move || update(value) }));
    for thread in threads {
        thread.join().unwrap();
    }
    println!("RESULT {}", if *value.lock().unwrap() == 2 { "ok" } else { "lost" });
}
