//! Transfers in a ring of three accounts lock the one with the lower number first.
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

struct Account {
    balance: AtomicI64,
    lock: Mutex<()>,
}

fn transfer(accounts: &[Account; 3], from: usize, to: usize, amount: i64) {
    let _first = accounts[from.min(to)].lock.lock().unwrap();
    let _second = accounts[from.max(to)].lock.lock().unwrap();
    accounts[from].balance.fetch_sub(amount, SeqCst);
    accounts[to].balance.fetch_add(amount, SeqCst);
}

fn main() {
    let account = || Account { balance: AtomicI64::new(100), lock: Mutex::new(()) };
    let accounts = Arc::new([account(), account(), account()]);
    let threads = [0, 1, 2].map(|from| {
        let accounts = Arc::clone(&accounts);
        thread::spawn(move || {
            for amount in [30, 20, 10] {
                transfer(&accounts, from, (from + 1) % 3, amount);
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    let sum: i64 = accounts.iter().map(|account| account.balance.load(SeqCst)).sum();
    println!("RESULT {}", if sum == 300 { "ok" } else { "lost" });
}
