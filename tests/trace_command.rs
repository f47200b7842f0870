//! `grade trace` from outside: it stands before another command as env(1) and timeout(1) do.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use grade::trace::{Ended, EventKind, ExitStatus, LimitKind, Trace, read_jsonl};

/// `grade trace ARGS`, to be run.
struct Traced {
    command: Command,
    stdin: Vec<u8>,
}

impl Traced {
    fn new(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
        command.arg("trace").args(args);
        Self { command, stdin: Vec::new() }
    }

    fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.as_bytes().to_vec();
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    fn run(mut self) -> Output {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("grade starts");
        // A program that reads nothing may be gone before we have written.
        let _ = child.stdin.take().expect("a pipe").write_all(&self.stdin);
        child.wait_with_output().expect("grade ends")
    }

    fn status(self) -> i32 {
        let output = self.run();
        output.status.code().unwrap_or_else(|| panic!("{:?} {}", output.status, text(&output.stderr)))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The trace of a shell script, with options before it.
fn traced(options: &[&str], script: &str) -> (Trace, Output) {
    let file = tempfile::NamedTempFile::new().expect("a file for the trace");
    let path = file.path().to_str().expect("a plain path");
    let args = [options, &["--format", "jsonl", "--out", path, "--", "sh", "-c", script]].concat();
    let output = Traced::new(&args).run();
    let trace = std::fs::read(file.path()).map(|bytes| read_jsonl(&bytes[..])).expect("the trace");
    (trace.unwrap_or_else(|error| panic!("{error}\n{}", text(&output.stderr))), output)
}

fn lines(trace: &Trace) -> Vec<&str> {
    trace
        .events
        .iter()
        .filter_map(|event| if let EventKind::Line { text, .. } = &event.kind { Some(text.as_str()) } else { None })
        .collect()
}

#[test]
fn the_exit_status_is_the_programs_own() {
    assert_eq!(Traced::new(&["true"]).status(), 0);
    assert_eq!(Traced::new(&["--", "sh", "-c", "exit 42"]).status(), 42);
    assert_eq!(Traced::new(&["--", "sh", "-c", "kill -KILL $$"]).status(), 128 + 9);
    assert_eq!(Traced::new(&["--", "sh", "-c", "kill -SEGV $$"]).status(), 128 + 11);
}

#[test]
fn what_cannot_be_started_is_told_as_env_tells_it() {
    let missing = Traced::new(&["no-such-program-anywhere"]).run();
    assert_eq!(missing.status.code(), Some(127), "{}", text(&missing.stderr));
    assert!(text(&missing.stderr).contains("no-such-program-anywhere"), "{}", text(&missing.stderr));
    assert_eq!(Traced::new(&["/etc/passwd"]).status(), 126);
    assert_eq!(Traced::new(&["/"]).status(), 126);
}

#[test]
fn a_program_whose_time_is_over_ends_with_124_at_once() {
    let start = Instant::now();
    let (trace, output) = traced(&["--timeout", "90s"], "echo before; sleep 3600; echo after");
    assert_eq!(output.status.code(), Some(124));
    assert_eq!((trace.end.ended, trace.end.limit), (Ended::Limit, Some(LimitKind::Time)));
    assert_eq!(lines(&trace), ["before"]);
    assert!(start.elapsed().as_secs() < 60, "its time was virtual");
}

#[test]
fn a_deadlock_is_told_and_ends_with_124() {
    let folder = tempfile::tempdir().expect("a folder");
    let fifo = folder.path().join("fifo").to_string_lossy().into_owned();
    let output = Traced::new(&["--", "sh", "-c", "mkfifo \"$0\" && read -r line < \"$0\"", &fifo]).run();
    assert_eq!(output.status.code(), Some(124), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("stuck: nothing can ever move again"), "{}", text(&output.stderr));
}

#[test]
fn the_programs_output_goes_through_untouched() {
    let script = r"printf 'bytes \000\001\377\033[1m no newline'; printf 'error \200' >&2";
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().to_str().expect("a plain path");
    let output = Traced::new(&["--out", path, "--", "sh", "-c", script]).run();
    assert_eq!(output.stdout, b"bytes \0\x01\xff\x1b[1m no newline");
    assert_eq!(output.stderr, b"error \x80");
    let report = std::fs::read_to_string(file.path()).expect("the report is UTF-8");
    assert!(!report.contains('\x1b') && !report.contains('\0'), "{report}");
    assert!(report.contains(r"│ bytes \x00\x01") && report.contains("no newline"), "{report}");
}

#[test]
fn what_children_write_after_the_programs_end_goes_through_while_they_hold_its_output() {
    let start = Instant::now();
    let (trace, output) =
        traced(&[], "(sleep 2; echo late) & (sleep 3600 > /dev/null 2>&1; touch /dev/null) & echo early; exit 3");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(text(&output.stdout), "early\nlate\n");
    assert!(trace.end.elapsed < 1_000_000_000, "the program itself took no time: {}", trace.end.elapsed);
    // One that never lets go of it is not waited for without bound.
    let output = Traced::new(&["-q", "--", "sh", "-c", "(while :; do sleep 1; done) & echo done"]).run();
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), "done\n"));
    assert!(start.elapsed().as_secs() < 60, "their time was virtual");
}

