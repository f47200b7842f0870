//! The pool's workers die, hang and talk nonsense, and nobody's grade depends on it.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use grade::build::{Builder, CacheDir, Submission};
use grade::course::model::{Language, Limits};
use grade::engine::{BUILD, Interrupt, RunRequest, TracedEngine, WallEngine};
use grade::event::Silent;
use grade::pool::{Mishap, Patience, Pool, PoolError, WorkerCommand};
use grade::trace::{Ended, EventKind, Trace};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

const GRADE: &str = env!("CARGO_BIN_EXE_grade");

fn pool(slots: usize) -> Pool {
    Pool::new(NonZeroUsize::new(slots).expect("some slots")).with_workers(WorkerCommand::of(GRADE))
}

/// A pool whose first so many workers go wrong, and where each start leaves a mark.
fn pool_with_fakes(how: &str, times: usize, marks: &Path) -> Pool {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pool/fake_worker.py");
    let arguments = [script.to_str().expect("UTF-8"), how, &times.to_string(), GRADE, BUILD];
    let mut arguments: Vec<_> = arguments.into_iter().map(Into::into).collect();
    arguments.push(marks.as_os_str().to_owned());
    pool(1).with_workers(WorkerCommand { program: "/usr/bin/python3".into(), arguments })
}

fn engine() -> TracedEngine {
    TracedEngine::with_executable(GRADE)
}

