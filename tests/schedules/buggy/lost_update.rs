//! Two threads read, work and write back.
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

fn main() {
    let value = Arc::new(AtomicU32::new(0));
    let update = |value: Arc<AtomicU32>| {
        thread::sleep(Duration::from_secs(2));
        let read = value.load(Ordering::SeqCst);
        println!("read {read}");
        value.store(read + 1, Ordering::SeqCst);
    };
    let threads = [0, 1].map(|_| thread::spawn({ let value = value.clone(); move || update(value) }));
    for thread in threads {
        thread.join().unwrap();
    }
    println!("RESULT {}", if value.load(Ordering::SeqCst) == 2 { "ok" } else { "lost" });
}
