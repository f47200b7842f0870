use std::env;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Db {
    value: Mutex<u64>,
}

impl Db {
    fn value(&self) -> u64 {
        *self.value.lock().unwrap()
    }

    fn update(&self) {
        println!("Update Started");
        println!("Sleeping");
        thread::sleep(Duration::from_secs(2));

        let value = self.value();
        println!("Reading Value From Db: {value}");
        let mut locked = self.value.lock().unwrap();
        println!("Updating Value");
        thread::sleep(Duration::from_millis(10));
        *locked = value + 1;
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
