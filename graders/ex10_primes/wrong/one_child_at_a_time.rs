use std::env;
use std::io::{self, Write};
use std::process::{self, Command, Stdio};

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

fn child(numbers: &[u64]) {
    let pid = process::id();
    for &n in numbers {
        say(&format!("{n} is counted on process {pid}"));
        let answer = is_prime(n);
        say(&format!("{n} is done on process {pid}"));
        println!("{answer}");
    }
}

fn parent(_children: usize, numbers: &[u64]) -> io::Result<()> {
    let program = env::current_exe()?;
    for n in numbers {
        // `output` starts a child and waits for it at once.
        let output = Command::new(&program).args(["--child", &n.to_string()]).stderr(Stdio::inherit()).output()?;
        print!("{n} is prime: {}", String::from_utf8_lossy(&output.stdout));
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let mut words = env::args().skip(1).peekable();
    if words.next_if(|word| word == "--child").is_some() {
        child(&numbers_of(words));
        return Ok(());
    }
    let children = words.next().map_or(3, |word| word.parse().expect("a number of children"));
    let numbers = numbers_of(words);
    parent(children, if numbers.is_empty() { &NUMBERS } else { &numbers })
}