#[test]
fn a_big_output_goes_through_whole() {
    let output = Traced::new(&["-q", "--", "sh", "-c", "yes 0123456789abcdef | head -c 3000000"]).run();
    assert_eq!(output.stdout.len(), 3_000_000);
    assert!(output.stdout.chunks(17).all(|line| line.len() < 17 || line == b"0123456789abcdef\n"));
}

#[test]
fn the_report_goes_to_standard_error_unless_somebody_wants_quiet() {
    let output = Traced::new(&["--", "sh", "-c", "echo hello; sleep 2; echo error >&2"]).run();
    assert_eq!(text(&output.stdout), "hello\n");
    let report = text(&output.stderr);
    assert!(report.starts_with("error\n"), "{report}");
    for part in ["│ hello", "║ error", "runs /", "exit 0 after 2.0", "(virtual time)"] {
        assert!(report.contains(part), "{part}\n{report}");
    }
    assert!(!report.contains('\x1b'), "no colours when not on a terminal\n{report}");
    assert!(Traced::new(&["-q", "--", "sh", "-c", "sleep 2"]).run().stderr.is_empty());
    let coloured = Traced::new(&["--color", "always", "--", "true"]).run();
    assert!(text(&coloured.stderr).contains('\x1b'));
}

#[test]
fn the_perfetto_file_is_json_with_events() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().to_str().expect("a plain path");
    assert_eq!(Traced::new(&["--format", "perfetto", "--out", path, "--", "sleep", "2"]).status(), 0);
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(file.path()).expect("the file")).expect("JSON");
    let events = json["traceEvents"].as_array().expect("events");
    let wait = events.iter().find(|event| event["name"] == "timed wait").expect("the sleep");
    assert!(wait["dur"].as_f64().is_some_and(|micros| (1_999_000.0..2_010_000.0).contains(&micros)), "{wait}");
}

#[test]
fn a_report_that_cannot_be_written_is_known_before_the_run() {
    let output = Traced::new(&["--out", "/no/such/folder/trace", "--", "echo", "ran"]).run();
    assert_eq!(output.status.code(), Some(125));
    assert!(output.stdout.is_empty(), "the program did not run");
    assert!(text(&output.stderr).contains("/no/such/folder/trace"), "{}", text(&output.stderr));
}

#[test]
fn standard_input_is_empty_unless_asked_for() {
    assert_eq!(Traced::new(&["-q", "cat"]).stdin("secret").run().stdout, b"");
    assert_eq!(Traced::new(&["-q", "--stdin", "cat"]).stdin("given").run().stdout, b"given");
}

#[test]
fn the_calendar_starts_where_it_is_told() {
    let date = |options: &[&str]| {
        let args = [&["-q"], options, &["--", "date", "-u", "+%Y-%m-%dT%H:%M:%S"]].concat();
        text(&Traced::new(&args).run().stdout)
    };
    assert_eq!(date(&[]), "2026-01-01T00:00:00\n");
    assert_eq!(date(&["--epoch", "2038-01-19T03:14:07Z"]), "2038-01-19T03:14:07\n");
    assert!(date(&["--clock", "wall"]).as_str() > "2026-01-01T00:01", "the machine's own calendar");
    let both = Traced::new(&["--clock", "wall", "--epoch", "2038-01-19T03:14:07Z", "--", "true"]);
    assert_eq!(both.status(), 125);
}