fn shell(script: &str, schedule: u64) -> RunRequest {
    RunRequest {
        argv: ["/bin/sh", "-c", script].map(Into::into).to_vec(),
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

/// What a program printed and when, and how it ended.
fn said(trace: &Trace) -> (Vec<(u64, String)>, Ended) {
    let lines = trace.events.iter().filter_map(|event| match &event.kind {
        EventKind::Line { text, .. } => Some((event.t.as_nanos() / 100_000_000, text.clone())),
        _ => None,
    });
    (lines.collect(), trace.end.ended)
}

fn is_alive(pid: i32) -> bool {
    // A dead one that nobody has waited for counts as gone.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
}

fn within(limit: Duration, done: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    while !done() {
        if begun.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

const HELLO: &str = "echo hello; sleep 2; echo world";

fn hello() -> (Vec<(u64, String)>, Ended) {
    (vec![(0, "hello".to_owned()), (20, "world".to_owned())], Ended::Exit)
}

/// A worker goes wrong in this way, and the run is made all the same; when the next one does, too, this is what is said.
fn goes_wrong(how: &str, patience: Patience, expected: &str) {
    let marks = TempDir::new().expect("a folder");
    let pool = pool_with_fakes(how, 1, marks.path()).with_patience(patience);
    let traces = pool.run_all(&engine(), &[shell(HELLO, 0)], &mut |_, _| {});
    assert_eq!(said(&traces.expect("it is run by the next worker")[0]), hello());
    drop(pool);
    if let Ok(child) = std::fs::read_to_string(marks.path().join("child")) {
        assert!(!is_alive(child.parse().expect("a process id")), "what the worker started is gone");
    }

    let marks = TempDir::new().expect("a folder");
    let pool = pool_with_fakes(how, 100, marks.path()).with_patience(patience);
    let error = pool.run_all(&engine(), &[shell(HELLO, 3)], &mut |_, _| {}).expect_err("both go wrong");
    let words = error.to_string();
    assert!(words.starts_with("failed to run a program (schedule 3) on two workers: "), "{words}");
    assert_eq!(words.matches(expected).count(), 2, "{words}");
    let PoolError::Lost { .. } = error else { panic!("{error:?}") };
    // Each attempt had a worker of its own, and there were no more than two.
    let starts = std::fs::read_dir(marks.path()).expect("the folder").flatten();
    let starts = starts.filter(|entry| entry.file_name().to_string_lossy().starts_with("start-")).count();
    assert_eq!(starts, 2);
}

#[test]
fn a_worker_that_ends_is_replaced() {
    goes_wrong("exits", Patience::default(), "ended with exit code 3");
}

#[test]
fn a_worker_that_is_killed_is_replaced() {
    goes_wrong("is-killed", Patience::default(), "was killed by SIGKILL");
}

#[test]
fn a_worker_that_goes_silent_is_killed_with_its_children_and_replaced() {
    goes_wrong("hangs", Patience { silence: Duration::from_secs(3), ..Patience::default() }, "was silent for 3 s");
}

#[test]
fn a_worker_that_never_greets_is_replaced() {
    goes_wrong(
        "never-greets",
        Patience { start: Duration::from_secs(3), ..Patience::default() },
        "was not done after 3 s",
    );
}

#[test]
fn a_worker_of_another_version_is_not_used() {
    goes_wrong("stranger", Patience::default(), "is of another version of grade");
}

#[test]
fn a_worker_that_sends_no_json_is_replaced() {
    goes_wrong("no-json", Patience::default(), "sent a frame that is no message");
}

#[test]
fn a_worker_that_answers_something_else_is_replaced() {
    goes_wrong("wrong-id", Patience::default(), "sent an answer to something else");
    goes_wrong("wrong-answer", Patience::default(), "sent an answer to something else");
}

#[test]
fn a_worker_that_announces_too_much_is_replaced() {
    goes_wrong("too-long", Patience::default(), "sent a frame that is too long");
}

#[test]
fn a_worker_that_floods_is_replaced() {
    goes_wrong("floods", Patience::default(), "sent a frame that is too long");
}

#[test]
fn a_worker_that_hangs_up_and_lives_on_is_replaced() {
    goes_wrong("closes", Patience::default(), "sent its last word and lives on");
}

#[test]
fn a_worker_that_is_not_done_in_time_is_killed() {
    let marks = TempDir::new().expect("a folder");
    let patience = Patience { margin: Duration::from_secs(1), ..Patience::default() };
    let pool = pool_with_fakes("lives-and-does-nothing", 100, marks.path()).with_patience(patience);
    let request = RunRequest { real_limit: Duration::from_secs(1), ..shell(HELLO, 0) };
    let error = pool.run_all(&engine(), &[request], &mut |_, _| {}).expect_err("it is never done");
    assert!(matches!(error, PoolError::Lost { first: Mishap::Overdue { .. }, .. }), "{error:?}");
}

#[test]
fn a_worker_that_cannot_be_started_is_told_of() {
    let pool = pool(1).with_workers(WorkerCommand::of("/nowhere/grade"));
    let error = pool.run_all(&engine(), &[shell(HELLO, 0)], &mut |_, _| {}).expect_err("there is none");
    assert!(error.to_string().contains("no worker could be started"), "{error}");
}

#[test]
fn workers_killed_at_random_moments_change_no_result() {
    let pool = pool(3);
    let script = "for n in 1 2 3; do (sleep $n; echo $n) & done; wait; echo done";
    let requests: Vec<_> = (0..60).map(|schedule| shell(script, schedule)).collect();
    let over = AtomicBool::new(false);
    let given_up = AtomicUsize::new(0);
    // A job that meets two deaths is given up, and whoever wants it asks again, as a batch that is resumed does.
    let traces = |request: &RunRequest| loop {
        match pool.run_all(&engine(), std::slice::from_ref(request), &mut |_, _| {}) {
            Ok(traces) => return traces,
            Err(PoolError::Lost { first: Mishap::Died { .. }, second: Mishap::Died { .. }, .. }) => {
                assert!(given_up.fetch_add(1, Ordering::SeqCst) < 20, "workers die of something else too");
            }
            Err(error) => panic!("{error}"),
        }
    };
    let (disturbed, killed) = thread::scope(|scope| {
        let killer = scope.spawn(|| {
            // Each job once, as far as can be seen: by the time of its death the worker may have got the next one.
            let mut killed = BTreeSet::new();
            let mut pause = 1;
            while !over.load(Ordering::SeqCst) {
                for worker in pool.workers() {
                    if killed.insert(worker.job) {
                        // It may have been replaced by now.
                        let _gone = kill(Pid::from_raw(worker.pid.cast_signed()), Signal::SIGKILL);
                        break;
                    }
                }
                // A moment that differs from one death to the next.
                pause = (pause * 7) % 31;
                thread::sleep(Duration::from_millis(pause));
            }
            killed.len()
        });
        let disturbed = pool.each(&requests, &traces);
        over.store(true, Ordering::SeqCst);
        (disturbed, killer.join().expect("the killer"))
    });
    assert!(killed > 5, "only {killed} workers were killed");
    assert_eq!(disturbed.len(), requests.len());
    for trace in disturbed.iter().flatten() {
        let (lines, ended) = said(trace);
        let lines: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!((lines, ended), (vec!["1", "2", "3", "done"], Ended::Exit));
    }
}

#[test]
fn a_worker_killed_while_it_compiles_leaves_neither_compiler_nor_files() {
    let folder = TempDir::new().expect("a folder");
    let interrupt = Interrupt::default();
    let pool = pool(1).with_interrupt(interrupt.clone());
    let builder = Builder::new(CacheDir::at(folder.path().join("cache")), &Silent).with_interrupt(interrupt.flag());
    let submission = Submission { language: Language::Rust, path: "main.rs".into(), exercise: "ex01".into() };
    // Computed by the compiler, which takes it far longer than we wait.
    let source = b"#![allow(long_running_const_eval)]\nconst X: u64 = { let mut i = 0; while i < 1 << 40 { i += 1 } i };\nfn main() { println!(\"{X}\") }\n";
    let left = || std::fs::read_dir(folder.path().join("cache/tmp")).map_or(0, Iterator::count);
    let compilers_of = |worker: i32| {
        let all = std::fs::read_dir("/proc").expect("proc").flatten();
        let stats = all.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
        let of_session = |stat: &String| {
            let fields = stat.rsplit(')').next().unwrap_or_default();
            let mut fields = fields.split_ascii_whitespace();
            fields.next() != Some("Z") && fields.nth(2) == Some(&worker.to_string())
        };
        stats.filter(of_session).count()
    };
    thread::scope(|scope| {
        let built = scope.spawn(|| pool.turn("it").build(&builder, &submission, source, false));
        let worker = || pool.workers().first().map(|worker| worker.pid.cast_signed());
        let first = || worker().filter(|worker| compilers_of(*worker) > 1);
        assert!(within(Duration::from_mins(1), || first().is_some()), "the compiler runs");
        let first = first().expect("still");
        kill(Pid::from_raw(first), Signal::SIGKILL).expect("it lives");
        let replaced = || worker().is_some_and(|worker| worker != first && compilers_of(worker) > 1);
        assert!(within(Duration::from_mins(1), replaced), "it is tried once more");
        assert_eq!(compilers_of(first), 0);
        assert_eq!(left(), 1, "only what the second one makes");
        interrupt.set();
        assert!(built.join().expect("no panic").is_err());
    });
    assert_eq!(left(), 0);
}

#[test]
fn an_interrupt_ends_what_runs_and_begins_nothing_more() {
    let interrupt = Interrupt::default();
    let pool = pool(2).with_interrupt(interrupt.clone());
    let begun = Instant::now();
    let requests: Vec<_> = (0..10).map(|_| shell("while :; do :; done", 0)).collect();
    thread::scope(|scope| {
        scope.spawn(|| {
            within(Duration::from_mins(1), || pool.workers().len() == 2);
            interrupt.set();
        });
        // What was cut short is a trace that says so, or nothing.
        if let Ok(traces) = pool.run_all(&engine(), &requests, &mut |_, _| {}) {
            assert!(traces.iter().all(|trace| trace.end.ended == Ended::Interrupted));
        }
    });
    assert!(begun.elapsed() < Duration::from_secs(50), "the limit was not waited for");
}

#[test]
fn a_program_gets_a_folder_of_its_own_which_goes_with_it() {
    let (pool, folder) = (pool(2), TempDir::new().expect("a folder"));
    pool.keep_files_in(folder.path());
    let script = "pwd; ls; mkdir -p a/b; echo x > a/b/c; chmod 000 a/b a";
    let requests: Vec<_> = (0..4).map(|_| shell(script, 0)).collect();
    let traces = pool.run_all(&engine(), &requests, &mut |_, _| {}).expect("it runs");
    let mut folders = BTreeSet::new();
    for trace in &traces {
        let (lines, _) = said(trace);
        assert_eq!(lines.len(), 1, "the folder is empty at first: {lines:?}");
        assert!(!Path::new(&lines[0].1).exists(), "and gone at last");
        folders.insert(lines[0].1.clone());
    }
    assert_eq!(folders.len(), 4);
    drop(pool);
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

#[test]
fn workers_are_used_again_and_end_with_their_pool() {
    let pool = pool(2);
    let mut pids = BTreeSet::new();
    for _ in 0..5 {
        let requests = [shell("echo", 0), shell("echo", 0)];
        pool.run_all(&engine(), &requests, &mut |_, _| pids.extend(pool.workers().iter().map(|worker| worker.pid)))
            .expect("it runs");
    }
    let alive = |pids: &BTreeSet<u32>| pids.iter().filter(|pid| is_alive(pid.cast_signed())).count();
    assert_eq!(alive(&pids), pids.len());
    assert!(pids.len() <= 2, "{pids:?}");
    drop(pool);
    assert_eq!(alive(&pids), 0);
}

#[test]
fn a_run_on_the_machines_clock_has_the_machine_for_itself() {
    let pool = pool(3);
    let requests: Vec<_> = (0..3).map(|_| shell("sleep 0.2", 0)).collect();
    let most = AtomicUsize::new(0);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                most.fetch_max(pool.workers().len(), Ordering::SeqCst);
                thread::sleep(Duration::from_millis(1));
            }
        });
        let engine = WallEngine::with_executable(GRADE);
        pool.run_all(&engine, &requests, &mut |_, _| {}).expect("it runs");
        over.store(true, Ordering::SeqCst);
    });
    assert_eq!(most.into_inner(), 1);
}
