use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::cast::Cast;
use super::harmless;
use super::lanes::lanes;
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::trace::{ClockKind, End, Ended, Event, EventKind, ExitStatus, HttpPhase, LimitKind, Trace, cycles_in_words};

const DIM: Style = Style::new().dimmed();
const WHO: Style = AnsiColor::Cyan.on_default();
const OUT: Style = Style::new().bold();
const ERR: Style = AnsiColor::Yellow.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
/// The column of times: `12345.678 s`.
const TIME_WIDTH: usize = 11;
/// The column of names grows to this.
const WIDEST_WHO: usize = 36;

/// How a trace is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// How many columns there are.
    pub width: usize,
    /// Whether a row that is longer goes on below itself (on a terminal), or is left as long as it is.
    pub wrap: bool,
    /// Whether there are colours.
    pub colour: bool,
}

/// A trace for people: what happened, row by row (time, who, what), then the threads as lanes, then how it ended.
/// Nothing that the program wrote can steer a terminal.
pub fn trace_text(trace: &Trace, style: TextStyle) -> String {
    let cast = Cast::of(trace);
    let rows: Vec<Row> = rows(trace, &cast);
    let who_width = rows.iter().map(|row| row.who.width()).max().unwrap_or(0).min(WIDEST_WHO);
    let mut out = String::new();
    for row in &rows {
        row.draw(who_width, style, &mut out);
    }
    if cast.actors().iter().any(|actor| actor.pid != 0) {
        out.push('\n');
        out.push_str(&lanes(&cast, style.width));
    }
    out.push('\n');
    out.push_str(&summary(trace, style));
    out
}

/// One row: when, who, what.
struct Row {
    at: VirtualInstant,
    who: String,
    what: String,
    style: Style,
}

impl Row {
    fn draw(&self, who_width: usize, style: TextStyle, out: &mut String) {
        let time = format!("{:>TIME_WIDTH$}", self.at.to_string());
        let padding = " ".repeat(who_width.saturating_sub(self.who.width()));
        let indent = TIME_WIDTH + 2 + who_width.max(self.who.width()) + 2;
        let room = if style.wrap { style.width.saturating_sub(indent).max(20) } else { usize::MAX };
        let (dim, who, what) = (paint(DIM, style), paint(WHO, style), paint(self.style, style));
        for (number, piece) in pieces(&self.what, room).into_iter().enumerate() {
            let _infallible = if number == 0 {
                writeln!(out, "{dim}{time}{dim:#}  {who}{}{who:#}{padding}  {what}{piece}{what:#}", self.who)
            } else {
                writeln!(out, "{}{what}{piece}{what:#}", " ".repeat(indent))
            };
        }
    }
}

fn paint(colour: Style, style: TextStyle) -> Style {
    if style.colour { colour } else { Style::new() }
}

/// Cuts a text into pieces that are at most `room` columns wide.
fn pieces(text: &str, room: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut width) = (0, 0);
    for (at, character) in text.char_indices() {
        let wide = character.width().unwrap_or(0);
        if width + wide > room && at > start {
            pieces.push(&text[start..at]);
            (start, width) = (at, 0);
        }
        width += wide;
    }
    pieces.push(&text[start..]);
    pieces
}

fn rows(trace: &Trace, cast: &Cast) -> Vec<Row> {
    let mut rows = Vec::with_capacity(trace.events.len());
    for event in &trace.events {
        if let Some((what, style)) = what(event, cast) {
            let who = match event.kind {
                EventKind::Http { .. } => "http fixture".to_owned(),
                _ => cast.label(event.pid, event.tid),
            };
            rows.push(Row { at: event.t, who, what, style });
        }
        if let EventKind::Stuck { threads, .. } = &event.kind {
            for thread in threads {
                let what = harmless(&thread.waits());
                rows.push(Row { at: event.t, who: cast.label(thread.pid, thread.tid), what, style: BAD });
            }
        }
    }
    rows
}

/// What happened in one event, in words; none for the end of a timed wait.
pub(super) fn happened(event: &Event, cast: &Cast) -> Option<String> {
    what(event, cast).map(|(what, _)| what)
}

