//! Transfers in a ring of three accounts lock the richer one first: what is richer changes meanwhile.
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

struct Account {
    balance: AtomicI64,
    lock: Mutex<()>,
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    let is_richer = from.balance.load(SeqCst) >= to.balance.load(SeqCst);
    let (first, second) = if is_richer { (from, to) } else { (to, from) };
    let _first = first.lock.lock().unwrap();
    let _second = second.lock.lock().unwrap();
    from.balance.fetch_sub(amount, SeqCst);
    to.balance.fetch_add(amount, SeqCst);
}

fn main() {
    let account = || Account { balance: AtomicI64::new(100), lock: Mutex::new(()) };
    let accounts = Arc::new([account(), account(), account()]);
    let threads = [0, 1, 2].map(|from| {
        let accounts = Arc::clone(&accounts);
        thread::spawn(move || {
            for amount in [30, 20, 10] {
                transfer(&accounts[from], &accounts[(from + 1) % 3], amount);
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    let sum: i64 = accounts.iter().map(|account| account.balance.load(SeqCst)).sum();
    println!("RESULT {}", if sum == 300 { "ok" } else { "lost" });
}
