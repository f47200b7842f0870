//! How traced runs end: by themselves, by each limit, by a deadlock, and with nothing left running.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use grade::clock::VirtualDuration;
use grade::trace::{ClockKind, End, Ended, EventKind, ExitStatus, LimitKind, Trace};
use grade::tracer::{self, Options, RunLimits};

fn options(argv: &[&str]) -> Options {
    let mut options = Options::new(argv.iter().map(OsString::from).collect());
    options.env = vec![("PATH".into(), "/usr/bin:/bin".into())];
    options.real_limit = Duration::from_mins(1);
    options
}

fn run(options: &Options) -> Trace {
    tracer::run(options).expect("the run works")
}

fn ended_by(end: &End, limit: LimitKind) {
    assert_eq!((end.ended, end.limit, end.exit), (Ended::Limit, Some(limit), None), "{end:?}");
}

/// Whether a process with this text in its arguments lives.
fn lives(text: &str) -> bool {
    std::fs::read_dir("/proc").expect("a readable /proc").filter_map(Result::ok).any(|entry| {
        let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        arguments.split(|byte| *byte == 0).any(|argument| argument == text.as_bytes())
    })
}

#[test]
fn an_hour_of_sleep_takes_no_time() {
    let began = Instant::now();
    let trace = run(&options(&["sleep", "3000"]));
    assert_eq!(trace.end.exit, Some(ExitStatus::Code(0)));
    let whole = VirtualDuration::from_nanos(trace.end.elapsed);
    assert!(whole.abs_diff(VirtualDuration::from_secs(3000)) < VirtualDuration::from_millis(100), "{whole}");
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn the_limit_of_virtual_time_ends_a_run_that_sleeps() {
    let mut options = options(&["sleep", "1000"]);
    options.limits.time = VirtualDuration::from_secs(10);
    let end = run(&options).end;
    ended_by(&end, LimitKind::Time);
    assert_eq!(end.elapsed, 10_000_000_000);
}

#[test]
fn the_limit_of_cpu_time_ends_a_run_that_computes_with_all_its_children() {
    let mut options = options(&["sh", "-c", "while :; do :; done & while :; do :; done", "burns-31415"]);
    options.limits = RunLimits { cpu: Some(Duration::from_millis(300)), ..RunLimits::default() };
    ended_by(&run(&options).end, LimitKind::Cpu);
    assert!(!lives("burns-31415"));
}

#[test]
fn the_limit_of_output_ends_a_run_that_writes_without_end() {
    let mut options = options(&["yes"]);
    options.limits.output = Some(100_000);
    ended_by(&run(&options).end, LimitKind::Output);
}

#[test]
fn the_limit_of_processes_ends_a_fork_bomb() {
    let mut options = options(&["sh", "-c", "f() { f | f & }; f; sleep 100", "bomb-27182"]);
    options.limits.processes = Some(20);
    ended_by(&run(&options).end, LimitKind::Processes);
    assert!(!lives("bomb-27182"));
}

#[test]
fn a_deadlock_is_named_at_once() {
    let began = Instant::now();
    let folder = tempfile::tempdir().expect("a folder");
    let fifo = folder.path().join("fifo");
    let script = format!("mkfifo {0}; sleep 1; read line <>{0}", fifo.display());
    let trace = run(&options(&["sh", "-c", &script]));
    assert_eq!(trace.end.ended, Ended::Stuck, "{:?}", trace.end);
    let waits = trace.events.iter().find_map(|event| match &event.kind {
        EventKind::Stuck { threads, .. } => Some(threads[0].waits_on.clone()),
        _ => None,
    });
    assert!(waits.as_deref().is_some_and(|waits| waits.contains("fifo")), "{waits:?}");
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_signal_that_kills_and_an_exit_code_are_told_apart() {
    let end = run(&options(&["sh", "-c", "kill -SEGV $$"])).end;
    assert_eq!((end.ended, end.exit), (Ended::Signal, Some(ExitStatus::Signal(11))));
    let end = run(&options(&["sh", "-c", "exit 139"])).end;
    assert_eq!((end.ended, end.exit), (Ended::Exit, Some(ExitStatus::Code(139))));
}

#[test]
fn an_interrupt_ends_the_run() {
    let options = options(&["sh", "-c", "while :; do :; done", "interrupted-16180"]);
    options.interrupt.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(run(&options).end.ended, Ended::Interrupted);
    assert!(!lives("interrupted-16180"));
}

#[test]
fn several_runs_at_once_do_not_meet() {
    std::thread::scope(|scope| {
        let runs: Vec<_> = (1..=6)
            .map(|seconds| {
                scope.spawn(move || run(&options(&["sh", "-c", &format!("sleep {seconds}; exit {seconds}")])))
            })
            .collect();
        for (seconds, handle) in (1..).zip(runs) {
            let end = handle.join().expect("no panic").end;
            assert_eq!(end.exit, Some(ExitStatus::Code(seconds)));
            assert_eq!(end.elapsed / 1_000_000_000, u64::from(seconds.unsigned_abs()));
        }
    });
}

#[test]
fn a_program_that_is_not_there_is_no_failure_of_the_program() {
    let error = tracer::run(&options(&["/nowhere/at/all"])).expect_err("nothing to run");
    assert_eq!(error.to_string(), "failed to start `/nowhere/at/all`: No such file or directory (os error 2)");
}

#[test]
fn a_program_that_reads_the_clock_all_the_time_seldom_stops() {
    let loops = "import time\nfor _ in range(20000): time.monotonic()\nprint(time.time())";
    let trace = run(&options(&["/usr/bin/python3", "-c", loops]));
    assert_eq!(trace.end.exit, Some(ExitStatus::Code(0)));
    assert!(trace.end.stops < 2000, "{} stops", trace.end.stops);
    // And yet it is virtual time that it reads.
    let printed = trace
        .events
        .iter()
        .any(|event| matches!(&event.kind, EventKind::Line { text, .. } if text.starts_with("1767225600.")));
    assert!(printed, "{:?}", trace.events);
}

#[test]
fn what_a_busy_machine_takes_from_a_run_on_its_clock_is_known() {
    let cpu = nix::sched::sched_getcpu().expect("a processor");
    let mut here = nix::sched::CpuSet::new();
    here.set(cpu).expect("its number");
    let mut busy = std::process::Command::new("/bin/sh").args(["-c", "while :; do :; done"]).spawn().expect("a shell");
    nix::sched::sched_setaffinity(nix::unistd::Pid::from_raw(busy.id().cast_signed()), &here).expect("it is ours");
    let mut options = options(&["/bin/sh", "-c", "n=0; while [ $n -lt 200000 ]; do n=$((n + 1)); done"]);
    options.pinned = vec![cpu];
    let virtual_time = run(&options).end.noise;
    options.clock = ClockKind::Wall;
    let wall = run(&options).end.noise;
    busy.kill().expect("it lives");
    busy.wait().expect("it was ours");
    assert_eq!(virtual_time, 0);
    assert!(wall > 5_000_000, "{wall} ns");
}
