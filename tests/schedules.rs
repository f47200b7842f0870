//! Bugs from the literature are found within 200 schedules, their right twins are never blamed, and the same seed gives the
//! same trace.

use std::ffi::OsString;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use grade::clock::VirtualDuration;
use grade::explore::{Exploration, Outcome, Plan, explore, surveyed};
use grade::trace::{End, Ended, ExitStatus, Trace, write_jsonl};
use grade::tracer::{self, Options};

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schedules").join(kind)
}

/// The command line of a guest. What is compiled goes into `target`, which must outlive the run.
fn command(source: &Path, target: &Path) -> Vec<OsString> {
    compiled(source, target, "-Copt-level=0")
}

fn compiled(source: &Path, target: &Path, optimisation: &str) -> Vec<OsString> {
    let extension = source.extension().and_then(|extension| extension.to_str()).expect("a guest has an extension");
    if extension == "py" {
        return vec!["/usr/bin/python3".into(), "-u".into(), source.into()];
    }
    let program =
        target.join(source.file_name().expect("a guest has a name")).with_extension(format!("{extension}.run"));
    let (compiler, arguments): (&str, &[&str]) = match extension {
        "rs" => ("rustc", &["--edition=2024", "-Cdebuginfo=0", optimisation, "-o"]),
        // As a compiler leaves it that optimises: what is one line of C is mostly one instruction.
        "c" => ("gcc", &["-O2", "-pthread", "-o"]),
        "go" => ("go", &["build", "-o"]),
        other => panic!("no guests are written in {other}"),
    };
    let status = Command::new(compiler)
        .args(arguments)
        .args([&program, source])
        .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-cache"))
        .env("GO111MODULE", "off")
        .status()
        .unwrap_or_else(|error| panic!("{compiler} is needed: {error}"));
    assert!(status.success(), "{}: {status}", source.display());
    vec![program.into()]
}

fn options(command: Vec<OsString>) -> Options {
    Options { real_limit: Duration::from_mins(2), ..Options::new(command) }
}

fn tried(options: &Options, first_seed: u64, schedules: u64) -> Exploration {
    let plan = Plan { first_seed, schedules, jobs: NonZeroUsize::new(4).expect("not zero") };
    let options = surveyed(options.clone()).expect("the guest can be run");
    explore(&options, plan, &|_| {}).expect("the guest can be run")
}

fn is_right(outcome: &Outcome) -> bool {
    outcome.exit == Some(ExitStatus::Code(0)) && outcome.last_line.as_deref() == Some("RESULT ok")
}

