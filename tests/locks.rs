//! A deadlock names who holds what, and the circle; what is no lock has no holder.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use grade::course::model::Limits;
use grade::engine::{Engine, Interrupt, RunRequest, TracedEngine};
use grade::explore::shown;
use grade::trace::{Ended, EventKind, StuckThread, Tid, Trace};
use grade::tracer::{self, Options};

/// The guests' programs, made once.
fn made() -> &'static Path {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/locks");
        for (compiler, arguments, source, program) in [
            ("cc", &["-pthread", "-O1", "-o"][..], "guest.c", "c"),
            ("rustc", &["--edition=2024", "-Cdebuginfo=0", "-o"], "guest.rs", "rust"),
        ] {
            let status = Command::new(compiler)
                .args(arguments)
                .args([folder.path().join(program), sources.join(source)])
                .status()
                .expect("the compiler starts");
            assert!(status.success(), "{source}: {status}");
        }
        folder
    });
    folder.path()
}

fn command(language: &str, how: &[&str]) -> Vec<OsString> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/locks/guest.py");
    let program: Vec<OsString> = match language {
        "python" => vec!["/usr/bin/python3".into(), "-u".into(), source.into()],
        other => vec![made().join(other).into()],
    };
    program.into_iter().chain(how.iter().map(Into::into)).collect()
}

fn options(language: &str, how: &[&str]) -> Options {
    Options { real_limit: Duration::from_mins(2), names_by_birth: true, ..Options::new(command(language, how)) }
}

/// The threads of a deadlock and its circles; none when it ended well.
fn stuck(trace: &Trace) -> Option<(&[StuckThread], &[Vec<Tid>])> {
    let found = trace.events.iter().find_map(|event| match &event.kind {
        EventKind::Stuck { threads, cycles } => Some((threads.as_slice(), cycles.as_slice())),
        _ => None,
    });
    assert_eq!(found.is_some(), trace.end.ended == Ended::Stuck, "{:?}", trace.end);
    found
}

/// What is told of a run in which nothing is forced: one thread at a time, so that it repeats.
fn told(language: &str, how: &[&str]) -> Trace {
    let options = Options { switches: Some(Vec::new()), ..options(language, how) };
    shown(&options).expect("it can be run")
}

/// The line after which the lock was taken that a thread waits for.
fn after(thread: &StuckThread) -> Option<&str> {
    thread.taken.as_ref()?.after.as_deref()
}

/// Thread, holder, and the line after which it was taken.
fn holders(trace: &Trace) -> Vec<(Tid, Option<Tid>, Option<&str>)> {
    let (threads, _) = stuck(trace).expect("it gets stuck");
    threads.iter().map(|thread| (thread.tid, thread.holder, after(thread))).collect()
}

#[test]
fn a_mutex_of_c_says_itself_who_holds_it() {
    for how in ["plain", "robust", "recursive"] {
        let trace = tracer::run(&options("c", &[how])).expect("it can be run");
        let (threads, cycles) = stuck(&trace).expect("it gets stuck");
        assert_eq!(cycles, [[1, 2]], "{how}: {threads:?}");
    }
}

#[test]
fn a_mutex_with_priority_inheritance_holds_its_owner_in_its_word() {
    let trace = tracer::run(&options("c", &["inheriting"])).expect("it can be run");
    let (threads, cycles) = stuck(&trace).expect("it gets stuck");
    // The kernel refuses to close the circle, and glibc lets the one who tried sleep for ever, on nothing.
    let known: Vec<(Tid, Tid)> = threads.iter().filter_map(|thread| Some((thread.tid, thread.holder?))).collect();
    assert!(known == [(1, 2)] || known == [(2, 1)], "{threads:?}");
    assert!(cycles.is_empty());
}

#[test]
fn a_run_that_is_made_again_shows_when_a_mutex_of_c_was_taken() {
    let trace = told("c", &["plain"]);
    assert_eq!(holders(&trace), [(1, Some(2), Some("other begins")), (2, Some(1), Some("main begins"))]);
}

#[test]
fn philosophers_wait_in_a_circle_in_every_language() {
    for (language, joins) in [("rust", None), ("python", Some(2))] {
        let trace = told(language, &["philosophers", "3"]);
        let (_, cycles) = stuck(&trace).expect("it gets stuck");
        assert_eq!(cycles, [[2, 3, 4]], "{language}");
        let expected = [
            (1, joins, None),
            (2, Some(3), Some("1 sits")),
            (3, Some(4), Some("2 sits")),
            (4, Some(2), Some("0 sits")),
        ];
        let seen = holders(&trace);
        assert_eq!(seen[1..], expected[1..], "{language}");
        assert_eq!(seen[0].1, joins, "{language}");
    }
}

