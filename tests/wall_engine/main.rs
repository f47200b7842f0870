//! The wall engine against real programs: what it sees, which limits it keeps, and that it leaves nothing running.
//!
//! Programs are `/bin/sh` and the Python that is found once. No bound on time is a tight one: these tests say what must
//! happen, not how fast this machine is.

mod ends;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use grade::clock::VirtualDuration;
use grade::course::model::Limits;
use grade::engine::{Engine, EngineError, Interrupt, RunRequest, WallEngine};
use grade::trace::{Ended, EventKind, ExitStatus, HttpPhase, Trace};

const MARK: &str = "GRADE_WALL_TEST";

fn engine() -> WallEngine {
    WallEngine::with_executable(env!("CARGO_BIN_EXE_grade"))
}

/// A request with an environment that names it, so that what it leaves behind can be found.
fn request(argv: &[&str]) -> RunRequest {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mark = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    RunRequest {
        argv: argv.iter().map(Into::into).collect(),
        env: vec![("PATH".into(), std::env::var_os("PATH").unwrap()), (MARK.into(), mark.into())],
        cwd: std::env::temp_dir(),
        stdin: Vec::new(),
        limits: Limits { time: VirtualDuration::from_secs(60), ..Limits::default() },
        real_limit: Duration::from_mins(2),
        schedule: 0,
        places: Vec::new(),
        http: false,
        interrupt: Interrupt::default(),
    }
}

fn shell(script: &str) -> RunRequest {
    request(&["/bin/sh", "-c", script])
}

fn python(script: &str) -> RunRequest {
    static PYTHON: OnceLock<String> = OnceLock::new();
    let python = PYTHON.get_or_init(|| {
        let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
        String::from_utf8(asked.expect("python3 is needed for these tests").stdout).unwrap().trim().to_owned()
    });
    request(&[python, "-u", "-c", script])
}

/// Runs it, and looks that nothing of it is left.
fn run(request: &RunRequest) -> Trace {
    let trace = engine().run(request).unwrap();
    assert_eq!(left_over(request), Vec::<String>::new(), "processes of the run are left");
    assert!(trace.events.is_sorted_by_key(|event| (event.t, event.seq)), "times or numbers go back");
    assert_eq!(
        trace.events.iter().map(|event| event.seq).collect::<Vec<_>>(),
        (0..trace.events.len() as u64).collect::<Vec<_>>()
    );
    trace
}

/// Command lines of living processes that carry the request's mark in their environment.
fn left_over(request: &RunRequest) -> Vec<String> {
    let mark = request.env.iter().find(|(name, _)| name == MARK).unwrap().1.to_str().unwrap();
    let mark = format!("{MARK}={mark}\0");
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        if environment.windows(mark.len()).any(|window| window == mark.as_bytes()) {
            let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            found.push(String::from_utf8_lossy(&command).replace('\0', " "));
        }
    }
    found
}

fn lines(trace: &Trace) -> Vec<(u8, &str)> {
    let line = |kind| match kind {
        &EventKind::Line { fd, ref text, .. } => Some((fd, text.as_str())),
        _ => None,
    };
    trace.events.iter().filter_map(|event| line(&event.kind)).collect()
}

fn texts(trace: &Trace) -> Vec<&str> {
    lines(trace).into_iter().map(|(_, text)| text).collect()
}

/// When a line came.
fn time_of(trace: &Trace, wanted: &str) -> Duration {
    let is_it = |kind: &EventKind| matches!(kind, EventKind::Line { text, .. } if text == wanted);
    let event = trace.events.iter().find(|event| is_it(&event.kind));
    Duration::from_nanos(event.unwrap_or_else(|| panic!("no line {wanted:?} in {trace:?}")).t.as_nanos())
}

