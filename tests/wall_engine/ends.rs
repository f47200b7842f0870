//! How runs are ended: by their limits, by an interrupt, by their own hand or ours; and that nothing of them lives on.

use std::process::Command;
use std::time::{Duration, Instant};

use grade::clock::VirtualDuration;
use grade::engine::{Engine, EngineError, RunRequest};
use grade::trace::{Ended, ExitStatus, LimitKind};

use crate::{engine, left_over, python, run, shell, texts};

#[test]
fn too_much_output_ends_the_run_and_its_head_is_kept() {
    for script in ["yes", "yes >&2", "while :; do echo y; done"] {
        let mut endless = shell(script);
        endless.limits.output = 10_000;
        let trace = run(&endless);
        assert_eq!((trace.end.ended, trace.end.limit, trace.end.exit), (Ended::Limit, Some(LimitKind::Output), None));
        let kept: usize = texts(&trace).iter().map(|line| line.len() + 1).sum();
        assert_eq!(kept, 10_000, "{script}");
    }
    let mut exact = shell("printf 'abcd\\n'");
    exact.limits.output = 5;
    assert_eq!(run(&exact).end.ended, Ended::Exit, "what just fits is not too much");
}

#[test]
fn the_time_limit_ends_the_whole_tree() {
    let mut tree = shell("for i in 1 2 3; do (for j in 1 2 3; do sleep 100 & done; wait) & done; echo up; wait");
    tree.limits.time = VirtualDuration::from_millis(500);
    let trace = run(&tree);
    assert_eq!(texts(&trace), ["up"]);
    assert_eq!((trace.end.ended, trace.end.limit, trace.end.exit), (Ended::Limit, Some(LimitKind::Time), None));
    assert!(trace.end.elapsed >= 500_000_000);
    assert!(trace.end.processes >= 13, "all were seen: {}", trace.end.processes);
}

#[test]
fn a_short_real_limit_is_the_one_that_counts() {
    let mut sleeper = shell("sleep 100");
    sleeper.real_limit = Duration::from_millis(200);
    assert_eq!(run(&sleeper).end.limit, Some(LimitKind::RealTime));
}

/// A daemon as the books teach it: two forks, a session of its own, an environment of its own is not even needed.
const DAEMON: &str = "import os, sys, time\n\
    if os.fork() == 0:\n    os.setsid()\n    if os.fork() > 0: os._exit(0)\n    time.sleep(100)\n";

#[test]
fn a_daemon_does_not_outlive_the_program() {
    let start = Instant::now();
    let trace = run(&python(&format!("{DAEMON}print('gone')")));
    assert_eq!(texts(&trace), ["gone"]);
    assert_eq!(trace.end.exit, Some(ExitStatus::Code(0)));
    assert!(start.elapsed() < Duration::from_secs(50), "the daemon holds the pipe, and nobody waited for it");
}

#[test]
fn a_daemon_does_not_outlive_the_time_limit() {
    let mut daemon = python(&format!(
        "{DAEMON}import signal\nfor s in (15, 1, 2): signal.signal(s, signal.SIG_IGN)\ntime.sleep(100)"
    ));
    daemon.limits.time = VirtualDuration::from_millis(700);
    assert_eq!(run(&daemon).end.limit, Some(LimitKind::Time));
}

#[test]
fn a_tree_that_keeps_forking_is_ended() {
    let mut forker = python(
        "import os, time\n\
         for _ in range(40):\n    if os.fork() == 0:\n        os.setsid()\n        for _ in range(200):\n            \
         if os.fork() == 0: time.sleep(0.05); os._exit(0)\n            os.waitpid(-1, 0)\n        os._exit(0)\n\
         time.sleep(100)",
    );
    forker.limits.time = VirtualDuration::from_millis(800);
    forker.limits.processes = 1000;
    assert_eq!(run(&forker).end.limit, Some(LimitKind::Time));
}

#[test]
fn too_many_processes_or_threads_end_the_run() {
    let mut many = shell("for i in 1 2 3 4 5 6 7 8 9 10; do sleep 100 & done; wait");
    many.limits.processes = 5;
    assert_eq!(run(&many).end.limit, Some(LimitKind::Processes));
    let mut threads =
        python("import threading, time\nfor _ in range(10): threading.Thread(target=time.sleep, args=(100,)).start()");
    threads.limits.processes = 5;
    assert_eq!(run(&threads).end.limit, Some(LimitKind::Processes));
}

