use std::env;
use std::io::{self, BufRead, Write};
use std::process::{self, Child, Command, Stdio};
use std::sync::mpsc::{self, TryRecvError};
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

fn numbers_of(words: impl Iterator<Item = String>) -> Vec<u64> {
    words.map(|word| word.parse().expect("a number")).collect()
}

fn say(line: &str) {
    io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn child() {
    let pid = process::id();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            sender.send(line.unwrap().parse::<u64>().unwrap()).unwrap();
        }
    });
    // Asks for the next number again and again, until the parent closes the pipe.
    loop {
        match receiver.try_recv() {
            Ok(n) => {
                say(&format!("{n} is counted on process {pid}"));
                let answer = is_prime(n);
                say(&format!("{n} is done on process {pid}"));
                println!("{answer}");
            }
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => break,
        }
    }
}

fn parent(children: usize, numbers: &[u64]) -> io::Result<()> {
    let program = env::current_exe()?;
    let mut started: Vec<Child> = (0..children)
        .map(|_| Command::new(&program).arg("--child").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn())
        .collect::<io::Result<_>>()?;
    for (place, n) in numbers.iter().enumerate() {
        writeln!(started[place % children].stdin.as_mut().unwrap(), "{n}")?;
    }

    let mut answers: Vec<_> =
        started.iter_mut().map(|child| io::BufReader::new(child.stdout.take().unwrap()).lines()).collect();
    for (place, n) in numbers.iter().enumerate() {
        println!("{n} is prime: {}", answers[place % children].next().unwrap()?);
    }
    for mut child in started {
        // `wait` closes the child's standard input first.
        child.wait()?;
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let mut words = env::args().skip(1).peekable();
    if words.next_if(|word| word == "--child").is_some() {
        child();
        return Ok(());
    }
    let children = words.next().map_or(3, |word| word.parse().expect("a number of children"));
    let numbers = numbers_of(words);
    parent(children, if numbers.is_empty() { &NUMBERS } else { &numbers })
}