#[test]
fn on_the_wall_clock_a_sleep_takes_its_time() {
    let start = Instant::now();
    let (trace, _) = traced(&["--clock", "wall"], "sleep 0.3; echo woke");
    assert!(start.elapsed().as_millis() >= 300);
    assert!(
        trace
            .events
            .iter()
            .any(|event| matches!(event.kind, EventKind::Line { .. }) && event.t.as_nanos() >= 300_000_000)
    );
    assert_eq!(trace.end.exit, Some(ExitStatus::Code(0)));
}

#[test]
fn a_schedule_on_the_wall_clock_is_refused_not_left_out() {
    let both = Traced::new(&["--clock", "wall", "--schedule", "7", "--", "echo", "ran"]).run();
    assert_eq!(both.status.code(), Some(125));
    assert!(both.stdout.is_empty() && text(&both.stderr).contains("leave out --schedule"), "{both:?}");
}

#[test]
fn the_environment_and_the_folder_are_ours() {
    let output = Traced::new(&["-q", "--", "sh", "-c", "echo \"$GRADE_TEST\"; pwd -P"]).env("GRADE_TEST", "seen").run();
    let folder = Path::new(".").canonicalize().expect("our folder");
    assert_eq!(text(&output.stdout), format!("seen\n{}\n", folder.display()));
}

#[test]
fn usage_that_makes_no_sense_is_refused() {
    for args in [&[][..], &["--timeout", "soon", "true"], &["--epoch", "noon", "true"], &["--format", "png", "true"]] {
        assert_eq!(Traced::new(args).status(), 2, "{args:?}");
    }
    assert_eq!(Traced::new(&["--sandbox", "perhaps", "true"]).status(), 2);
}

#[test]
fn in_the_whole_sandbox_a_program_runs_and_finds_nobodys_home() {
    let script = "ls -A \"$HOME\" /home /root 2>/dev/null; exit 3";
    let output = Traced::new(&["-q", "--sandbox", "require", "--", "sh", "-c", script]).run();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(3), String::new()));
}

#[test]
fn a_trace_inside_a_trace_is_refused_or_works_but_never_hangs() {
    let status =
        Traced::new(&["-q", "--timeout", "1min", "--", env!("CARGO_BIN_EXE_grade"), "trace", "-q", "true"]).status();
    assert!([0, 125].contains(&status), "{status}");
}

#[test]
fn in_the_sandbox_a_program_that_takes_all_is_ended_and_told_by_what() {
    let output = Traced::new(&["--sandbox", "require", "--", "sh", "-c", "while :; do sleep 1000 & done"]).run();
    assert_eq!(output.status.code(), Some(124));
    let said = text(&output.stderr);
    assert!(said.contains("stopped: it had more than 512 processes and threads at once: 513"), "{said}");
}

#[test]
fn in_the_sandbox_a_program_gets_hold_of_no_file_of_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("input"), folder.path().join("output"));
    std::fs::write(&input, "read\n").expect("written");
    std::fs::write(&output, "before\n").expect("written");
    let script = "cat; echo x >/proc/self/fd/0; : >/proc/self/fd/1; echo after";
    let appended = std::fs::File::options().append(true).open(&output).expect("a file");
    let status = Command::new(env!("CARGO_BIN_EXE_grade"))
        .args(["trace", "-q", "--sandbox", "require", "--stdin", "--", "sh", "-c", script])
        .stdin(std::fs::File::open(&input).expect("a file"))
        .stdout(appended)
        .stderr(Stdio::null())
        .status()
        .expect("grade starts");
    assert_eq!(status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&input).expect("a file"), "read\n");
    let written = std::fs::read_to_string(&output).expect("a file");
    assert!(written.starts_with("before\nread\n") && written.ends_with("after\n"), "{written:?}");
}

/// One thread holds a lock for two seconds; the other wants it after half a second, and has it for one.
const TAKES_TURNS: &str = "python3 -u -c \"
import threading, time
lock = threading.Lock()
def work(name, wait, hold):
    time.sleep(wait)
    with lock:
        print(name, 'has it')
        time.sleep(hold)
threads = [threading.Thread(target=work, args=one) for one in [('one', 0.1, 2), ('two', 0.5, 1)]]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
\"";