#[test]
fn output_and_end_of_a_program_are_seen() {
    let trace = run(&shell("echo out; echo err >&2; exit 3"));
    let mut seen = lines(&trace);
    seen.sort_unstable();
    assert_eq!(seen, [(1, "out"), (2, "err")]);
    assert_eq!(trace.end.exit, Some(ExitStatus::Code(3)));
    assert_eq!((trace.end.ended, trace.end.limit), (Ended::Exit, None));
    assert!(trace.end.elapsed > 0 && trace.end.elapsed <= trace.end.real);
}

#[test]
fn the_first_process_is_the_kernels_word_and_lines_are_nobodys() {
    let trace = run(&shell("echo $$ $PPID"));
    let EventKind::Process { parent } = trace.events[0].kind else { panic!("{:?}", trace.events[0]) };
    assert_eq!(texts(&trace), [format!("{} {parent}", trace.events[0].pid)]);
    assert!(matches!(&trace.events[1].kind, EventKind::Exec { path } if path == "/bin/sh"));
    let exit = trace.events.last().unwrap();
    assert!(matches!(exit.kind, EventKind::Exit { code: Some(0), signal: None, cpu } if cpu > 0), "{exit:?}");
    assert_eq!((exit.pid, exit.tid), (trace.events[0].pid, trace.events[0].pid));
    let line = trace.events.iter().find(|event| matches!(event.kind, EventKind::Line { .. })).unwrap();
    assert_eq!((line.pid, line.tid), (0, 0));
}

#[test]
fn lines_of_threads_have_the_time_of_their_reading() {
    let trace = run(&python(
        "import threading, time\n\
         def delay(n):\n    time.sleep(n)\n    print(n)\n\
         threads = [threading.Thread(target=delay, args=(n,)) for n in (0.6, 0.3)]\n\
         [t.start() for t in threads]\n[t.join() for t in threads]\nprint('end')",
    ));
    assert_eq!(texts(&trace), ["0.3", "0.6", "end"]);
    assert!(time_of(&trace, "0.3") >= Duration::from_millis(300));
    assert!(time_of(&trace, "0.6") >= Duration::from_millis(600));
    assert!(trace.end.elapsed >= 600_000_000);
    assert!(trace.end.threads >= 3, "three threads were seen: {}", trace.end.threads);
}

#[test]
fn a_line_that_is_not_utf_8_is_mended() {
    let trace = run(&shell(r"printf 'a\377b\n\320\226\n'"));
    let kinds: Vec<_> = trace.events.iter().map(|event| &event.kind).collect();
    let mended = EventKind::Line { fd: 1, text: "a\u{fffd}b".into(), partial: false, lossy: true, cut: false };
    let whole = EventKind::Line { fd: 1, text: "Ж".into(), partial: false, lossy: false, cut: false };
    assert!(kinds.contains(&&mended) && kinds.contains(&&whole), "{kinds:?}");
}

#[test]
fn a_last_line_without_newline_is_partial() {
    let trace = run(&shell("printf 'whole\\nhalf'"));
    let half = EventKind::Line { fd: 1, text: "half".into(), partial: true, lossy: false, cut: false };
    assert!(trace.events.iter().any(|event| event.kind == half), "{trace:?}");
}

#[test]
fn a_huge_line_is_cut_and_the_next_one_is_whole() {
    let trace = run(&python("print('x' * 300000); print('next')"));
    assert_eq!(texts(&trace).len(), 2);
    let EventKind::Line { text, cut, .. } = &trace.events[2].kind else { panic!("{:?}", trace.events[2]) };
    assert!(*cut && text.len() == 64 << 10);
    assert_eq!(texts(&trace)[1], "next");
}

#[test]
fn input_is_delivered_also_when_it_is_more_than_a_pipe_holds() {
    let mut sorted = shell("sort | tail -n 1; echo done");
    sorted.stdin = (0..200_000).flat_map(|number| format!("{number:06}\n").into_bytes()).collect();
    assert_eq!(texts(&run(&sorted)), ["199999", "done"]);
    let mut ignored = shell("exec <&-; echo ignored");
    ignored.stdin = vec![b'x'; 1 << 20];
    assert_eq!(texts(&run(&ignored)), ["ignored"]);
}

