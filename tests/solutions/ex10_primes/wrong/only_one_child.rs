// fails: children at-once parallel
use std::process::Command;

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

/// All the work in a child, but in one.
fn main() {
    let (_, numbers) = arguments();
    let pid = std::process::id();
    if std::env::var("CHILD").is_err() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(std::env::args().skip(1))
            .env("CHILD", "1")
            .stderr(std::process::Stdio::inherit())
            .output()
            .unwrap();
        print!("{}", String::from_utf8(output.stdout).unwrap());
        return;
    }
    for n in numbers {
        eprintln!("{n} is counted on process {pid}");
        let answer = is_prime(n);
        eprintln!("{n} is done on process {pid}");
        println!("{n} is prime: {answer}");
    }
}
