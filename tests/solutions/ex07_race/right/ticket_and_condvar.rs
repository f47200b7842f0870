use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

struct Db {
    busy: Mutex<bool>,
    free: Condvar,
    value: Mutex<u32>,
}

impl Db {
    fn enter(&self) {
        let mut busy = self.free.wait_while(self.busy.lock().unwrap(), |busy| *busy).unwrap();
        *busy = true;
    }

    fn leave(&self) {
        *self.busy.lock().unwrap() = false;
        self.free.notify_one();
    }

    fn update(&self) {
        println!("Update Started");
        println!("Sleeping");
        thread::sleep(Duration::from_secs(2));
        self.enter();
        let value = *self.value.lock().unwrap();
        println!("Reading Value From Db: {value}");
        println!("Updating Value");
        thread::sleep(Duration::from_millis(10));
        *self.value.lock().unwrap() = value + 1;
        println!("Update Finished");
        self.leave();
    }
}

fn main() {
    let updates: usize = std::env::args().nth(1).map_or(2, |arg| arg.parse().unwrap());
    let db = Arc::new(Db { busy: Mutex::new(false), free: Condvar::new(), value: Mutex::new(0) });
    let threads: Vec<_> =
        std::iter::repeat_with(|| Arc::clone(&db)).take(updates).map(|db| thread::spawn(move || db.update())).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    println!("Final value is {}", db.value.lock().unwrap());
}