#[test]
fn no_input_is_dev_null() {
    assert_eq!(texts(&run(&shell("cat; readlink /proc/self/fd/0"))), ["/dev/null"]);
}

#[test]
fn a_program_gets_a_clean_start() {
    let script = "grep SigIgn /proc/self/status; ls /proc/self/fd | tr '\\n' ' '; echo; ulimit -c; env";
    let mut clean = shell(script);
    clean.cwd = "/".into();
    let trace = run(&clean);
    let seen = texts(&trace);
    assert!(seen.contains(&"SigIgn:\t0000000000000000"), "{seen:?}");
    // `ls` has one more, for the folder itself.
    assert!(seen.contains(&"0 1 2 3 "), "no other descriptor is open: {seen:?}");
    assert!(seen.contains(&"PWD=/"), "{seen:?}");
    assert!(!seen.iter().any(|line| line.starts_with("CARGO")), "our environment is not the program's: {seen:?}");
}

#[test]
fn no_signal_is_blocked() {
    // Not by a shell, which may give its children a mask of its own.
    let trace = run(&python("import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))"));
    assert_eq!(texts(&trace), ["set()"]);
}

#[test]
fn a_program_has_a_session_that_is_not_ours() {
    let trace = run(&python("import os; print(os.getsid(0), os.getpgid(0) == os.getpid())"));
    let (session, leads) = texts(&trace)[0].split_once(' ').unwrap();
    let own = nix::unistd::getsid(None).unwrap().to_string();
    assert_ne!(session, own);
    assert_eq!(leads, "True");
}

#[test]
fn a_program_that_closes_its_output_goes_on() {
    let trace = run(&shell("echo before; exec >&- 2>&-; sleep 0.3; exit 7"));
    assert_eq!(texts(&trace), ["before"]);
    assert_eq!(trace.end.exit, Some(ExitStatus::Code(7)));
    assert!(trace.end.elapsed >= 300_000_000);
}

#[test]
fn a_program_killed_by_a_signal_says_which() {
    for (name, number) in [("SEGV", 11), ("KILL", 9), ("RTMIN", 34)] {
        let trace = run(&python(&format!("import os, signal; os.kill(os.getpid(), signal.SIG{name})")));
        assert_eq!(trace.end.exit, Some(ExitStatus::Signal(number)), "{name}");
        assert_eq!((trace.end.ended, trace.end.limit), (Ended::Signal, None), "a kill that is not ours is no limit");
    }
}

#[test]
fn a_program_that_is_not_there_is_an_error_and_no_trace() {
    let cases = [
        request(&["no-such-program-anywhere"]),
        request(&["/no/such/program"]),
        request(&["/etc/passwd"]),
        request(&[]),
        request(&[""]),
    ];
    for request in &cases {
        let error = engine().run(request).unwrap_err();
        assert!(matches!(error, EngineError::Start { .. }), "{:?}: {error}", request.argv);
    }
    let mut nowhere = shell("true");
    nowhere.cwd = "/no/such/folder".into();
    let error = engine().run(&nowhere).unwrap_err().to_string();
    assert!(error.contains("working directory") && error.contains("/no/such/folder"), "{error}");
}

#[test]
fn a_name_is_looked_up_in_the_path_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("greet");
    std::fs::write(&program, "#!/bin/sh\necho hello from $0\n").unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut named = request(&["greet"]);
    named.env = vec![("PATH".into(), folder.path().into()), (MARK.into(), "path".into())];
    assert_eq!(texts(&run(&named)), [format!("hello from {}", program.display())]);
}

