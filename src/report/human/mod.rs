//! A result for a person: short and warm when it passed; when not, what was expected, what was seen, the lines and times
//! that show it, the hint, and how to see more.
//!
//! Colours are always written, as escape codes: the stream that this goes to takes them out where nobody wants them.

mod checks;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::harmless;
use crate::check::verdict::{ExerciseResult, RunSummary, Status, Verdict};
use crate::clock::VirtualDuration;
use crate::trace::{ClockKind, Ended, LimitKind};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const HINT: Style = AnsiColor::Cyan.on_default();

/// The widest line of running text.
const WIDTH: usize = 80;

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// One line.
    Brief,
    /// What helps.
    Normal,
    /// The passed checks and the whole trace of the failing case as well.
    Full,
}

/// What a report needs beside the result.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The exercise's title.
    pub title: &'a str,
    /// The exercise as commands name it: `ex07`.
    pub short: &'a str,
    /// How the reader starts us: `grade`, or `cargo run --release --` in a checkout.
    pub command: &'a str,
    /// How much is shown.
    pub detail: Detail,
    /// The whole run of the first failing case, drawn, when it may be shown.
    pub run: Option<&'a str>,
    /// The run that shows what a schedule does to it, as columns of threads, when one is at fault.
    pub forced: Option<&'a str>,
    /// The exercise that comes after this one: its short name and title.
    pub next: Option<(&'a str, &'a str)>,
}

/// Draws one result.
pub fn render(result: &ExerciseResult, context: Context<'_>) -> String {
    let mut text = String::new();
    if context.detail == Detail::Brief {
        push(&mut text, 0, &score_line(result));
        return text;
    }
    push(&mut text, 0, &format!("{STRONG}{}{STRONG:#} · {}", result.exercise, context.title));
    // How a run ended explains what its checks miss, so it is read first.
    let notes_first = result.verdict == Verdict::Failed && !result.notes.is_empty();
    if notes_first {
        push(&mut text, 0, "");
        notes(&mut text, result);
    }
    match result.verdict {
        Verdict::BuildFailed => build_failed(&mut text, result),
        // Of what was not judged there is nothing to say.
        Verdict::GraderError => {}
        Verdict::Passed if context.detail == Detail::Normal => {}
        _ => checks::write(&mut text, result, context),
    }
    if result.verdict != Verdict::Passed {
        push(&mut text, 0, "");
    }
    if !notes_first {
        notes(&mut text, result);
    }
    if let Some(run) = &result.run {
        usage(&mut text, result, run);
    }
    push(&mut text, 2, &score_line(result));
    way_on(&mut text, result, context);
    text
}

fn push(text: &mut String, indent: usize, line: &str) {
    let _infallible = writeln!(text, "{:indent$}{line}", "");
}

/// The verdict and the points, in one line.
fn score_line(result: &ExerciseResult) -> String {
    let (style, word) = match result.verdict {
        Verdict::Passed => (GOOD, "passed"),
        Verdict::Failed => (BAD, "not passed yet"),
        Verdict::BuildFailed => (BAD, "does not build yet"),
        Verdict::Inconclusive => (OPEN, "could not be decided"),
        Verdict::GraderError => (OPEN, "was not graded, by our fault"),
    };
    let points = match result.verdict {
        // Never a zero for what is not the student's fault.
        Verdict::GraderError => String::new(),
        Verdict::Inconclusive => format!(": {} of {} points so far", result.score, result.max_score),
        _ => format!(": {} of {} points", result.score, result.max_score),
    };
    format!("{} ({}) {style}{word}{style:#}{points}", result.exercise, result.language)
}

/// Writes a text in lines that a person likes to read, each indented; `head` stands before the first word.
fn wrapped(text: &mut String, indent: usize, head: &str, words: &str) {
    for line in lines(head, words, WIDTH - indent) {
        push(text, indent, &line);
    }
}