#[test]
fn cpu_time_counts_for_the_whole_tree() {
    let mut burner = shell("for i in 1 2; do (while :; do :; done) & done; wait");
    burner.limits.cpu = VirtualDuration::from_millis(400);
    let trace = run(&burner);
    assert_eq!((trace.end.ended, trace.end.limit), (Ended::Limit, Some(LimitKind::Cpu)));
    assert!(trace.end.cpu >= 400_000_000);
}

#[test]
fn cpu_time_of_children_that_nobody_waits_for_is_not_lost() {
    let trace = run(&python(
        "import os, signal, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n\
         if os.fork() == 0:\n    while time.process_time() < 0.5: pass\n    os._exit(0)\ntime.sleep(0.3)\n\
         while True:\n    try: os.waitpid(-1, 0)\n    except ChildProcessError: break",
    ));
    assert!(trace.end.cpu >= 400_000_000, "{}", trace.end.cpu);
}

#[test]
fn too_much_memory_ends_the_run() {
    let mut hungry = python("import time\nhoard = []\nwhile True: hoard.append(b'x' * (4 << 20)); time.sleep(0.005)");
    hungry.limits.memory = 64 << 20;
    let trace = run(&hungry);
    assert_eq!((trace.end.ended, trace.end.limit), (Ended::Limit, Some(LimitKind::Memory)));
}

#[test]
fn too_much_memory_of_one_whose_first_thread_has_ended_ends_the_run() {
    let mut hungry = python(
        "import ctypes, threading, time\ndef take():\n    hoard = []\n\
         \x20   while True: hoard.append(b'x' * (4 << 20)); time.sleep(0.005)\n\
         threading.Thread(target=take).start()\nctypes.CDLL(None).syscall(60, 0)",
    );
    hungry.limits.memory = 64 << 20;
    let trace = run(&hungry);
    assert_eq!((trace.end.ended, trace.end.limit), (Ended::Limit, Some(LimitKind::Memory)));
}

#[test]
fn an_interrupt_ends_the_run_and_its_tree() {
    let interrupted = shell("sleep 100 & echo up; wait");
    let interrupt = interrupted.interrupt.clone();
    let trace = std::thread::scope(|scope| {
        let running = scope.spawn(|| run(&interrupted));
        std::thread::sleep(Duration::from_millis(400));
        interrupt.set();
        running.join().unwrap()
    });
    assert_eq!((trace.end.ended, trace.end.exit), (Ended::Interrupted, None));
}

#[test]
fn a_program_that_kills_its_supervisor_gets_an_error_and_leaves_nothing() {
    let killer = shell("sleep 100 & sleep 100 & kill -9 $PPID; sleep 100");
    let error = engine().run(&killer).unwrap_err();
    assert!(matches!(error, EngineError::System { .. }), "{error}");
    // The kernel ends the program with its parent; it may take a moment to be gone.
    let patience = Instant::now();
    while !left_over(&killer).is_empty() && patience.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(left_over(&killer), Vec::<String>::new());
}

#[test]
fn an_engine_that_dies_takes_its_run_with_it() {
    dies_with_its_engine(&shell("sleep 100 & echo up; wait"), 2);
}

#[test]
fn an_engine_that_dies_takes_a_run_of_many_processes_with_it() {
    // The program is dead and reaped long before the last of them.
    let mut request = shell("for i in $(seq 200); do sleep 100 & done; echo up; wait");
    request.limits.processes = 1000;
    dies_with_its_engine(&request, 201);
}

/// The engine goes when there are so many processes; when its supervisor is gone, too, there are none.
fn dies_with_its_engine(request: &RunRequest, processes: usize) {
    let mut order = Vec::new();
    let json = serde_json::to_vec(request).unwrap();
    order.extend(u32::try_from(json.len()).unwrap().to_le_bytes());
    order.extend(json);
    let (ours, its) = std::os::unix::net::UnixStream::pair().unwrap();
    let mut supervisor = Command::new(env!("CARGO_BIN_EXE_grade"))
        .arg("__supervise")
        .stdin(std::os::fd::OwnedFd::from(its))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut &ours, &order).unwrap();
    let patience = Instant::now();
    // Shell and sleep run; a process that is just executing something has no environment for a moment.
    while left_over(request).len() < processes {
        assert!(patience.elapsed() < Duration::from_secs(30), "it was never started");
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(ours);
    supervisor.wait().unwrap();
    assert_eq!(left_over(request), Vec::<String>::new());
}
