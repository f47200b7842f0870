use std::sync::RwLock;
use std::thread;
use std::time::{Duration, Instant};

static VALUE: RwLock<u64> = RwLock::new(0);

fn main() {
    let start = Instant::now();
    let log = |text: String| println!("{:?} {:?}: {text}", start.elapsed(), thread::current().id());
    let updates: usize = std::env::args().nth(1).map_or(2, |arg| arg.parse().unwrap());
    thread::scope(|scope| {
        for _ in 0..updates {
            scope.spawn(|| {
                log("Update Started".into());
                log("Sleeping".into());
                thread::sleep(Duration::from_secs(2));
                let mut value = VALUE.write().unwrap();
                log(format!("Reading Value From Db: {value}"));
                log("Updating Value".into());
                thread::sleep(Duration::from_millis(10));
                *value += 1;
                log("Update Finished".into());
            });
        }
    });
    log(format!("Final value is {}", VALUE.read().unwrap()));
}
