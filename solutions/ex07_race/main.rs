//! One lock round reading and writing: no update is lost. The sleep stays outside it: no time is lost either.

use std::env;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Db {
    // The value can be reached only through the lock, so nobody can forget it.
    value: Mutex<u64>,
}

impl Db {
    fn update(&self) {
        println!("Update Started");
        println!("Sleeping");
        thread::sleep(Duration::from_secs(2));

        let mut value = self.value.lock().expect("no update panics while it holds the lock");
        println!("Reading Value From Db: {value}");
        println!("Updating Value");
        thread::sleep(Duration::from_millis(10)); // the store takes its time
        *value += 1;
        println!("Update Finished");
    } // the guard is dropped here, and the next update may read
}

fn main() {
    let updates = env::args().nth(1).map_or(2, |word| word.parse().expect("a number of updates"));

    let db = Db::default();
    // A scope joins its threads before it ends, so they may borrow `db`.
    thread::scope(|scope| {
        for _ in 0..updates {
            scope.spawn(|| db.update());
        }
    });
    println!("Final value is {}", db.value.into_inner().expect("no update panicked"));
}
