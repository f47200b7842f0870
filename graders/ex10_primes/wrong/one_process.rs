use std::env;
use std::process;

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
    let pid = process::id();
    println!("{n} is counted on process {pid}");
    let answer = is_prime(n);
    println!("{n} is done on process {pid}");
    answer
}

fn numbers_of(words: impl Iterator<Item = String>) -> Vec<u64> {
    words.map(|word| word.parse().expect("a number")).collect()
}

fn main() {
    let mut words = env::args().skip(1);
    words.next();
    let mut numbers = numbers_of(words);
    if numbers.is_empty() {
        numbers = NUMBERS.to_vec();
    }
    for n in numbers {
        println!("{n} is prime: {}", count(n));
    }
}
