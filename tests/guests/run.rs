//! Runs a guest under `grade trace` and compares what the trace says with what is expected.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use grade::trace::{Ended, EventKind, ExitStatus, Trace, read_jsonl};

use crate::expected::{self, End, Expected};
use crate::{bare, build};

/// Fails with a picture of both when the guest of this `.expected` file did something else.
pub(crate) fn compare(path: &Path) -> Result<(), String> {
    let mut expected = expected::read(path)?;
    let mut command = build::command(path)?;
    command.extend(expected.args.iter().map(OsString::from));
    let bare = std::env::var_os("GRADE_GUESTS").is_some_and(|how| how == "bare");
    let (trace, output) = if bare {
        expected.without_kernels_word();
        let last = expected.lines.last().map_or(0, |line| line.ms);
        if last > 60_000 || expected.mixed {
            return Ok(());
        }
        bare::run(&command, Duration::from_millis(last + 8000))?
    } else {
        traced(&command)?
    };
    let mut wrong = wrong_lines(&expected, &trace);
    wrong.extend(wrong_writers(&expected, &trace));
    wrong.extend(wrong_end(&expected, &trace, &output));
    wrong.extend(wrong_passage(&expected, &trace, &output));
    if wrong.is_empty() { Ok(()) } else { Err(picture(&wrong, &expected, &trace)) }
}

fn traced(command: &[OsString]) -> Result<(Trace, Output), String> {
    let file = tempfile::NamedTempFile::new().map_err(|error| format!("failed to make a file: {error}"))?;
    // A guest that hangs is one failed test, not all of them.
    let output = Command::new("timeout")
        .args(["--signal=KILL", "120", env!("CARGO_BIN_EXE_grade")])
        .args(["trace", "--timeout", "1000h", "--format", "jsonl", "--out"])
        .arg(file.path())
        .arg("--")
        .args(command)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .map_err(|error| format!("failed to start grade: {error}"))?;
    let trace = fs::metadata(file.path())
        .and_then(|_| File::open(file.path()))
        .map_err(|error| error.to_string())
        .and_then(|file| read_jsonl(BufReader::new(file)).map_err(|error| error.to_string()))
        .map_err(|error| format!("{error}\n{:?}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))?;
    Ok((trace, output))
}

/// A line of the trace: milliseconds after the first line, which thread, which stream, what.
struct Seen<'a> {
    ns: u64,
    thread: (u32, u32),
    fd: u8,
    text: &'a str,
}

fn seen(trace: &Trace) -> Vec<Seen<'_>> {
    let lines = trace.events.iter().filter_map(|event| match &event.kind {
        EventKind::Line { fd, text, .. } => {
            Some(Seen { ns: event.t.as_nanos(), thread: (event.pid, event.tid), fd: *fd, text })
        }
        _ => None,
    });
    let mut lines: Vec<_> = lines.collect();
    let first = lines.first().map_or(0, |line| line.ns);
    for line in &mut lines {
        line.ns -= first;
    }
    lines
}

/// Both sides in the order of the expected times; lines of one time in the order of their texts.
fn pairs<'a>(expected: &'a Expected, lines: &'a [Seen<'a>]) -> Vec<(&'a expected::Line, &'a Seen<'a>)> {
    let mut pairs = Vec::new();
    let mut at = 0;
    for group in expected.lines.chunk_by(|a, b| a.ms == b.ms) {
        let mut wanted: Vec<_> = group.iter().collect();
        let mut got: Vec<_> = lines.iter().skip(at).take(group.len()).collect();
        wanted.sort_by(|a, b| (a.fd, &a.text).cmp(&(b.fd, &b.text)));
        got.sort_by(|a, b| (a.fd, a.text).cmp(&(b.fd, b.text)));
        pairs.extend(wanted.into_iter().zip(got));
        at += group.len();
    }
    pairs
}