/// What happened, in words. None for a wait for another thread, which the lane shows, and for the end of any wait: its row would
/// say what the row of its start and the lane
/// say already.
fn what(event: &Event, cast: &Cast) -> Option<(String, Style)> {
    let plain = |text: String| Some((text, DIM));
    match &event.kind {
        EventKind::Process { parent: 0 } => plain("starts".to_owned()),
        EventKind::Process { parent } => plain(format!("starts, child of {}", cast.label(*parent, *parent))),
        EventKind::Thread { parent } => plain(format!("starts, by thread {parent}")),
        EventKind::Exec { path } => plain(format!("runs {}", harmless(path))),
        EventKind::Line { fd, text, partial, lossy, cut } => {
            let mut what = harmless(text);
            let marks = [(*partial, "no newline"), (*lossy, "not UTF-8"), (*cut, "cut")];
            for (_, mark) in marks.iter().filter(|(is, _)| *is) {
                let _infallible = write!(what, " ({mark})");
            }
            Some(if *fd == 1 { (format!("│ {what}"), OUT) } else { (format!("║ {what}"), ERR) })
        }
        EventKind::Sleep { ns } => plain(format!("waits for at most {}", VirtualDuration::from_nanos(*ns))),
        EventKind::Wait { .. } | EventKind::Wake {} => None,
        EventKind::First { .. } => plain("goes first, by the schedule".to_owned()),
        EventKind::Held { ns } => plain(format!("is held back for {}, by the schedule", rounded(*ns))),
        EventKind::Preempted { .. } => plain("is preempted here, by the schedule".to_owned()),
        EventKind::Exit { code: Some(code), cpu, .. } => plain(format!("exits with {code}{}", cpu_used(*cpu))),
        EventKind::Exit { signal: Some(signal), cpu, .. } => {
            Some((format!("is killed by {}{}", signal_name(*signal), cpu_used(*cpu)), BAD))
        }
        EventKind::Exit { cpu, .. } => plain(format!("ends{}", cpu_used(*cpu))),
        EventKind::Http { id, phase, method, path, status } => {
            let phase = match phase {
                HttpPhase::Open => "connection opens",
                HttpPhase::Request => "request",
                HttpPhase::Response => "response",
                HttpPhase::Close => "closes",
            };
            let mut what = format!("{phase} {id}");
            let status = status.map(|status| status.to_string());
            for word in [method.as_deref(), path.as_deref(), status.as_deref()].into_iter().flatten() {
                let _infallible = write!(what, " {}", harmless(word));
            }
            plain(what)
        }
        EventKind::Zombie { parent } => {
            Some((format!("is a zombie: {} never waited for it", cast.label(*parent, *parent)), BAD))
        }
        EventKind::Stuck { cycles, .. } => {
            let why = cycles_in_words(cycles).map_or_else(String::new, |why| format!(" ({why})"));
            Some((format!("stuck: nothing can ever move again{why}"), BAD))
        }
    }
}

fn cpu_used(ns: u64) -> String {
    if ns == 0 { String::new() } else { format!(", {} of CPU", rounded(ns)) }
}

/// Real and CPU times are no exact numbers: nobody wants their nanoseconds.
fn rounded(ns: u64) -> VirtualDuration {
    let step = match ns {
        0..100_000 => 1_000,
        100_000..1_000_000_000 => 100_000,
        _ => 10_000_000,
    };
    VirtualDuration::from_nanos(ns / step * step)
}

/// How the run ended and what it used.
fn summary(trace: &Trace, style: TextStyle) -> String {
    let end = &trace.end;
    let good = end.exit == Some(ExitStatus::Code(0)) && end.ended == Ended::Exit;
    let how = paint(if good { OUT } else { BAD }, style);
    let clock = match trace.header.clock {
        ClockKind::Virtual => "virtual time",
        ClockKind::Wall => "wall clock",
    };
    let schedule =
        if trace.header.schedule == 0 { String::new() } else { format!(", schedule {}", trace.header.schedule) };
    let mut out =
        format!("{how}{}{how:#} after {} ({clock}{schedule})\n", ending(end), VirtualInstant::from_nanos(end.elapsed));
    let _infallible = writeln!(
        out,
        "real {}, CPU {}, {}, {}, {}, {}",
        rounded(end.real),
        rounded(end.cpu),
        counted(end.processes.into(), "process", "processes"),
        counted(end.threads.into(), "thread", "threads"),
        counted(end.stops, "stop", "stops"),
        counted(end.jumps, "jump of the clock", "jumps of the clock"),
    );
    if !end.unvirtualised.is_empty() {
        let names: Vec<String> = end.unvirtualised.iter().map(|name| harmless(name)).collect();
        let bad = paint(ERR, style);
        let _infallible = writeln!(out, "{bad}not virtual:{bad:#} {}", names.join(", "));
    }
    out
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn ending(end: &End) -> String {
    let refused = end.refused.iter().map(|refused| format!("; {}", refused.words()));
    how_it_ended(end) + &refused.collect::<String>()
}

fn how_it_ended(end: &End) -> String {
    match (end.ended, end.exit) {
        (Ended::Exit | Ended::Signal, Some(ExitStatus::Code(code))) => format!("exit {code}"),
        (Ended::Exit | Ended::Signal, Some(ExitStatus::Signal(signal))) => format!("killed by {}", signal_name(signal)),
        (Ended::Exit, None) => "exit".to_owned(),
        (Ended::Signal, None) => "killed".to_owned(),
        (Ended::Stuck, _) => "stuck: a deadlock".to_owned(),
        (Ended::NoProgress, _) => "no progress: it polls for ever".to_owned(),
        (Ended::Limit, _) => {
            let amount = end.limit.zip(end.used).map(|(limit, used)| limit.amount(used));
            if let Some((limit, most)) = end.limit.zip(end.most).filter(|(limit, _)| *limit != LimitKind::Time) {
                format!("stopped: it {}{}", limit.exceeded(most), amount.map_or(String::new(), |at| format!(": {at}")))
            } else {
                let amount = amount.map_or(String::new(), |at| format!(" ({at})"));
                format!("stopped: {}{amount}", end.limit.map_or("over a limit", limit_words))
            }
        }
        (Ended::Interrupted, _) => "interrupted".to_owned(),
    }
}

const fn limit_words(limit: LimitKind) -> &'static str {
    match limit {
        LimitKind::Time => "out of time",
        LimitKind::RealTime => "out of real time",
        LimitKind::Cpu => "too much CPU time",
        LimitKind::Memory => "too much memory",
        LimitKind::Processes => "too many processes or threads",
        LimitKind::Output => "too much output",
    }
}