/// Running text in lines of at most `most` columns, but for words that are longer; `head`, which may have colours, stands
/// before the first word. No line but the first begins with `::`, by which a runner of GitHub knows a command: such a word may be a program's.
pub fn lines(head: &str, words: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = head.to_owned();
    let mut width = anstream::adapter::strip_str(head).to_string().width();
    for word in words.split_whitespace() {
        let length = word.width();
        if width > 0 && width + length > most && !word.starts_with("::") {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            width = 0;
        }
        line.push_str(word);
        line.push(' ');
        width += length + 1;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

fn build_failed(text: &mut String, result: &ExerciseResult) {
    push(text, 0, "");
    // Behind a bar, so that no message that a submission gives to the compiler can pass for a line of ours.
    for line in result.build.output.lines() {
        push(text, 0, format!("{FAINT}│{FAINT:#} {}", harmless(&line.replace('\t', "    "))).trim_end());
    }
}

fn notes(text: &mut String, result: &ExerciseResult) {
    for note in &result.notes {
        // A note may quote what a program wrote: behind a bar none of its lines can pass for one of ours.
        for (index, line) in lines(&format!("{FAINT}note{FAINT:#}: "), note, WIDTH - 4).iter().enumerate() {
            if index == 0 {
                push(text, 2, line);
            } else {
                push(text, 2, &format!("{FAINT}│{FAINT:#} {line}"));
            }
        }
    }
}

fn indented(text: &mut String, indent: usize, block: &str) {
    for line in block.lines() {
        push(text, indent, line);
    }
}

/// What it used more of than it may, and how much.
fn limit_words(limit: LimitKind, run: &RunSummary) -> String {
    // Of a time, what was used is what the limit says.
    if matches!(limit, LimitKind::Time | LimitKind::RealTime) {
        return "it did not end in the time that it has".to_owned();
    }
    let did = run.most.map_or_else(|| "used more than it may".to_owned(), |most| limit.exceeded(most));
    run.used.map_or_else(|| format!("it {did}"), |used| format!("it {did} ({})", limit.amount(used)))
}

/// What was run, and what stopped it.
fn usage(text: &mut String, result: &ExerciseResult, run: &RunSummary) {
    let stopped = match (run.ended, run.limit) {
        (Ended::Limit, Some(limit)) => Some(limit_words(limit, run)),
        (Ended::Limit, None) => Some("it used more than it may".to_owned()),
        (Ended::Stuck, _) => Some("nothing in it could ever move again (a deadlock)".to_owned()),
        (Ended::NoProgress, _) => Some("it went on polling without getting anywhere".to_owned()),
        (Ended::Exit | Ended::Signal | Ended::Interrupted, _) => None,
    };
    if let Some(why) = stopped {
        // The worst of all runs, which need not be the one that a check above speaks of.
        let what = if run.cases > 1 || run.schedules > 1 { "a run" } else { "the program" };
        push(text, 2, &format!("{FAINT}{what} was stopped{FAINT:#}: {why}"));
    }
    if result.verdict == Verdict::Passed {
        let plural = |count: u32, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let mut what = plural(run.cases, "case");
        if run.schedules > 1 {
            what = format!("{what}, each under {} schedules", run.schedules);
        }
        let longest = VirtualDuration::from_nanos(round(run.elapsed));
        let real = VirtualDuration::from_nanos(round(run.real));
        let spent = match run.clock {
            ClockKind::Virtual => format!("up to {longest} of the program's time, watched in {real}"),
            ClockKind::Wall => format!("up to {longest} each, on the machine's clock"),
        };
        push(text, 2, &format!("{FAINT}{what}: {spent}{FAINT:#}"));
    }
    match run.sandbox.as_str() {
        "off" => push(text, 2, &format!("{BAD}UNSAFE{BAD:#}: it ran without a sandbox (sandbox: off)")),
        rung => push(text, 2, &format!("{FAINT}sandbox: {}{FAINT:#}", harmless(rung))),
    }
}

/// To three digits or so: nobody reads the microseconds of seconds.
fn round(nanos: u64) -> u64 {
    let unit = match nanos {
        0..10_000_000 => 10_000,
        10_000_000..1_000_000_000 => 1_000_000,
        _ => 10_000_000,
    };
    nanos / unit * unit
}

/// What to do next.
fn way_on(text: &mut String, result: &ExerciseResult, context: Context<'_>) {
    let Context { command, short, .. } = context;
    let mut rows: Vec<(&str, String)> = Vec::new();
    match result.verdict {
        Verdict::Passed => {
            push(
                text,
                2,
                match context.next {
                    Some(_) => "Well done.",
                    None => "Well done: that was the last one.",
                },
            );
            rows.push(("compare with the reference", format!("{command} solution {short}")));
            if let Some((next, title)) = context.next {
                push(text, 2, &format!("Next comes {STRONG}{next}{STRONG:#}, {title}."));
                rows.push(("read the next task", format!("{command} show {next}")));
            }
        }
        Verdict::Failed => {
            if context.detail != Detail::Full {
                let again = result.replay.as_deref().and_then(|replay| replay.strip_prefix("grade "));
                let again = again.map_or_else(|| short.to_owned(), ToOwned::to_owned);
                rows.push(("see the whole run", format!("{command} {again} -v")));
            }
            rows.push(("read the task again", format!("{command} show {short}")));
        }
        Verdict::Inconclusive if result.checks.iter().any(|check| check.status == Status::Unobserved) => {
            rows.push(("see what this machine lacks", format!("{command} doctor")));
        }
        Verdict::Inconclusive => rows.push(("try once more", format!("{command} {short}"))),
        Verdict::GraderError => rows.push(("see what this machine lacks", format!("{command} doctor"))),
        Verdict::BuildFailed => {}
    }
    if rows.is_empty() {
        return;
    }
    push(text, 0, "");
    for (what, command) in rows {
        push(text, 2, &format!("{FAINT}{what:<27}{FAINT:#}  {command}"));
    }
}
