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

/// Tells who counts the number, and counts it.
fn count(n: u64) -> bool {
    println!("{n} is counted on process {}", process::id());
    let answer = is_prime(n);
    println!("{n} is done on process {}", process::id());
    answer
}

fn main() {
    let mut given = env::args().skip(1).map(|word| word.parse::<u64>().expect("a number"));
    let _children = given.next().unwrap_or(3);
    let mut numbers: Vec<u64> = given.collect();
    if numbers.is_empty() {
        numbers = NUMBERS.to_vec();
    }

    // All in this one process. Let children do it, and tell the results in the order of the numbers.
    for n in numbers {
        println!("{n} is prime: {}", count(n));
    }
}
