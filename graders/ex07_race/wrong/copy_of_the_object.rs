use std::env;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Db {
    value: Mutex<u64>,
}

impl Clone for Db {
    fn clone(&self) -> Self {
        Self { value: Mutex::new(*self.value.lock().unwrap()) }
    }
}

impl Db {
    fn update(&self) {
        println!("Update Started");
        println!("Sleeping");
        thread::sleep(Duration::from_secs(2));
        let mut value = self.value.lock().unwrap();
        println!("Reading Value From Db: {value}");
        println!("Updating Value");
        thread::sleep(Duration::from_millis(10));
        *value += 1;
        println!("Update Finished");
    }
}

fn main() {
    let updates = env::args().nth(1).map_or(2, |word| word.parse().unwrap());
    let db = Db::default();
    let threads: Vec<_> = (0..updates)
        .map(|_| {
            // Without an `Arc` this copies the value and its lock, not a reference to them.
            let db = db.clone();
            thread::spawn(move || db.update())
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    println!("Final value is {}", db.value.lock().unwrap());
}