#[test]
fn arguments_and_environment_need_not_be_utf_8() {
    let odd = OsString::from_vec(vec![0xff, 0xfe]);
    let mut request = shell(r#"printf '%s' "$1$ODD" | od -An -tx1"#);
    request.argv.extend(["sh".into(), odd.clone()]);
    request.env.push(("ODD".into(), odd));
    assert_eq!(texts(&run(&request)), [" ff fe ff fe"]);
}

#[test]
fn many_runs_at_once_do_not_disturb_each_other() {
    std::thread::scope(|scope| {
        for number in 0..12 {
            scope.spawn(move || {
                for round in 0..3 {
                    let name = format!("{number}.{round}");
                    let trace =
                        run(&shell(&format!("(sleep 0.05; echo late {name}) & echo {name}; wait; exit {number}")));
                    assert_eq!(texts(&trace), [name.clone(), format!("late {name}")]);
                    assert_eq!(trace.end.exit, Some(ExitStatus::Code(number)));
                }
            });
        }
    });
}

#[test]
fn the_fixture_runs_beside_a_program_and_its_record_is_in_the_trace() {
    let mut fetcher = python(
        "import sys, urllib.request\nprint(urllib.request.urlopen(sys.argv[1]).status)\n\
         try: urllib.request.urlopen(sys.argv[2])\nexcept Exception as error: print(error.code)",
    );
    fetcher.argv.extend(["$http/page/a?delay=100".into(), "$http/status/418".into()]);
    fetcher.http = true;
    let trace = run(&fetcher);
    assert_eq!(texts(&trace), ["200", "418"]);
    let phases: Vec<_> = trace
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Http { phase, path, status, .. } => Some((*phase, path.as_deref(), *status)),
            _ => None,
        })
        .collect();
    let one = |path, status| {
        [
            (HttpPhase::Open, None, None),
            (HttpPhase::Request, Some(path), None),
            (HttpPhase::Response, None, Some(status)),
            (HttpPhase::Close, None, None),
        ]
    };
    assert_eq!(phases, [one("/page/a?delay=100", 200), one("/status/418", 418)].concat());
    assert!(time_of(&trace, "200") >= Duration::from_millis(100));
    assert!(trace.header.argv[4].starts_with("http://127.0.0.1:"), "{:?}", trace.header.argv);
}

#[test]
fn a_request_that_the_program_gives_up_is_closed_in_the_record() {
    let mut impatient = python(
        "import sys, urllib.request\ntry: urllib.request.urlopen(sys.argv[1], timeout=0.2)\nexcept TimeoutError: print('gave up')",
    );
    impatient.argv.push("$http/slow".into());
    impatient.http = true;
    let trace = run(&impatient);
    assert_eq!(texts(&trace), ["gave up"]);
    let ids = |wanted| {
        let id = move |kind: &EventKind| match kind {
            EventKind::Http { id, phase, .. } if *phase == wanted => Some(*id),
            _ => None,
        };
        trace.events.iter().filter_map(|event| id(&event.kind)).collect::<Vec<_>>()
    };
    assert_eq!(ids(HttpPhase::Request), [2]);
    assert_eq!(ids(HttpPhase::Response), [0; 0]);
    assert_eq!(ids(HttpPhase::Close), [2, 1], "the request first, then its connection");
}

#[test]
fn the_trace_says_how_long_the_machine_kept_it_waiting() {
    let quiet = run(&shell("sleep 0.2"));
    let burners = 2 * std::thread::available_parallelism().map_or(1, std::num::NonZero::get) + 2;
    let mut burning = shell("for i in $(seq $1); do (timeout 0.5 sh -c 'while :; do :; done') & done; wait");
    burning.argv.extend(["sh".into(), burners.to_string().into()]);
    burning.limits = Limits { processes: 100_000, cpu: VirtualDuration::from_secs(10_000), ..burning.limits };
    let busy = run(&burning);
    assert!(busy.end.noise > 100_000_000, "so many wait for each other: {}", busy.end.noise);
    assert!(busy.end.noise > quiet.end.noise);
}

#[test]
fn the_executable_may_be_named_by_any_path() {
    assert!(Path::new(env!("CARGO_BIN_EXE_grade")).is_absolute());
    let error = WallEngine::with_executable("/no/such/grade").run(&shell("true")).unwrap_err();
    assert!(matches!(error, EngineError::System { operation: "start the supervisor", .. }), "{error}");
}
