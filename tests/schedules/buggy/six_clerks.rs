//! Six clerks, two to a pair of accounts, lock the richer account first: of two that are as rich, each clerk another one.
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

fn transfer(accounts: &[Mutex<i64>], from: usize, to: usize, amount: i64) {
    println!("{from} to {to}: begins");
    let [has_from, has_to] = [from, to].map(|account| *accounts[account].lock().unwrap());
    let (first, second) = if has_from >= has_to { (from, to) } else { (to, from) };
    let mut low = accounts[first].lock().unwrap();
    println!("{from} to {to}: has {first}");
    let mut high = accounts[second].lock().unwrap();
    println!("{from} to {to}: has {second}");
    thread::sleep(Duration::from_millis(300));
    let (source, target) = if first == from { (&mut *low, &mut *high) } else { (&mut *high, &mut *low) };
    *source -= amount;
    *target += amount;
}

fn main() {
    let accounts: Vec<Mutex<i64>> = (0..6).map(|_| Mutex::new(100)).collect();
    thread::scope(|scope| {
        for (from, to) in [(0, 1), (1, 0), (2, 3), (3, 2), (4, 5), (5, 4)] {
            let accounts = &accounts;
            scope.spawn(move || transfer(accounts, from, to, 10));
        }
    });
    let sum: i64 = accounts.iter().map(|account| *account.lock().unwrap()).sum();
    println!("RESULT {}", if sum == 600 { "ok" } else { "lost" });
}
