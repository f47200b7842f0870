// An account is a token in a channel: who takes it out holds the account. The higher number first.
use std::env;
use std::io::Write;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").unwrap();
    out.flush().unwrap();
}

struct Account {
    give: SyncSender<i64>,
    take: Mutex<Receiver<i64>>,
}

impl Account {
    fn new() -> Self {
        let (give, take) = sync_channel(1);
        give.send(100).unwrap();
        Self { give, take: Mutex::new(take) }
    }

    fn take(&self) -> i64 {
        self.take.lock().unwrap().recv().unwrap()
    }
}

fn book(accounts: &[Account], from: usize, to: usize, amount: i64) {
    let name = format!("{from}->{to}");
    say(&format!("{name}: starts"));
    let mut order = [(from, -amount), (to, amount)];
    order.sort();
    let [(low, low_change), (high, high_change)] = order;
    let high_balance = accounts[high].take();
    say(&format!("{name}: has {high}"));
    let low_balance = accounts[low].take();
    say(&format!("{name}: has {low}"));
    thread::sleep(Duration::from_millis(300));
    say(&format!("{name}: done"));
    say(&format!("{name}: lets go of {low}"));
    accounts[low].give.send(low_balance + low_change).unwrap();
    say(&format!("{name}: lets go of {high}"));
    accounts[high].give.send(high_balance + high_change).unwrap();
}

fn transfers(words: &[&str]) {
    let wanted: Vec<Vec<i64>> =
        words.iter().map(|word| word.split(':').map(|number| number.parse().unwrap()).collect()).collect();
    let count = wanted.iter().map(|numbers| numbers[0].max(numbers[1])).max().unwrap() as usize + 1;
    let accounts: Vec<Account> = std::iter::repeat_with(Account::new).take(count).collect();
    thread::scope(|scope| {
        for numbers in &wanted {
            let accounts = &accounts;
            scope.spawn(move || book(accounts, numbers[0] as usize, numbers[1] as usize, numbers[2]));
        }
    });
    for (number, account) in accounts.iter().enumerate() {
        say(&format!("Account {number} has {}", account.take()));
    }
}

async fn part(name: &str, friend: &str, seconds: u64, both: &tokio::sync::Barrier) {
    say(&format!("{name}: starts"));
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    say(&format!("{name}: ready"));
    both.wait().await;
    say(&format!("{name}: has {friend}"));
}

#[tokio::main(flavor = "current_thread")]
async fn tasks(foo: u64, boo: u64) {
    let both = tokio::sync::Barrier::new(2);
    futures::future::join_all([part("foo", "boo", foo, &both), part("boo", "foo", boo, &both)]).await;
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.split_first() {
        Some((&"tasks", seconds)) => tasks(seconds[0].parse().unwrap(), seconds[1].parse().unwrap()),
        Some((&"transfers", list)) => transfers(list),
        _ => {
            tasks(1, 2);
            transfers(&["0:1:10", "1:0:20", "2:3:5"]);
        }
    }
}