fn wrong_lines(expected: &Expected, trace: &Trace) -> Vec<String> {
    let lines = seen(trace);
    let mut wrong = Vec::new();
    if lines.len() != expected.lines.len() {
        wrong.push(format!("{} lines, not {}", lines.len(), expected.lines.len()));
    }
    for (wanted, got) in pairs(expected, &lines) {
        if (wanted.fd, wanted.text.as_str()) != (got.fd, got.text) {
            wrong.push(format!("`{}` where `{}` should be", got.text, wanted.text));
            break;
        }
        if (wanted.ms * 1_000_000).abs_diff(got.ns) > expected.within_ms * 1_000_000 {
            wrong.push(format!("`{}` came at {} ms, not {} ms", got.text, got.ns / 1_000_000, wanted.ms));
        }
    }
    wrong
}

/// The same letter must be the same thread, and another letter another one.
fn wrong_writers(expected: &Expected, trace: &Trace) -> Vec<String> {
    let lines = seen(trace);
    let mut thread_of: BTreeMap<char, (u32, u32)> = BTreeMap::new();
    let mut letter_of: BTreeMap<(u32, u32), char> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (wanted, got) in pairs(expected, &lines) {
        let Some(who) = wanted.who else { continue };
        let thread = *thread_of.entry(who).or_insert(got.thread);
        let letter = *letter_of.entry(got.thread).or_insert(who);
        if thread != got.thread || letter != who {
            wrong.push(format!("`{}` was written by {:?}, which is not `{who}`", got.text, got.thread));
        }
    }
    wrong
}

fn wrong_end(expected: &Expected, trace: &Trace, output: &Output) -> Vec<String> {
    let mut wrong = Vec::new();
    let (ended, exit, status) = match expected.end {
        End::Exit(code) => (Ended::Exit, Some(ExitStatus::Code(code)), code),
        End::Signal(signal) => (Ended::Signal, Some(ExitStatus::Signal(signal)), 128 + signal),
        End::Stuck => (Ended::Stuck, trace.end.exit, 124),
        End::NoProgress => (Ended::NoProgress, trace.end.exit, 124),
    };
    if (trace.end.ended, trace.end.exit) != (ended, exit) {
        wrong.push(format!("it ended by {:?} {:?}, not {:?}", trace.end.ended, trace.end.exit, expected.end));
    }
    if output.status.code() != Some(status) {
        wrong.push(format!("grade ended with {:?}, not {status}", output.status));
    }
    for (what, wanted, got) in
        [("processes", expected.processes, trace.end.processes), ("threads", expected.threads, trace.end.threads)]
    {
        if wanted.is_some_and(|wanted| wanted != u64::from(got)) {
            wrong.push(format!("{got} {what}, not {}", wanted.unwrap_or_default()));
        }
    }
    if !trace.end.unvirtualised.is_empty() {
        wrong.push(format!("not virtual: {:?}", trace.end.unvirtualised));
    }
    wrong
}

/// What came through must be what was recorded, stream by stream.
fn wrong_passage(expected: &Expected, trace: &Trace, output: &Output) -> Vec<String> {
    let mut wrong = Vec::new();
    for (fd, passed) in [(1, &output.stdout), (2, &output.stderr)] {
        let recorded: Vec<&str> = seen(trace).iter().filter(|line| line.fd == fd).map(|line| line.text).collect();
        let passed = String::from_utf8_lossy(passed);
        let same = if expected.mixed {
            let sorted = |text: &str| {
                let mut characters: Vec<char> = text.chars().filter(|character| *character != '\n').collect();
                characters.sort_unstable();
                characters
            };
            sorted(&passed) == sorted(&recorded.concat())
        } else {
            passed.lines().collect::<Vec<_>>() == recorded
        };
        if !same {
            wrong.push(format!("on stream {fd} this came through:\n{passed}"));
        }
    }
    wrong
}

fn picture(wrong: &[String], expected: &Expected, trace: &Trace) -> String {
    let mut text = format!("{}\n\nexpected:\n", wrong.join("\n"));
    for line in &expected.lines {
        let _infallible = writeln!(text, "{:9} ms  {} {}", line.ms, line.fd, line.text);
    }
    text.push_str("seen:\n");
    for line in seen(trace) {
        let (pid, tid) = line.thread;
        let _infallible = writeln!(
            text,
            "{:5}.{:03} ms  {} {} [{pid}/{tid}]",
            line.ns / 1_000_000,
            line.ns / 1000 % 1000,
            line.fd,
            line.text
        );
    }
    let _infallible = writeln!(text, "{:?}", trace.end);
    text
}
