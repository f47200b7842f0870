//! The `.expected` files.
//!
//! ```text
//! # what this guest is for
//! args: 1 2                    the guest's arguments
//! within: 30ms                 how exact times must be (10ms)
//! processes: 3                 how many of them lived (not checked)
//! threads: 5
//! mixed                        writers cut into each other's lines on the way through
//! 0.000 a | start              time, who (same letter: same thread), stdout
//! 1.000 b ! careful            stderr
//! 1.000 | anybody wrote this
//! exit 0                       or `signal 9`, `stuck`, `no-progress`
//! ```
//! Lines of the same time may come in any order.

use std::fs;
use std::path::Path;

pub(crate) struct Expected {
    pub(crate) args: Vec<String>,
    pub(crate) within_ms: u64,
    pub(crate) processes: Option<u64>,
    pub(crate) threads: Option<u64>,
    pub(crate) mixed: bool,
    pub(crate) lines: Vec<Line>,
    pub(crate) end: End,
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) ms: u64,
    pub(crate) who: Option<char>,
    pub(crate) fd: u8,
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exit(i32),
    Signal(i32),
    Stuck,
    NoProgress,
}

impl Expected {
    /// Leaves out what only the kernel can tell, and gives times the slack that a busy machine needs.
    pub(crate) fn without_kernels_word(&mut self) {
        (self.processes, self.threads) = (None, None);
        self.within_ms += 150;
        for line in &mut self.lines {
            line.who = None;
        }
    }
}

pub(crate) fn read(path: &Path) -> Result<Expected, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("failed to read {}: {error}", path.display()))?;
    let mut expected = Expected {
        args: Vec::new(),
        within_ms: 10,
        processes: None,
        threads: None,
        mixed: false,
        lines: Vec::new(),
        end: End::Exit(0),
    };
    for (number, row) in (1..).zip(text.lines()) {
        row_of(row, &mut expected).ok_or_else(|| format!("{}:{number}: `{row}` is no expectation", path.display()))?;
    }
    Ok(expected)
}

fn row_of(row: &str, expected: &mut Expected) -> Option<()> {
    if row.is_empty() || row.starts_with('#') {
        return Some(());
    }
    if row == "stuck" {
        expected.end = End::Stuck;
    } else if row == "no-progress" {
        expected.end = End::NoProgress;
    } else if row == "mixed" {
        expected.mixed = true;
    } else if let Some(args) = row.strip_prefix("args: ") {
        expected.args = args.split(' ').map(str::to_owned).collect();
    } else if let Some(within) = row.strip_prefix("within: ") {
        expected.within_ms = within.strip_suffix("ms")?.parse().ok()?;
    } else if let Some(count) = row.strip_prefix("processes: ") {
        expected.processes = Some(count.parse().ok()?);
    } else if let Some(count) = row.strip_prefix("threads: ") {
        expected.threads = Some(count.parse().ok()?);
    } else if let Some(code) = row.strip_prefix("exit ") {
        expected.end = End::Exit(code.parse().ok()?);
    } else if let Some(signal) = row.strip_prefix("signal ") {
        expected.end = End::Signal(signal.parse().ok()?);
    } else {
        expected.lines.push(line(row)?);
    }
    Some(())
}

fn line(row: &str) -> Option<Line> {
    let (time, rest) = row.split_once(' ')?;
    let (seconds, millis) = time.split_once('.').filter(|(_, millis)| millis.len() == 3)?;
    let ms = seconds.parse::<u64>().ok()? * 1000 + millis.parse::<u64>().ok()?;
    let (who, rest) = match rest.as_bytes() {
        [b'a'..=b'z', b' ', ..] => (rest.chars().next(), &rest[2..]),
        _ => (None, rest),
    };
    let fd = match rest.chars().next()? {
        '|' => 1,
        '!' => 2,
        _ => return None,
    };
    let text = rest[1..].strip_prefix(' ').unwrap_or(&rest[1..]);
    Some(Line { ms, who, fd, text: text.to_owned() })
}
