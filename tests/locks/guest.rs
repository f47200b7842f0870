//! Programs that get stuck: the argument says how.
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

fn pass_time() {
    thread::sleep(Duration::from_millis(100));
}

/// Philosophers round a table; the last one of the right ones takes the other fork first.
fn philosophers(seats: usize, right: bool) {
    let forks: Vec<Mutex<u32>> = (0..seats).map(|_| Mutex::new(0)).collect();
    thread::scope(|scope| {
        for seat in 0..seats {
            let forks = &forks;
            scope.spawn(move || {
                println!("{seat} sits");
                let (mut one, mut other) = (seat, (seat + 1) % seats);
                if right && other == 0 {
                    (one, other) = (other, one);
                }
                let mut one = forks[one].lock().unwrap();
                pass_time();
                let mut other = forks[other].lock().unwrap();
                (*one, *other) = (*one + 1, *other + 1);
            });
        }
    });
}

/// Two threads with two locks, a little apart: whether they get stuck depends on the schedule.
fn lock_order() {
    let locks = Arc::new([Mutex::new(0), Mutex::new(0)]);
    let threads = [(0, 1, 10), (1, 0, 12)].map(|(one, other, after)| {
        let locks = Arc::clone(&locks);
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(after));
            let _one = locks[one].lock().unwrap();
            println!("has {one}");
            let _other = locks[other].lock().unwrap();
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
}

/// Notified twice before anyone waits, once by each of the two; then both wait.
fn signal() {
    let shared = (Mutex::new(()), Condvar::new(), AtomicU32::new(0));
    let one = |shared: &(Mutex<()>, Condvar, AtomicU32)| {
        let guard = shared.0.lock().unwrap();
        shared.1.notify_one();
        shared.2.fetch_add(1, Ordering::SeqCst);
        drop(guard);
        pass_time();
        let guard = shared.0.lock().unwrap();
        drop(shared.1.wait(guard).unwrap());
    };
    thread::scope(|scope| {
        scope.spawn(|| one(&shared));
        scope.spawn(|| one(&shared));
    });
}

/// The lock that the notifier needs is held by the one who waits for it.
fn monitor() {
    let (outer, inner, ready) = (Mutex::new(()), Mutex::new(()), Condvar::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            println!("waiter begins");
            let _outer = outer.lock().unwrap();
            drop(ready.wait(inner.lock().unwrap()).unwrap());
        });
        scope.spawn(|| {
            pass_time();
            let _outer = outer.lock().unwrap();
            ready.notify_one();
        });
    });
}

/// The first thread holds what the one needs whose end it waits for.
fn join() {
    let lock = Arc::new(Mutex::new(0));
    let guard = lock.lock().unwrap();
    let other = Arc::clone(&lock);
    let thread = thread::spawn(move || *other.lock().unwrap() += 1);
    thread.join().unwrap();
    drop(guard);
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words[0].as_str() {
        "philosophers" => philosophers(words[1].parse().unwrap(), false),
        "right" => philosophers(3, true),
        "order" => lock_order(),
        "signal" => signal(),
        "monitor" => monitor(),
        "join" => join(),
        "own" => {
            let lock = Mutex::new(0);
            let first = lock.lock().unwrap();
            println!("once");
            println!("twice: {}", *first + *lock.lock().unwrap());
        }
        "forgotten" => {
            let lock: &'static Mutex<u32> = Box::leak(Box::new(Mutex::new(0)));
            thread::spawn(|| std::mem::forget(lock.lock().unwrap())).join().unwrap();
            println!("{}", lock.lock().unwrap());
        }
        other => panic!("{other}"),
    }
    println!("RESULT ok");
}