fn guests(kind: &str, extension: &str) -> Vec<PathBuf> {
    let mut guests: Vec<PathBuf> = fs::read_dir(folder(kind))
        .expect("the guests' folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    guests.sort();
    assert!(guests.len() >= 3, "the guests were found");
    guests
}

/// The first seed of at most 200 that shows a wrong outcome.
fn all_are_found(extension: &str) {
    let target = tempfile::tempdir().expect("a folder");
    for guest in guests("buggy", extension) {
        let options = options(command(&guest, target.path()));
        let found = (0..200).step_by(20).any(|first| !tried(&options, first, 20).outcomes.iter().all(is_right));
        assert!(found, "{} was not found in 200 schedules", guest.display());
    }
}

fn none_is_blamed(extension: &str, schedules: u64) {
    let target = tempfile::tempdir().expect("a folder");
    for guest in guests("right", extension) {
        let options = options(command(&guest, target.path()));
        for outcome in tried(&options, 0, schedules).outcomes {
            assert!(is_right(&outcome), "{} was blamed: {outcome:?}", guest.display());
        }
    }
}

#[test]
fn bugs_in_rust_are_found() {
    all_are_found("rs");
}

/// What students hand in is optimised: then a library's code stands among the program's, and its threads have far to go.
#[test]
fn a_bug_of_two_among_six_threads_is_found_where_it_is_optimised() {
    let target = tempfile::tempdir().expect("a folder");
    let guest = compiled(&folder("buggy").join("six_clerks.rs"), target.path(), "-Copt-level=3");
    assert!(!tried(&options(guest), 0, 20).outcomes.iter().all(is_right), "not found in 20 schedules");
}

/// The bug may be in a library of the workspace, which is another crate than the program's.
#[test]
fn a_bug_in_a_library_that_was_built_with_the_program_is_found() {
    let target = tempfile::tempdir().expect("a folder");
    let status = Command::new("cargo")
        .args(["build", "--release", "--offline", "--quiet", "--target-dir"])
        .arg(target.path())
        .current_dir(folder("workspace"))
        .status()
        .unwrap_or_else(|error| panic!("cargo is needed: {error}"));
    assert!(status.success(), "{status}");
    let clerks = target.path().join("release/clerks");
    let outcomes = |words: &[&str]| {
        let command = std::iter::once(clerks.clone().into()).chain(words.iter().map(OsString::from)).collect();
        tried(&options(command), 0, 200).outcomes
    };
    assert!(!outcomes(&[]).iter().all(is_right), "not found in 200 schedules");
    assert!(outcomes(&["careful"]).iter().all(is_right), "the right one was blamed");
}

/// A script's functions have few of the kinds of instructions at which threads could be made to switch, and those are the ones
/// that schedules choose.
#[test]
fn an_iterator_that_python_threads_share_is_found_in_twenty_schedules() {
    let guest = options(command(&folder("buggy").join("shared_generator.py"), Path::new("")));
    assert!(!tried(&guest, 0, 20).outcomes.iter().all(is_right), "not found in 20 schedules");
}

/// What comes to an event loop comes late all at once on a busy machine, whether or not it has helpers that do nothing.
#[test]
fn an_event_loop_comes_late_although_idle_threads_are_beside_it() {
    let guest = options(command(&folder("buggy").join("loop_with_helpers.py"), Path::new("")));
    assert!(!tried(&guest, 0, 40).outcomes.iter().all(is_right), "not found in 40 schedules");
}

#[test]
fn bugs_in_python_are_found() {
    all_are_found("py");
}

#[test]
fn bugs_in_c_are_found() {
    all_are_found("c");
}

#[test]
fn bugs_in_go_are_found() {
    all_are_found("go");
}

#[test]
fn right_programs_in_c_are_never_blamed() {
    none_is_blamed("c", 100);
}

#[test]
fn right_programs_in_go_are_never_blamed() {
    none_is_blamed("go", 60);
}

#[test]
fn right_programs_in_rust_are_never_blamed() {
    none_is_blamed("rs", 200);
}

#[test]
fn right_programs_in_python_are_never_blamed() {
    none_is_blamed("py", 40);
}

/// The trace as it is written; of what it holds only the real time that the run took cannot repeat.
fn written(trace: &Trace) -> String {
    let end = End { real: 0, ..trace.end.clone() };
    let mut lines = Vec::new();
    write_jsonl(&Trace { end, ..trace.clone() }, &mut lines).expect("memory takes it");
    String::from_utf8(lines).expect("JSON is UTF-8")
}

#[test]
fn the_same_seed_gives_the_same_trace_byte_for_byte() {
    let target = tempfile::tempdir().expect("a folder");
    for guest in [
        "buggy/lost_update.rs",
        "buggy/lock_order.rs",
        "buggy/atomic_counter.rs",
        "buggy/join_without_bound.py",
        "buggy/last_ticket.py",
        "buggy/shared_value.py",
        "buggy/lost_update.c",
        "buggy/after_many_threads.c",
        "buggy/counter.go",
    ] {
        let mut options = options(command(&folder(guest), target.path()));
        options.names_by_birth = true;
        let places = tracer::survey(&options).expect("it can be surveyed");
        assert_eq!(places, tracer::survey(&options).expect("it can be surveyed"), "{guest}");
        options.places = places.into();
        for seed in 1..=5 {
            options.schedule = seed;
            let run = || written(&tracer::run(&options).expect("it can be run"));
            let first = run();
            for _ in 0..4 {
                assert_eq!(first, run(), "{guest}, seed {seed}");
            }
        }
    }
}

#[test]
fn a_seed_that_explore_found_shows_the_same_when_the_output_goes_through() {
    let target = tempfile::tempdir().expect("a folder");
    let command = command(&folder("buggy/lost_update.rs"), target.path());
    let found = tried(&options(command.clone()), 0, 20);
    for outcome in &found.outcomes {
        let run = Command::new(env!("CARGO_BIN_EXE_grade"))
            .args(["trace", "-q", "--schedule", &outcome.seed.to_string(), "--"])
            .args(&command)
            .output()
            .expect("grade starts");
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert_eq!(said.lines().last(), outcome.last_line.as_deref(), "seed {}", outcome.seed);
    }
    assert_eq!(found.outcomes.len(), 2);
}

#[test]
fn two_who_poll_each_other_get_nowhere() {
    let script = "import time\nwhile True: time.sleep(60)";
    let mut options = options(["/usr/bin/python3", "-c", script].map(OsString::from).to_vec());
    options.schedule = 1;
    options.limits.time = VirtualDuration::from_secs(30 * 24 * 3600);
    // Some thousand turns, on a machine that may be busy.
    options.real_limit = Duration::from_mins(20);
    let trace = tracer::run(&options).expect("it can be run");
    assert_eq!(trace.end.ended, Ended::NoProgress);
}

#[test]
fn a_thread_alone_reads_the_clock_without_a_stop_and_reads_the_same_in_each_run() {
    let target = tempfile::tempdir().expect("a folder");
    let source = target.path().join("reads.rs");
    fs::write(
        &source,
        "use std::time::{Duration, Instant, SystemTime};
        fn main() {
            let (start, mut last, mut later) = (Instant::now(), Instant::now(), 0);
            for _ in 0..2000 {
                let now = Instant::now();
                later += u32::from(now > last);
                last = now;
            }
            println!(\"{later} {:?} {:?}\", last - start, SystemTime::now());
            let beside = std::thread::spawn(|| Instant::now());
            let other = beside.join().unwrap();
            println!(\"{} {:?}\", other > last, other - last);
            while start.elapsed() < Duration::from_millis(50) {}
            println!(\"{:?}\", start.elapsed());
        }",
    )
    .expect("the source is written");
    let mut options = options(command(&source, target.path()));
    (options.names_by_birth, options.schedule) = (true, 3);
    let run = || tracer::run(&options).expect("it can be run");
    let first = run();
    assert!(first.end.stops < 1000, "{} stops", first.end.stops);
    let lines: Vec<&str> = grade::trace::query::lines(&first).map(|(_, text)| text).collect();
    assert!(lines[0].starts_with("2000 ") && lines[1].starts_with("true "), "{lines:?}");
    assert!(lines[2].starts_with("50."), "{lines:?}");
    assert_eq!(written(&first), written(&run()));
}
