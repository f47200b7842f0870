//! Does a pool stay the same over thousands of runs? Ten samples of memory, descriptors and files of the pool's process
//! and its workers, and where the CPU time went.
//!
//! ```text
//! cargo bench --bench pool_endurance                  10,000 runs
//! cargo bench --bench pool_endurance -- 2000          so many
//! ```
#![expect(clippy::print_stdout, reason = "a bench prints what it measures")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use grade::course::model::Limits;
use grade::engine::{Interrupt, RunRequest, TracedEngine};
use grade::pool::{Pool, WorkerCommand};

const GRADE: &str = env!("CARGO_BIN_EXE_grade");
const SAMPLES: usize = 10;
/// Ticks of `/proc/PID/stat` in a second (`USER_HZ`).
const TICKS: f64 = 100.0;

fn request(schedule: u64) -> RunRequest {
    RunRequest {
        argv: ["/bin/sh", "-c", "echo one; sleep 2; (sleep 1; echo two) & echo x > file; wait"]
            .map(Into::into)
            .to_vec(),
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        cwd: std::path::PathBuf::new(),
        stdin: Vec::new(),
        limits: Limits::default(),
        real_limit: Duration::from_mins(1),
        schedule,
        places: Vec::new(),
        http: false,
        interrupt: Interrupt::default(),
    }
}

fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_ascii_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn entries(folder: impl AsRef<Path>) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

/// CPU time in seconds of a process; with its ended children's, if asked.
fn cpu(pid: u32, children: bool) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
    let ticks: f64 =
        fields.skip(11).take(if children { 4 } else { 2 }).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / TICKS
}

fn files_below(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| 1 + if entry.path().is_dir() { files_below(&entry.path()) } else { 0 }).sum()
}

fn main() {
    let runs: usize = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("a folder");
    let pool = Pool::new(Pool::processors()).with_workers(WorkerCommand::of(GRADE));
    pool.keep_files_in(folder.path());
    let mut engine = TracedEngine::with_executable(GRADE);
    if std::env::args().any(|argument| argument == "--sandbox") {
        engine = engine.contained().expect("a sandbox");
    }
    let own = std::process::id();
    let mut pids = BTreeSet::new();
    let mut programs = 0;
    println!("  runs  runs/s  pool MiB  fds  workers  worker MiB (most)  fds (most)  files");
    for sample in 1..=SAMPLES {
        let begun = Instant::now();
        let part = runs / SAMPLES;
        let requests: Vec<_> = (0..part as u64).map(|number| request(number % 32)).collect();
        let mut seen = BTreeSet::new();
        pool.run_all(&engine, &requests, &mut |_, trace| {
            programs += trace.end.cpu;
            seen.extend(pool.workers().into_iter().map(|worker| worker.pid));
        })
        .expect("every run is made");
        println!(
            "{:6} {:7.0} {:9.1} {:4} {:8} {:18.1} {:11} {:6}",
            sample * part,
            part as f64 / begun.elapsed().as_secs_f64(),
            resident(own) as f64 / 1024.0,
            entries(format!("/proc/{own}/fd")),
            seen.len(),
            seen.iter().map(|pid| resident(*pid)).max().unwrap_or(0) as f64 / 1024.0,
            seen.iter().map(|pid| entries(format!("/proc/{pid}/fd"))).max().unwrap_or(0),
            files_below(folder.path()),
        );
        pids.extend(seen);
    }
    let per_run = |seconds: f64| seconds * 1000.0 / runs as f64;
    println!(
        "CPU a run: {:.2} ms in the pool's process, {:.2} ms in workers, {:.2} ms in programs (from their first step)",
        per_run(cpu(own, false)),
        per_run(pids.iter().map(|pid| cpu(*pid, false)).sum()),
        per_run(programs as f64 / 1e9),
    );
    println!("{} workers in all, of which {} live", pids.len(), pids.iter().filter(|pid| resident(**pid) > 0).count());
    drop(pool);
    println!("files left: {}", files_below(folder.path()));
}
