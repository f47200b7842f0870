use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Db {
    value: AtomicU64,
}

impl Db {
    fn update(&self) {
        println!("Update Started");
        println!("Sleeping");
        thread::sleep(Duration::from_secs(2));

        // Each load and each store is atomic. Are the two together?
        let value = self.value.load(Ordering::SeqCst);
        println!("Reading Value From Db: {value}");
        println!("Updating Value");
        thread::sleep(Duration::from_millis(10)); // the store takes its time
        self.value.store(value + 1, Ordering::SeqCst);
        println!("Update Finished");
    }
}

fn main() {
    let updates = env::args().nth(1).map_or(2, |word| word.parse().expect("a number of updates"));

    let db = Arc::new(Db::default());
    let threads: Vec<_> = (0..updates)
        .map(|_| {
            let db = Arc::clone(&db);
            thread::spawn(move || db.update())
        })
        .collect();
    for thread in threads {
        thread.join().expect("an update does not panic");
    }
    println!("Final value is {}", db.value.load(Ordering::SeqCst));
}