#[test]
fn without_a_schedule_nothing_wrong_is_told_and_the_circle_is_found_in_the_end() {
    let mut tries = (0..20).map(|_| {
        let trace = shown(&options("rust", &["philosophers", "3"])).expect("it can be run");
        let (threads, cycles) = stuck(&trace).expect("it gets stuck");
        assert!(cycles.is_empty() || cycles == [[2, 3, 4]], "{threads:?}");
        cycles.len()
    });
    assert!(tries.any(|cycles| cycles == 1));
}

#[test]
fn a_table_may_have_more_forks_than_the_processor_has_watchpoints() {
    let trace = told("rust", &["philosophers", "6"]);
    assert_eq!(stuck(&trace).expect("it gets stuck").1, [[2, 3, 4, 5, 6, 7]]);
}

#[test]
fn every_schedule_that_gets_stuck_shows_the_circle_and_the_same_each_time() {
    let mut count = 0;
    for seed in 1..=40 {
        let options = Options { schedule: seed, ..options("rust", &["order"]) };
        let trace = shown(&options).expect("it can be run");
        let Some((threads, cycles)) = stuck(&trace) else { continue };
        count += 1;
        assert_eq!(cycles, [[2, 3]], "seed {seed}: {threads:?}");
        assert!(threads[1..].iter().all(|thread| thread.taken.is_some()), "seed {seed}: {threads:?}");
        assert_eq!(shown(&options).expect("it can be run").events, trace.events, "seed {seed}");
    }
    assert!(count > 0, "it gets stuck now and then");
}

#[test]
fn a_missed_signal_is_no_circle_of_locks() {
    for (language, how) in
        [("c", "signal"), ("rust", "signal"), ("python", "signal"), ("c", "tokens"), ("python", "token")]
    {
        let trace = told(language, &[how]);
        let (threads, cycles) = stuck(&trace).expect("it gets stuck");
        assert!(cycles.is_empty(), "{language}, {how}: {threads:?}");
    }
}

#[test]
fn one_who_holds_a_lock_and_waits_for_a_signal_is_named_and_is_in_no_circle() {
    let trace = told("rust", &["monitor"]);
    assert_eq!(holders(&trace)[1..], [(2, None, None), (3, Some(2), Some("waiter begins"))]);
    assert!(stuck(&trace).expect("it gets stuck").1.is_empty());
}

#[test]
fn who_waits_for_the_end_of_one_who_waits_for_its_lock_is_in_a_circle() {
    let trace = told("rust", &["join"]);
    let (threads, cycles) = stuck(&trace).expect("it gets stuck");
    assert_eq!((threads[0].joins, threads[1].holder), (Some(2), Some(1)), "{threads:?}");
    assert_eq!(cycles, [[1, 2]]);
}

#[test]
fn one_who_takes_its_own_lock_again_waits_for_itself() {
    let trace = told("rust", &["own"]);
    assert_eq!(holders(&trace), [(1, Some(1), None)]);
    assert_eq!(stuck(&trace).expect("it gets stuck").1, [[1]]);
}

#[test]
fn a_lock_whose_holder_has_ended_is_in_no_circle() {
    let trace = told("rust", &["forgotten"]);
    assert_eq!(holders(&trace), [(1, Some(2), None)]);
    assert!(stuck(&trace).expect("it gets stuck").1.is_empty());
}

#[test]
fn right_programs_are_not_stuck() {
    for language in ["c", "rust", "python"] {
        for seed in 0..10 {
            let trace = shown(&Options { schedule: seed, ..options(language, &["right"]) }).expect("it can be run");
            assert_eq!(trace.end.ended, Ended::Exit, "{language}, seed {seed}");
        }
    }
}

#[test]
fn a_contained_run_names_its_threads_as_the_program_does() {
    let engine = TracedEngine::with_executable(env!("CARGO_BIN_EXE_grade"));
    let engine = engine.clone().contained().unwrap_or(engine);
    let folder = tempfile::tempdir().expect("a folder");
    for schedule in 1..=2 {
        let request = RunRequest {
            argv: command("rust", &["philosophers", "3"]),
            env: vec![("PATH".into(), "/usr/bin:/bin".into())],
            cwd: folder.path().to_owned(),
            stdin: Vec::new(),
            limits: Limits::default(),
            real_limit: Duration::from_mins(2),
            schedule,
            places: Vec::new(),
            http: false,
            interrupt: Interrupt::default(),
        };
        let trace = engine.run(&request).expect("it can be run");
        let (threads, cycles) = stuck(&trace).expect("it gets stuck");
        let born: Vec<Tid> = threads[1..].iter().map(|thread| thread.tid).collect();
        assert_eq!(cycles, [born], "schedule {schedule}: {threads:?}");
    }
}
