use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn update(db: Arc<Mutex<i32>>) {
    println!("Update Started");
    println!("Sleeping");
    thread::sleep(Duration::from_secs(2));
    {
        let mut guard = db.lock().unwrap();
        let value = *guard;
        println!("Reading Value From Db: {value}");
        println!("Updating Value");
        thread::sleep(Duration::from_millis(10));
        *guard = value + 1;
        println!("Update Finished");
    }
}

fn main() {
    let updates = std::env::args().nth(1).and_then(|arg| arg.parse().ok()).unwrap_or(2);
    let db = Arc::new(Mutex::new(0));
    let mut handles = Vec::new();
    for _ in 0..updates {
        let db = Arc::clone(&db);
        handles.push(thread::spawn(move || update(db)));
    }
    for handle in handles {
        handle.join().unwrap();
    }
    println!("Final value is {}", *db.lock().unwrap());
}
