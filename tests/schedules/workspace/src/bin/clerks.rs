//! Two clerks who pay in; `careful` ones at once.

use bank::Account;
use std::env;
use std::thread;

fn main() {
    let deposit = if env::args().nth(1).is_some_and(|word| word == "careful") {
        Account::deposit_at_once
    } else {
        Account::deposit
    };
    let account = Account::default();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| deposit(&account, 1));
        }
    });
    let balance = account.balance();
    println!("balance {balance}");
    println!("{}", if balance == 2 { "RESULT ok" } else { "RESULT wrong" });
}
