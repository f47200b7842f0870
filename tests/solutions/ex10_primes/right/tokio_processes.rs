use std::process::Stdio;
use std::sync::Arc;

use tokio::process::Command;
use tokio::sync::Semaphore;

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

fn arguments() -> (usize, Vec<u64>) {
    let given: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().unwrap()).collect();
    match given.split_first() {
        None => (3, NUMBERS.to_vec()),
        Some((&children, [])) => (children as usize, NUMBERS.to_vec()),
        Some((&children, numbers)) => (children as usize, numbers.to_vec()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let pid = std::process::id();
    if let Some(n) = std::env::args().nth(1).and_then(|arg| arg.strip_prefix("n=")?.parse().ok()) {
        eprintln!("worker: {n} is counted on process {pid}");
        let answer = is_prime(n);
        eprintln!("worker: {n} is done on process {pid}");
        print!("{answer}");
        return;
    }
    let (children, numbers) = arguments();
    let turn = Arc::new(Semaphore::new(children));
    let mut tasks = Vec::new();
    for n in numbers {
        let turn = Arc::clone(&turn);
        tasks.push(tokio::spawn(async move {
            let _permit = turn.acquire_owned().await.unwrap();
            let mut command = Command::new(std::env::current_exe().unwrap());
            let child = command.arg(format!("n={n}")).stdout(Stdio::piped()).spawn().unwrap();
            let output = child.wait_with_output().await.unwrap();
            (n, String::from_utf8(output.stdout).unwrap())
        }));
    }
    for task in tasks {
        let (n, answer) = task.await.unwrap();
        println!("{n} is prime: {answer}");
    }
}
