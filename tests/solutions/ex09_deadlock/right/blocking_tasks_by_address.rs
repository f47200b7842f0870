// Tokio's blocking threads, the locks in the order of their addresses; the parts by Notify and a semaphore.
use std::env;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, Semaphore};

macro_rules! log {
    ($began:expr, $($arg:tt)*) => { println!("[{:6.3}] {}", $began.elapsed().as_secs_f64(), format!($($arg)*)) };
}

async fn tasks(began: Instant, foo: u64, boo: u64) {
    let (foo_made, boo_made) = (Notify::new(), Semaphore::new(0));
    let foo_task = async {
        log!(began, "foo: starts");
        tokio::time::sleep(Duration::from_secs(foo)).await;
        log!(began, "foo: ready");
        foo_made.notify_one();
        let _part = boo_made.acquire().await.unwrap();
        log!(began, "foo: has boo");
    };
    let boo_task = async {
        log!(began, "boo: starts");
        tokio::time::sleep(Duration::from_secs(boo)).await;
        log!(began, "boo: ready");
        boo_made.add_permits(1);
        foo_made.notified().await;
        log!(began, "boo: has foo");
    };
    tokio::join!(boo_task, foo_task);
}

type Account = Arc<Mutex<i64>>;

fn book(began: Instant, from: (usize, Account), to: (usize, Account), amount: i64) {
    let name = format!("{}->{}", from.0, to.0);
    log!(began, "{name}: starts");
    let mut both = [(&from, -amount), (&to, amount)];
    both.sort_by_key(|((_, account), _)| Arc::as_ptr(account));
    let mut held = Vec::new();
    for ((number, account), change) in both {
        let guard = account.lock().unwrap();
        log!(began, "{name}: has {number}");
        held.push((number, guard, change));
    }
    std::thread::sleep(Duration::from_millis(300));
    for (_, balance, change) in &mut held {
        **balance += *change;
    }
    log!(began, "{name}: done");
    while let Some((number, guard, _)) = held.pop() {
        log!(began, "{name}: lets go of {number}");
        drop(guard);
    }
}

async fn transfers(began: Instant, words: Vec<String>) {
    let wanted: Vec<Vec<i64>> =
        words.iter().map(|word| word.split(':').map(|number| number.parse().unwrap()).collect()).collect();
    let count = wanted.iter().flat_map(|transfer| &transfer[..2]).max().unwrap() + 1;
    let accounts: Vec<Account> = (0..count).map(|_| Account::new(Mutex::new(100))).collect();
    let mut running = tokio::task::JoinSet::new();
    for transfer in wanted {
        let (from, to) = (transfer[0] as usize, transfer[1] as usize);
        let (origin, target) = ((from, accounts[from].clone()), (to, accounts[to].clone()));
        running.spawn_blocking(move || book(began, origin, target, transfer[2]));
    }
    while let Some(result) = running.join_next().await {
        result.unwrap();
    }
    for (number, account) in accounts.iter().enumerate() {
        log!(began, "Account {number} has {}", account.lock().unwrap());
    }
}

#[tokio::main]
async fn main() {
    let began = Instant::now();
    let mut args = env::args().skip(1);
    match args.next().as_deref() {
        Some("tasks") => {
            let mut seconds = args.map(|word| word.parse().unwrap());
            tasks(began, seconds.next().unwrap(), seconds.next().unwrap()).await;
        }
        Some("transfers") => transfers(began, args.collect()).await,
        _ => {
            tasks(began, 1, 2).await;
            transfers(began, ["0:1:10", "1:0:20", "2:3:5"].map(String::from).to_vec()).await;
        }
    }
}