/// Waits for other threads: the thread, what it waits on, and from when to when in tenths of a second since all threads were
/// there.
fn waits_for_others(trace: &Trace) -> Vec<(u32, u32, u64, u64)> {
    let mut threads = trace.events.iter().filter(|event| matches!(event.kind, EventKind::Thread { .. }));
    let start = threads.next_back().expect("threads").t;
    let tenths = |event: &grade::trace::Event| (event.t.since(start).as_nanos() + 40_000_000) / 100_000_000;
    let ends = |begun: &grade::trace::Event| {
        let own = trace.events.iter().filter(|event| event.seq > begun.seq && event.tid == begun.tid);
        own.map(|event| (matches!(event.kind, EventKind::Wake {}), tenths(event))).next().expect("its end")
    };
    let begun = trace.events.iter().filter_map(|event| match event.kind {
        EventKind::Wait { on } => Some((event, on)),
        _ => None,
    });
    begun
        .map(|(event, on)| {
            let (is_wake, until) = ends(event);
            assert!(is_wake, "the next that a waiting thread does is to wake: {event:?}");
            (event.tid, on, tenths(event), until)
        })
        .collect()
}

#[test]
fn who_waits_for_a_lock_or_the_end_of_a_thread_is_noted_from_beginning_to_end() {
    for options in [&[][..], &["--schedule", "0"], &["--schedule", "3"]] {
        let (trace, output) = traced(options, TAKES_TURNS);
        assert_eq!(trace.end.exit, Some(ExitStatus::Code(0)), "{}", text(&output.stderr));
        let threads: Vec<u32> = trace
            .events
            .iter()
            .filter(|event| matches!(event.kind, EventKind::Thread { .. }))
            .map(|event| event.tid)
            .collect();
        let waits = waits_for_others(&trace);
        let of_second: Vec<_> = waits.iter().filter(|wait| wait.0 == threads[1]).collect();
        assert_eq!(of_second.len(), 1, "{waits:?}");
        let (_, lock, from, until) = *of_second[0];
        assert_eq!((from, until), (5, 21), "{waits:?}");
        // The main thread waits for one after the other to end, on something else.
        let of_main: Vec<_> = waits.iter().filter(|wait| !threads.contains(&wait.0)).collect();
        assert_eq!(of_main.first().map(|wait| wait.2), Some(0), "{waits:?}");
        assert_eq!(of_main.last().map(|wait| wait.3), Some(31), "{waits:?}");
        assert!(of_main.iter().all(|wait| wait.1 != lock), "{waits:?}");
    }
}

#[test]
fn the_same_schedule_notes_the_same_waits() {
    let waits = |_| waits_for_others(&traced(&["--schedule", "5"], TAKES_TURNS).0);
    let all: Vec<Vec<(u32, u64, u64)>> = (0..3)
        .map(waits)
        .map(|waits| waits.into_iter().map(|(_, on, from, until)| (on, from, until)).collect())
        .collect();
    assert!(!all[0].is_empty());
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
}

#[test]
fn in_the_sandbox_a_sockets_time_out_is_virtual_too() {
    let script = "
import socket, struct
here, _there = socket.socketpair()
here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 3600, 0))
try:
    here.recv(1)
except BlockingIOError:
    print('nothing came')
";
    let output =
        Traced::new(&["--sandbox", "require", "--timeout", "2h", "--", "/usr/bin/python3", "-c", script]).run();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "nothing came\n".to_owned()));
    assert!(!text(&output.stderr).contains("not virtual"), "{}", text(&output.stderr));
}

/// The second of two small pieces is kept back by the kernel until the first is acknowledged, which takes 40 ms of its own time.
#[test]
fn under_a_schedule_no_time_out_comes_before_what_is_on_its_way() {
    let script = r#"
import socket, threading
door = socket.create_server(("127.0.0.1", 0))
def answer():
    end, _ = door.accept()
    while end.recv(1):
        end.send(b"head")
        end.send(b"body")
threading.Thread(target=answer, daemon=True).start()
with socket.create_connection(door.getsockname(), timeout=5) as end:
    for _ in range(5):
        end.send(b"?")
        answered = 0
        while answered < 8:
            answered += len(end.recv(8 - answered))
print("all came")
"#;
    for seed in ["1", "2", "3"] {
        let output = Traced::new(&["-q", "--schedule", seed, "--", "/usr/bin/python3", "-c", script]).run();
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "all came\n".to_owned()), "seed {seed}");
    }
}
