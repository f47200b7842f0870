use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Db {
    value: AtomicU64,
}

impl Db {
    fn value(&self) -> u64 {
        self.value.load(Ordering::SeqCst)
    }

    fn update(&self) {
        println!("Update Started");
        println!("Sleeping");
        thread::sleep(Duration::from_secs(2));

        // A new lock for every call: nobody else ever waits for it.
        let lock = Mutex::new(());
        let _guard = lock.lock().unwrap();
        let value = self.value();
        println!("Reading Value From Db: {value}");
        println!("Updating Value");
        thread::sleep(Duration::from_millis(10));
        self.value.store(value + 1, Ordering::SeqCst);
        println!("Update Finished");
    }
}

fn main() {
    let updates = env::args().nth(1).map_or(2, |word| word.parse().unwrap());
    let db = Db::default();
    thread::scope(|scope| {
        for _ in 0..updates {
            scope.spawn(|| db.update());
        }
    });
    println!("Final value is {}", db.value());
}
