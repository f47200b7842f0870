//! What differs in a program's lines from run to run and says nothing of what it did: addresses in memory, and the numbers of the
//! threads and goroutines that its runtime tells of when it ends it.
//!
//! Only what is sure to be such: what a program counts itself stays, and so do short numbers in hexadecimal digits, which may be offsets,
//! flags, or places in its code.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Addresses of heaps, stacks and libraries are no smaller, on 64 bits, and none of a process's own is larger.
const LOWEST: u64 = 1 << 32;
const HIGHEST: u64 = 1 << 47;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b0x[0-9a-f]{9,16}\b").expect("it is an expression"));
/// Rust tells a thread's id where it panicked, Go a goroutine's number in the list of them and where each was made.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?<before>thread '.*' \()\d+(?<after>\) (panicked at |has overflowed its stack))|^(?<begins>goroutine )\d+(?<state> (gp=\S+ m=\S+ (mp=\S+ )?)?\[)|(?<made>\bin goroutine )\d+$")
        .expect("it is an expression")
});

/// A line without them.
pub(super) fn without_noise(line: &str) -> Cow<'_, str> {
    let without_numbers = NUMBERED.replace(line, "$before$begins$made#$after$state");
    let address = |found: &Captures<'_>| {
        let is_address = u64::from_str_radix(&found[0][2..], 16).is_ok_and(|at| (LOWEST..HIGHEST).contains(&at));
        if is_address { "0x…".to_owned() } else { found[0].to_owned() }
    };
    match without_numbers {
        Cow::Borrowed(line) => ADDRESS.replace_all(line, address),
        Cow::Owned(line) => Cow::Owned(ADDRESS.replace_all(&line, address).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::without_noise;

    #[test]
    fn addresses_and_numbers_of_goroutines_and_threads_are_left_out() {
        let cases = [
            ("goroutine 18 [sync.Mutex.Lock]:", "goroutine # [sync.Mutex.Lock]:"),
            ("goroutine 1 gp=0xc000002380 m=0 mp=0x55d0c0 [running]:", "goroutine # gp=0x… m=0 mp=0x55d0c0 [running]:"),
            ("created by main.main in goroutine 1", "created by main.main in goroutine #"),
            ("main.work(0xc000012120, 0x2)", "main.work(0x…, 0x2)"),
            (
                "thread '<unnamed>' (4711) panicked at src/main.rs:2:178:",
                "thread '<unnamed>' (#) panicked at src/main.rs:2:178:",
            ),
            ("<Account object at 0x7ffff7410b90>", "<Account object at 0x…>"),
        ];
        for (line, without) in cases {
            assert_eq!(without_noise(line), without);
        }
    }

    #[test]
    fn what_a_program_counts_is_no_noise() {
        for line in [
            "goroutine 18 has 3",
            "in goroutine 18 lines",
            "value 0x2a",
            "\t/src/main.go:3 +0x54",
            "hash 0xdeadbeef",
            "hash 0x9e3779b97f4a7c15",
            "thread 'a' (3) ended",
        ] {
            assert_eq!(without_noise(line), line);
        }
    }
}
