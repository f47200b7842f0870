use std::fs;
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

fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("share") {
        let file = args.next().unwrap();
        let answers: Vec<String> = args.map(|n| count(n.parse().unwrap()).to_string()).collect();
        fs::write(file, answers.join(" ")).unwrap();
        return;
    }
    let (children, numbers) = arguments();
    let folder = std::env::temp_dir().join(format!("primes-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    let size = numbers.len().div_ceil(children);
    let running: Vec<_> = numbers
        .chunks(size)
        .enumerate()
        .map(|(place, share)| {
            let file = folder.join(place.to_string());
            let words = share.iter().map(u64::to_string);
            let child = Command::new(std::env::current_exe().unwrap()).arg("share").arg(&file).args(words).spawn();
            (share, file, child.unwrap())
        })
        .collect();
    for (share, file, mut child) in running {
        assert!(child.wait().unwrap().success());
        for (n, answer) in share.iter().zip(fs::read_to_string(file).unwrap().split(' ')) {
            println!("{n} is prime: {answer}");
        }
    }
    fs::remove_dir_all(folder).unwrap();
}
