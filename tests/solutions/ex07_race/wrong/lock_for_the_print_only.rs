// fails: no-lost-update sees-the-last exclusive
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

static PRINT: Mutex<()> = Mutex::new(());
static VALUE: AtomicU64 = AtomicU64::new(0);

fn say(text: &str) {
    let _guard = PRINT.lock().unwrap();
    println!("{text}");
}

fn main() {
    let updates = std::env::args().nth(1).map_or(2, |arg| arg.parse().unwrap());
    let threads: Vec<_> = (0..updates)
        .map(|_| {
            thread::spawn(|| {
                say("Update Started");
                say("Sleeping");
                thread::sleep(Duration::from_secs(2));
                let value = VALUE.load(Ordering::SeqCst);
                say(&format!("Reading Value From Db: {value}"));
                say("Updating Value");
                thread::sleep(Duration::from_millis(10));
                VALUE.store(value + 1, Ordering::SeqCst);
                say("Update Finished");
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    println!("Final value is {}", VALUE.load(Ordering::SeqCst));
}
