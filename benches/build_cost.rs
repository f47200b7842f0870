//! What building costs: `cargo bench --bench build_cost`.
//!
//! Compiles of an exercise by `grade` and by the same rustc call by hand, in turns, so that both see the same machine;
//! then the same from the cache; then forty tokio submissions, four at a time. Ours are compiled in the sandbox, and for
//! comparison without.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use grade::build::{BuildOutcome, Builder, CacheDir, Containment, Facts, Submission};
use grade::course::model::Language;
use grade::event::Silent;

/// An exercise as a student would write it, with threads and a channel.
const THREADS: &str = r#"
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn delayed(seconds: u64, name: &str) {
    println!("{name}: received {seconds}");
    thread::sleep(Duration::from_secs(seconds));
    println!("{name}: printing {seconds}");
}

fn main() {
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok())
        .map(|seconds| {
            let sender = sender.clone();
            thread::spawn(move || {
                delayed(seconds, "worker");
                sender.send(seconds).expect("the main thread listens");
            })
        })
        .collect();
    drop(sender);
    println!("main goes on");
    for thread in threads {
        thread.join().expect("no worker panics");
    }
    println!("{:?}", receiver.iter().collect::<Vec<u64>>());
}
"#;

/// An exercise with tasks, a channel and a lock.
const TOKIO: &str = r#"
use std::sync::Arc;
use std::time::Duration;
use futures::future::join_all;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{sleep, timeout};

async fn delayed(seconds: u64, total: Arc<Mutex<u64>>) -> u64 {
    println!("received {seconds}");
    sleep(Duration::from_millis(seconds)).await;
    *total.lock().await += seconds;
    println!("printing {seconds}");
    seconds
}

#[tokio::main]
async fn main() {
    let total = Arc::new(Mutex::new(0));
    let tasks: Vec<_> = (1..=6).rev().map(|n| tokio::spawn(delayed(n, Arc::clone(&total)))).collect();
    let (sender, mut receiver) = mpsc::channel(3);
    tokio::spawn(async move {
        for task in join_all(tasks).await {
            if sender.send(task.expect("no task panics")).await.is_err() {
                return;
            }
        }
    });
    while let Ok(Some(n)) = timeout(Duration::from_secs(1), receiver.recv()).await {
        println!("{n}");
    }
    println!("{}", total.lock().await);
}
"#;

const ROUNDS: usize = 31;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The libraries stay from one benchmark to the next; the programs' content is new each time.
    let cache = CacheDir::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("grade-cache"));
    let bare = Builder::new(cache.clone(), &Silent);
    let containment = Containment::best(env!("CARGO_BIN_EXE_grade"));
    println!("compiles are {}", if containment.is_some() { "contained" } else { "NOT contained: no rung here" });
    let builder = Builder::new(cache.clone(), &Silent).with_containment(containment);
    let started = Instant::now();
    builder.prepare(Language::Rust).expect("the course's libraries");
    println!("libraries ready after {}", shown(started.elapsed()));
    let rustc = Facts::gather(&cache).rust.expect("a compiler").rustc;

    for (name, source) in [("std only", THREADS), ("tokio", TOKIO)] {
        compare(name, source, [&builder, &bare], &rustc, &cache, folder.path());
    }
    for (name, builder) in [("in the sandbox", &builder), ("without", &bare)] {
        forty(name, builder, folder.path());
    }
}

