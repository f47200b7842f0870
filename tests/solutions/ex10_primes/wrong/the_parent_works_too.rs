// fails: children
use std::io::Write;
use std::process::{Command, Stdio};

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

fn count(n: u64) -> bool {
    let pid = std::process::id();
    let say = |line: String| std::io::stderr().write_all(line.as_bytes()).unwrap();
    say(format!("{n} is counted on process {pid}\n"));
    let answer = is_prime(n);
    say(format!("{n} is done on process {pid}\n"));
    answer
}

fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("child") {
        for n in args {
            println!("{}", count(n.parse().unwrap()));
        }
        return;
    }
    let (workers, numbers) = arguments();
    let share = |worker| numbers.iter().skip(worker).step_by(workers).copied();
    let children: Vec<_> = (1..workers)
        .map(|worker| {
            let words = share(worker).map(|n| n.to_string());
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.arg("child").args(words).stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    // One share stays here.
    let mut answers = vec![share(0).map(|n| count(n).to_string()).collect::<Vec<_>>()];
    for child in children {
        let told = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        answers.push(told.lines().map(str::to_owned).collect());
    }
    for (place, n) in numbers.iter().enumerate() {
        println!("{n} is prime: {}", answers[place % workers][place / workers]);
    }
}
