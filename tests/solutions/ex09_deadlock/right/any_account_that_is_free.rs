// One mutex and one condition for the whole bank, held for moments only; the parts go through two watch channels.
use std::collections::BTreeSet;
use std::env;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;
use tokio::sync::watch;

async fn task(name: &'static str, friend: &'static str, seconds: f64, mine: watch::Sender<bool>, mut theirs: watch::Receiver<bool>) {
    eprintln!("{name}: starts");
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    eprintln!("{name}: ready");
    mine.send(true).unwrap();
    theirs.wait_for(|ready| *ready).await.unwrap();
    eprintln!("{name}: has {friend}");
}

fn tasks(foo: f64, boo: f64) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (foo_sender, foo_receiver) = watch::channel(false);
        let (boo_sender, boo_receiver) = watch::channel(false);
        // Both receivers live as long as the senders need them.
        let (_keep_foo, _keep_boo) = (foo_receiver.clone(), boo_receiver.clone());
        let first = tokio::spawn(task("foo", "boo", foo, foo_sender, boo_receiver));
        let second = tokio::spawn(task("boo", "foo", boo, boo_sender, foo_receiver));
        first.await.unwrap();
        second.await.unwrap();
    });
}

#[derive(Default)]
struct Bank {
    state: Mutex<(BTreeSet<usize>, Vec<i64>)>,
    changed: Condvar,
}

fn transfer(bank: &Bank, from: usize, to: usize, amount: i64) {
    let name = format!("{from}->{to}");
    eprintln!("{name}: starts");
    let free = |state: &mut (BTreeSet<usize>, Vec<i64>)| !state.0.contains(&from) && !state.0.contains(&to);
    let mut state = bank.changed.wait_while(bank.state.lock().unwrap(), |state| !free(state)).unwrap();
    for account in [from, to] {
        state.0.insert(account);
        eprintln!("{name}: has {account}");
    }
    drop(state);
    thread::sleep(Duration::from_millis(300));
    let mut state = bank.state.lock().unwrap();
    state.1[from] -= amount;
    state.1[to] += amount;
    eprintln!("{name}: done");
    for account in [to, from] {
        eprintln!("{name}: lets go of {account}");
        state.0.remove(&account);
    }
    drop(state);
    bank.changed.notify_all();
}

fn transfers(words: &[String]) {
    let wanted: Vec<(usize, usize, i64)> = words
        .iter()
        .map(|word| {
            let mut parts = word.split(':');
            let mut next = || parts.next().unwrap();
            (next().parse().unwrap(), next().parse().unwrap(), next().parse().unwrap())
        })
        .collect();
    let count = wanted.iter().map(|(from, to, _)| 1 + *from.max(to)).max().unwrap();
    let bank = Arc::new(Bank::default());
    bank.state.lock().unwrap().1 = vec![100; count];
    let threads: Vec<_> = wanted
        .into_iter()
        .map(|(from, to, amount)| {
            let bank = Arc::clone(&bank);
            thread::spawn(move || transfer(&bank, from, to, amount))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    for (number, balance) in bank.state.lock().unwrap().1.iter().enumerate() {
        eprintln!("Account {number} has {balance}");
    }
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("tasks") => tasks(args[1].parse().unwrap(), args[2].parse().unwrap()),
        Some("transfers") => transfers(&args[1..]),
        _ => {
            tasks(1.0, 2.0);
            transfers(&["0:1:10", "1:0:20", "2:3:5"].map(String::from));
        }
    }
}
