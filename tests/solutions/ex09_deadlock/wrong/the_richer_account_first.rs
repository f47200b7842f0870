// fails: transfers-end
// The richer account first: an order that changes, and that is none when both have the same.

use std::env;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

/// A task that needs a part from its friend, and makes a part for its friend.
async fn task(name: &str, friend: &str, seconds: u64, mine: oneshot::Sender<()>, theirs: oneshot::Receiver<()>) {
    println!("{name}: starts");
    tokio::time::sleep(Duration::from_secs(seconds)).await; // making a part takes its time
    println!("{name}: ready");
    // Give first, then wait: whoever waits has nothing left that the other one needs.
    mine.send(()).expect("the friend waits for the part");
    theirs.await.expect("the friend makes its part");
    println!("{name}: has {friend}");
}

#[tokio::main(flavor = "current_thread")]
async fn tasks(foo_seconds: u64, boo_seconds: u64) {
    let (foo_part, foo_for_boo) = oneshot::channel();
    let (boo_part, boo_for_foo) = oneshot::channel();
    tokio::join!(
        task("foo", "boo", foo_seconds, foo_part, boo_for_foo),
        task("boo", "foo", boo_seconds, boo_part, foo_for_boo),
    );
}

struct Transfer {
    from: usize,
    to: usize,
    amount: i64,
}

impl Transfer {
    /// Reads `FROM:TO:AMOUNT`.
    fn parse(word: &str) -> Self {
        let numbers: Vec<i64> = word.split(':').map(|number| number.parse().expect("FROM:TO:AMOUNT")).collect();
        let [from, to, amount] = numbers[..] else { panic!("FROM:TO:AMOUNT") };
        Self { from: from as usize, to: to as usize, amount }
    }

    fn book(&self, accounts: &[Mutex<i64>]) {
        let name = format!("{}->{}", self.from, self.to);
        println!("{name}: starts");
        let [has_from, has_to] = [self.from, self.to].map(|account| *accounts[account].lock().expect("nobody panics"));
        let from_first = has_from >= has_to;
        let (first, second) = if from_first { (self.from, self.to) } else { (self.to, self.from) };
        let mut low = accounts[first].lock().expect("nobody panics");
        println!("{name}: has {first}");
        let mut high = accounts[second].lock().expect("nobody panics");
        println!("{name}: has {second}");
        thread::sleep(Duration::from_millis(300)); // the booking takes its time
        let (from, to) = if from_first { (&mut *low, &mut *high) } else { (&mut *high, &mut *low) };
        *from -= self.amount;
        *to += self.amount;
        println!("{name}: done");
        println!("{name}: lets go of {second}");
        drop(high);
        println!("{name}: lets go of {first}");
    }
}

fn transfers(transfers: &[Transfer]) {
    let count = transfers.iter().map(|transfer| transfer.from.max(transfer.to) + 1).max().unwrap_or(0);
    let accounts: Vec<Mutex<i64>> = (0..count).map(|_| Mutex::new(100)).collect();
    thread::scope(|scope| {
        for transfer in transfers {
            scope.spawn(|| transfer.book(&accounts));
        }
    });
    for (number, account) in accounts.iter().enumerate() {
        println!("Account {number} has {}", account.lock().expect("nobody panics"));
    }
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        [] => {
            tasks(1, 2);
            transfers(&["0:1:10", "1:0:20", "2:3:5"].map(Transfer::parse));
        }
        ["tasks", first, second] => tasks(first.parse().expect("seconds"), second.parse().expect("seconds")),
        ["transfers", ref list @ ..] => {
            transfers(&list.iter().map(|word| Transfer::parse(word)).collect::<Vec<_>>());
        }
        _ => panic!("main [tasks FOO_SECONDS BOO_SECONDS | transfers FROM:TO:AMOUNT...]"),
    }
}
