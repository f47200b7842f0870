use std::io::{BufRead, BufReader, Write, stdin};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

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

fn child() {
    let pid = std::process::id();
    for line in stdin().lines() {
        let n: u64 = line.unwrap().parse().unwrap();
        eprintln!("{n} is counted on process {pid}");
        let answer = is_prime(n);
        eprintln!("{n} is done on process {pid}");
        println!("{answer}");
    }
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("child") {
        return child();
    }
    let (children, numbers) = arguments();
    let answers = Mutex::new(vec![None; numbers.len()]);
    let next = Mutex::new(numbers.iter().copied().enumerate());
    thread::scope(|scope| {
        for _ in 0..children {
            scope.spawn(|| {
                let mut child = Command::new(std::env::current_exe().unwrap())
                    .arg("child")
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap();
                let mut to = child.stdin.take().unwrap();
                let mut from = BufReader::new(child.stdout.take().unwrap());
                loop {
                    let Some((place, n)) = next.lock().unwrap().next() else { break };
                    writeln!(to, "{n}").unwrap();
                    let mut answer = String::new();
                    from.read_line(&mut answer).unwrap();
                    answers.lock().unwrap()[place] = Some(answer.trim() == "true");
                }
                drop(to);
                child.wait().unwrap();
            });
        }
    });
    for (n, answer) in numbers.iter().zip(answers.into_inner().unwrap()) {
        println!("{n} is prime: {}", answer.unwrap());
    }
}