fn signal_name(signal: i32) -> String {
    nix::sys::signal::Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |known| known.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{event, line, trace};
    use super::{TextStyle, trace_text};
    use crate::trace::{Ended, EventKind, StuckThread};

    const SECOND: u64 = 1_000_000_000;
    const PLAIN: TextStyle = TextStyle { width: 76, wrap: false, colour: false };

    #[test]
    fn a_run_is_told_in_columns_with_its_lanes_below() {
        let text = trace_text(
            &trace(vec![
                event(0, 7, 7, EventKind::Process { parent: 0 }),
                event(0, 7, 7, EventKind::Exec { path: "/tmp/two".to_owned() }),
                event(1_000_000, 7, 12, EventKind::Thread { parent: 7 }),
                event(1_000_000, 7, 12, EventKind::Sleep { ns: 2 * SECOND }),
                event(2_001_000_000, 7, 12, EventKind::Wake {}),
                line(2_001_000_000, 7, 12, "Worker finished"),
                event(2_001_000_000, 7, 12, EventKind::Exit { code: None, signal: None, cpu: 41_999 }),
                event(2_002_000_000, 7, 7, EventKind::Exit { code: Some(0), signal: None, cpu: 1_250_999 }),
            ]),
            PLAIN,
        );
        let expected = "
    0.000 s  two 7     starts
    0.000 s  two 7     runs /tmp/two
    0.001 s  two 7/12  starts, by thread 7
    0.001 s  two 7/12  waits for at most 2 s
    2.001 s  two 7/12  │ Worker finished
    2.001 s  two 7/12  ends, 41 µs of CPU
    2.002 s  two 7     exits with 0, 1.2 ms of CPU

          0 s             500 ms          1 s             1.5 s           2 s
          ┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┼╌
two 7     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
two 7/12  ━───────────────────────────────────────────────────────────────●
━ awake   ─ in a timed wait   ● a line

exit 0 after 2.002 s (virtual time)
real 12 ms, CPU 9 ms, 1 process, 1 thread, 30 stops, 6 jumps of the clock
";
        assert_eq!(format!("\n{text}"), expected, "{text}");
    }

    #[test]
    fn a_hostile_line_cannot_steer_the_terminal() {
        let text = trace_text(
            &trace(vec![line(0, 7, 7, "\x1b[2J\x1b]0;owned\x07\u{202e}\r0.000 s  two 7  │ passed")]),
            TextStyle { colour: false, ..PLAIN },
        );
        assert!(text.contains(r"│ \x1b[2J\x1b]0;owned\x07\u{202e}\r0.000 s"), "{text}");
        assert!(!text.contains(['\x1b', '\r', '\x07', '\u{202e}']));
    }

    #[test]
    fn a_long_row_goes_on_below_itself_on_a_terminal_only() {
        let run = trace(vec![line(0, 7, 7, &"word ".repeat(30))]);
        let rows =
            |wrap| trace_text(&run, TextStyle { wrap, ..PLAIN }).lines().filter(|row| row.contains("word")).count();
        assert_eq!(rows(false), 1);
        assert!(rows(true) > 2);
    }

    #[test]
    fn colours_come_only_when_asked_for() {
        let run = trace(vec![line(0, 7, 7, "hello")]);
        assert!(!trace_text(&run, PLAIN).contains('\x1b'));
        assert!(trace_text(&run, TextStyle { colour: true, ..PLAIN }).contains('\x1b'));
    }

    #[test]
    fn a_deadlock_says_who_waits_on_what() {
        let threads = vec![
            StuckThread { joins: Some(8), ..StuckThread::new(7, 7, "thread 8 (join)") },
            StuckThread::new(7, 8, "futex 0x7f00"),
        ];
        let mut run = trace(vec![event(5, 7, 7, EventKind::Stuck { threads, cycles: Vec::new() })]);
        run.end.ended = Ended::Stuck;
        run.end.exit = None;
        run.end.unvirtualised = vec!["rdtsc".to_owned()];
        let text = trace_text(&run, PLAIN);
        for part in [
            "program 7    stuck: nothing can ever move again",
            "program 7    waits for thread 8 to end",
            "program 7/8  waits on futex 0x7f00",
            "\nstuck: a deadlock after 0.000 s",
            "\nnot virtual: rdtsc\n",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