/// One exercise: compiled by us (in the sandbox, and without), by hand, and taken from the cache.
fn compare(name: &str, source: &str, builders: [&Builder<'_>; 2], rustc: &Path, cache: &CacheDir, folder: &Path) {
    let (mut ours, mut by_hand, mut cached, mut uncontained) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let path = submission(folder, &format!("{source}// {}", unique(round)));
        let mut hand = || by_hand.push(compile_by_hand(rustc, cache, &path, folder));
        let mut grade = || ours.push(build(builders[0], &path, false));
        // Whoever goes second finds warm files: take turns.
        if round % 2 == 0 {
            hand();
            grade();
        } else {
            grade();
            hand();
        }
        // A builder of its own: what a new process would do.
        cached.push(build(&Builder::new(cache.clone(), &Silent), &path, true));
        let path = submission(folder, &format!("{source}// bare {}", unique(round)));
        uncontained.push(build(builders[1], &path, false));
    }
    let (ours, by_hand, cached) = (median(&mut ours), median(&mut by_hand), median(&mut cached));
    let uncontained = median(&mut uncontained);
    let ratio = ours.as_secs_f64() / by_hand.as_secs_f64();
    println!(
        "{name}: rustc by hand {}, grade {} ({ratio:.2} times; goal 1.1), without the sandbox {} ({:.2} times), from the cache {} (goal 10 ms)",
        shown(by_hand),
        shown(ours),
        shown(uncontained),
        uncontained.as_secs_f64() / by_hand.as_secs_f64(),
        shown(cached)
    );
}

/// Forty different tokio submissions, four at a time.
fn forty(name: &str, builder: &Builder<'_>, folder: &Path) {
    let paths: Vec<PathBuf> = (0..40)
        .map(|number| {
            let own = folder.join(number.to_string());
            fs::create_dir_all(&own).expect("a folder");
            submission(&own, &format!("{TOKIO}// {}", unique(number)))
        })
        .collect();
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    build(builder, path, false);
                }
            });
        }
    });
    println!("forty tokio submissions, four at a time, {name}: {}", shown(started.elapsed()));
}

fn submission(folder: &Path, source: &str) -> PathBuf {
    let path = folder.join("main.rs");
    fs::write(&path, source).expect("a written file");
    path
}

/// Never the same as in an earlier benchmark.
fn unique(number: usize) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock after 1970");
    format!("{number} {}", now.as_nanos())
}

fn build(builder: &Builder<'_>, path: &Path, from_cache: bool) -> Duration {
    let submission = Submission { language: Language::Rust, path: path.to_owned(), exercise: "ex05_gather".to_owned() };
    let started = Instant::now();
    let outcome = builder.build(&submission, false).expect("a build");
    let took = started.elapsed();
    match outcome {
        BuildOutcome::Ready(program) => assert_eq!(program.cached, from_cache),
        BuildOutcome::Failed { output, .. } => panic!("it should compile:\n{output}"),
    }
    took
}

/// What a person would type, with the same flags and libraries.
fn compile_by_hand(rustc: &Path, cache: &CacheDir, path: &Path, folder: &Path) -> Duration {
    let mut command = Command::new(rustc);
    command.args(["--edition=2024", "-Copt-level=0", "-Coverflow-checks=on", "-Cdebuginfo=0", "-Cstrip=debuginfo"]);
    command.arg(path).arg("-o").arg(folder.join("by_hand")).stderr(Stdio::null());
    if fs::read_to_string(path).expect("a readable file").contains("tokio") {
        command.args(library_arguments(cache));
    }
    let started = Instant::now();
    assert!(command.status().expect("a compiler").success());
    started.elapsed()
}

fn library_arguments(cache: &CacheDir) -> Vec<OsString> {
    let libraries = fs::read_dir(cache.root().join("libraries")).expect("built libraries");
    let folder = libraries
        .map(|entry| entry.expect("an entry").path().join("deps"))
        .find(|path| path.is_dir())
        .expect("built libraries");
    let mut arguments = vec![OsString::from(format!("-Ldependency={}", folder.display()))];
    for file in fs::read_dir(&folder).expect("built libraries") {
        let file = file.expect("an entry").path();
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        for offered in ["futures", "reqwest", "tokio", "tokio_stream"] {
            if name.starts_with(&format!("lib{offered}-")) && file.extension().is_some_and(|it| it == "rlib") {
                arguments.push(format!("--extern={offered}={}", file.display()).into());
            }
        }
    }
    arguments
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn shown(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 10_000 {
        format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
    } else {
        format!("{:.3} s", time.as_secs_f64())
    }
}
