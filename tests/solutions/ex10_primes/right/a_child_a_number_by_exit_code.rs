use std::collections::VecDeque;
use std::process::{Child, Command, exit};

const NUMBERS: [u64; 6] =
    [112272535095293, 112582705942171, 112272535095293, 115280095190773, 115797848077099, 1099726899285419];

/// Slow on purpose: keep it as it is.
fn is_prime(n: u64) -> bool {
    if n < 2 {
        return false;
    }
    if n % 2 == 0 {
        return n == 2;
    }
    let mut divisor = 3;
    while divisor * divisor <= n {
        if n % divisor == 0 {
            return false;
        }
        divisor += 2;
    }
    true
}

fn count(n: u64) -> bool {
    let pid = std::process::id();
    println!("{n} is counted on process {pid}");
    let answer = is_prime(n);
    println!("{n} is done on process {pid}");
    answer
}

fn arguments() -> (usize, Vec<u64>) {
    let given: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().unwrap()).collect();
    match given.split_first() {
        None => (3, NUMBERS.to_vec()),
        Some((&children, [])) => (children as usize, NUMBERS.to_vec()),
        Some((&children, numbers)) => (children as usize, numbers.to_vec()),
    }
}

/// A new child for each number, but never more than allowed: the oldest is waited for before the next is started. The answer is
/// the exit code, and the lines go to the standard output that all share.
fn main() {
    if let Ok(number) = std::env::var("CHILD_OF_PRIMES") {
        exit(if count(number.parse().unwrap()) { 10 } else { 11 });
    }
    let (children, numbers) = arguments();
    let mut running: VecDeque<(u64, Child)> = VecDeque::new();
    let finish = |(n, mut child): (u64, Child)| {
        println!("{n} is prime: {}", child.wait().unwrap().code() == Some(10));
    };
    for n in numbers {
        if running.len() == children {
            finish(running.pop_front().unwrap());
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        running.push_back((n, command.env("CHILD_OF_PRIMES", n.to_string()).spawn().unwrap()));
    }
    running.into_iter().for_each(finish);
}
