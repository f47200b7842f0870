use std::env;
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
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

fn count(n: u64, worker: u32) -> bool {
    let pid = process::id() + 1 + worker;
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
    let children: u32 = words.next().map_or(3, |word| word.parse().unwrap());
    let mut numbers = numbers_of(words);
    if numbers.is_empty() {
        numbers = NUMBERS.to_vec();
    }
    let next = AtomicUsize::new(0);
    let answers: Vec<OnceLock<bool>> = numbers.iter().map(|_| OnceLock::new()).collect();
    thread::scope(|scope| {
        for worker in 0..children {
            let (next, numbers, answers) = (&next, &numbers, &answers);
            scope.spawn(move || {
                while let Some(place) = Some(next.fetch_add(1, Ordering::SeqCst)).filter(|place| *place < numbers.len())
                {
                    answers[place].set(count(numbers[place], worker)).unwrap();
                }
            });
        }
    });
    for (n, answer) in numbers.iter().zip(answers) {
        println!("{n} is prime: {}", answer.get().unwrap());
    }
}
