//! What tracing costs: the same programs bare, under `grade trace` and under `strace -f`, in turns.
//!
//! `cargo bench --bench trace_speed` prints medians, and for each program the goal that it has. A sleeping program's bare
//! wall time says nothing, so traced wall time is held against bare CPU time: what is left is what we add. `ROUNDS=30`
//! makes it longer. Without `strace` its column stays empty; without python3 this bench fails.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table, and its guests are programs")]

use std::ffi::OsStr;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

#[path = "../tests/guests/tokio_guests.rs"]
mod tokio_guests;

/// How many readings of the clock the guest makes.
const READS: u32 = 100_000;
const FORKS: &str = "
import os
for _ in range(1000):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
";

struct Subject {
    name: &'static str,
    command: Vec<String>,
    /// Whether it takes seconds bare and under strace: those are measured less often.
    sleeps: bool,
    goal: Goal,
}

/// What the traced wall time may be.
enum Goal {
    /// So many milliseconds more than bare CPU time.
    Extra(f64),
    /// So many times the bare CPU time.
    Ratio(f64),
    /// Nothing was promised; shown for each of so many operations.
    Each(f64),
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--as-guest") {
        return guest(&args[at + 1]);
    }
    let rounds = std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(11);
    let strace = works(Command::new("strace").args(["-f", "-o", "/dev/null", "true"]));
    println!(
        "{:<34}{:>11}{:>11}{:>11}{:>22}{:>12}  goal",
        "program (medians)", "bare CPU", "bare wall", "traced", "more than bare CPU", "strace -f"
    );
    for subject in subjects() {
        measure(&subject, rounds, strace);
    }
}

fn subjects() -> Vec<Subject> {
    let this = std::env::current_exe().expect("this benchmark's path").to_string_lossy().into_owned();
    let own = |name: &str| vec![this.clone(), "--as-guest".to_owned(), name.to_owned()];
    let python = |code: &str| ["/usr/bin/python3", "-c", code].map(str::to_owned).to_vec();
    let subject = |name, command, sleeps, goal| Subject { name, command, sleeps, goal };
    vec![
        subject("tokio, six sleeps of 6..1 s", own("six_sleeps"), true, Goal::Extra(12.0)),
        subject("two std threads, 3 s and 2 s", own("two_threads"), true, Goal::Extra(5.0)),
        subject("python3 -c 'import asyncio, logging'", python("import asyncio, logging"), false, Goal::Ratio(1.3)),
        subject("a child that computes 1 s", own("cpu_parent"), false, Goal::Ratio(1.02)),
        subject("100,000 readings of the clock", own("clock"), false, Goal::Each(f64::from(READS))),
        subject("python3, fork and exit of 1,000", python(FORKS), false, Goal::Each(1000.0)),
        subject("/bin/true", vec!["/bin/true".to_owned()], false, Goal::Each(1.0)),
    ]
}

fn measure(subject: &Subject, rounds: usize, strace: bool) {
    let (mut cpu, mut bare, mut traced, mut straced) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let few = subject.sleeps && round >= 3;
        if !few {
            let before = children_cpu();
            bare.push(wall(&subject.command, &[]));
            cpu.push(children_cpu() - before);
        }
        traced.push(wall(&subject.command, &[env!("CARGO_BIN_EXE_grade"), "trace", "-q", "--"]));
        if strace && !few {
            straced.push(wall(&subject.command, &["strace", "-f", "-o", "/dev/null"]));
        }
    }
    let [cpu, bare, traced, straced] = [cpu, bare, traced, straced].map(median);
    let more = format!("{:+.2} ms, {:.2}x", traced - cpu, traced / cpu);
    let goal = match subject.goal {
        Goal::Extra(most) => verdict(traced - cpu <= most, &format!("at most {most} ms more")),
        Goal::Ratio(most) => verdict(traced / cpu <= most, &format!("at most {most}x")),
        Goal::Each(count) => format!("{:.2} µs each", (traced - cpu) * 1000.0 / count),
    };
    let straced = if straced.is_nan() { "-".to_owned() } else { format!("{straced:.1} ms") };
    println!("{:<34}{cpu:>8.1} ms{bare:>8.1} ms{traced:>8.1} ms{more:>22}{straced:>12}  {goal}", subject.name);
}

fn verdict(met: bool, goal: &str) -> String {
    format!("{goal}: {}", if met { "met" } else { "NOT MET" })
}

/// Wall milliseconds of a command behind a prefix.
fn wall(command: &[String], prefix: &[&str]) -> f64 {
    let words: Vec<&OsStr> = prefix.iter().map(OsStr::new).chain(command.iter().map(OsStr::new)).collect();
    let start = Instant::now();
    let status = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("the program starts");
    let took = start.elapsed();
    assert!(status.success(), "{words:?}: {status}");
    took.as_secs_f64() * 1000.0
}

/// CPU milliseconds of all children that were waited for.
fn children_cpu() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel counts our children's time");
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Duration::from_micros(micros.unsigned_abs()).as_secs_f64() * 1000.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The programs that are part of this one.
fn guest(name: &str) {
    match name {
        "two_threads" => {
            let sleepers = [3, 2].map(|seconds| {
                thread::spawn(move || {
                    thread::sleep(Duration::from_secs(seconds));
                    println!("slept {seconds} s");
                })
            });
            for sleeper in sleepers {
                sleeper.join().expect("a sleeper");
            }
        }
        "cpu_parent" => {
            let this = std::env::current_exe().expect("this benchmark's path");
            assert!(works(Command::new(this).args(["--as-guest", "cpu_child"])));
        }
        "cpu_child" => {
            let mut value = 1_u64;
            for round in 0..1_000_000_000_u64 {
                value = black_box(value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round));
            }
        }
        "clock" => {
            let mut last = Instant::now();
            for _ in 0..READS {
                last = last.max(Instant::now());
            }
            black_box(last);
        }
        other => tokio_guests::run(other),
    }
}
