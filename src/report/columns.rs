//! A run as columns of threads in time: what each wrote, one below the other, and where the schedule forced something.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::cast::Cast;
use super::harmless;
use crate::clock::VirtualDuration;
use crate::trace::{Event, EventKind, Pid, Tid, Trace};

const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const FORCED: Style = AnsiColor::Yellow.on_default();

/// More threads than this do not fit beside each other.
const MOST_COLUMNS: usize = 3;
/// The narrowest column that can be read.
const NARROWEST: usize = 12;
/// A time takes at least so many columns.
const TIME_WIDTH: usize = 10;
/// Only so many rows are drawn: those round what the schedule did, and the last.
const MOST_ROWS: usize = 24;

/// Something that stands in one thread's column.
struct Row {
    time: String,
    who: (Pid, Tid),
    what: String,
    style: Style,
    /// Whether it is left in when not all fit.
    matters: bool,
}

/// Draws the run, at most `width` columns wide (as long as that leaves room to read). `at_fault` are lines to be marked.
///
/// Colours are always written, as escape codes.
pub fn columns(trace: &Trace, at_fault: &[&str], width: usize) -> String {
    let cast = Cast::of(trace);
    let rows: Vec<Row> = trace.events.iter().flat_map(|event| rows_of(event, &cast, at_fault)).collect();
    let threads = threads(trace, &rows);
    if threads.is_empty() {
        return String::new();
    }
    let (rows, hidden): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| threads.contains(&row.who));
    let time_width = rows.iter().map(|row| row.time.len()).max().unwrap_or(0).max(TIME_WIDTH);
    let column = (width.saturating_sub(time_width) / threads.len()).saturating_sub(2).max(NARROWEST);
    let mut text = " ".repeat(time_width);
    for (pid, tid) in &threads {
        let label = cut(&label(&cast, *pid, *tid), column);
        let _infallible = write!(text, "  {STRONG}{label}{STRONG:#}{}", " ".repeat(column - label.width()));
    }
    let mut text = text.trim_end().to_owned() + "\n";
    let mut left_out = false;
    let keep = kept(&rows);
    for (row, keep) in rows.iter().zip(keep) {
        if !keep {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) {
            let _infallible = writeln!(text, "{:>time_width$}  {FAINT}⋮{FAINT:#}", "");
        }
        let place = threads.iter().position(|thread| *thread == row.who).unwrap_or(0);
        let before = " ".repeat(2 + place * (column + 2));
        for (number, piece) in pieces(&row.what, column).into_iter().enumerate() {
            let time = if number == 0 { row.time.as_str() } else { "" };
            let style = row.style;
            let _infallible = writeln!(text, "{FAINT}{time:>time_width$}{FAINT:#}{before}{style}{piece}{style:#}");
        }
    }
    let mut others: Vec<(Pid, Tid)> = hidden.iter().map(|row| row.who).collect();
    others.sort_unstable();
    others.dedup();
    if !others.is_empty() {
        let threads = if others.len() == 1 { "thread" } else { "threads" };
        let _infallible = writeln!(text, "{FAINT}… and {} more {threads}{FAINT:#}", others.len());
    }
    text
}

fn rows_of(event: &Event, cast: &Cast, at_fault: &[&str]) -> Vec<Row> {
    let row = |what: String, style: Style, matters: bool| Row {
        time: event.t.to_string(),
        who: (event.pid, event.tid),
        what,
        style,
        matters,
    };
    match &event.kind {
        EventKind::Line { text, .. } => {
            let fault = at_fault.contains(&text.as_str());
            let (mark, style) = if fault { ("✗", BAD) } else { ("│", Style::new()) };
            vec![row(format!("{mark} {}", harmless(text)), style, fault)]
        }
        EventKind::First { instead } => {
            let instead = instead.filter(|instead| *instead != event.tid);
            let before = instead.map_or_else(String::new, |tid| {
                let pid = pid_of(cast, event.pid, tid);
                format!(", before {}", label(cast, pid, tid))
            });
            vec![row(format!("▶ goes first{before}"), FORCED, true)]
        }
        EventKind::Held { ns } => vec![row(format!("‖ held for {}", rounded(*ns)), FORCED, true)],
        EventKind::Preempted { ns: 0 } => vec![row("‖ preempted here".to_owned(), FORCED, true)],
        EventKind::Preempted { ns } => vec![row(format!("‖ preempted for {}", rounded(*ns)), FORCED, true)],
        EventKind::Stuck { threads, .. } => threads
            .iter()
            .map(|thread| Row {
                who: (thread.pid, thread.tid),
                ..row(format!("! {}", harmless(&thread.waits_shortly())), BAD, true)
            })
            .collect(),
        EventKind::Exit { signal: Some(signal), .. } => vec![row(format!("✗ killed by signal {signal}"), BAD, true)],
        _ => Vec::new(),
    }
}

/// A thread's name: short, where there is one process.
fn label(cast: &Cast, pid: Pid, tid: Tid) -> String {
    let alone = cast.actors().iter().all(|actor| actor.pid == pid);
    match (alone, pid == tid) {
        (false, _) => cast.label(pid, tid),
        (true, true) => format!("thread {tid} (main)"),
        (true, false) => format!("thread {tid}"),
    }
}

fn pid_of(cast: &Cast, pid: Pid, tid: Tid) -> Pid {
    cast.actors().iter().find(|actor| actor.tid == tid).map_or(pid, |actor| actor.pid)
}

/// To a tenth of a millisecond: how long a schedule holds somebody is drawn by lot.
fn rounded(ns: u64) -> VirtualDuration {
    VirtualDuration::from_nanos(ns.div_ceil(100_000) * 100_000)
}

/// The threads that get a column: those that the schedule touched before others, then those that wrote most; drawn in the order of their
/// births.
fn threads(trace: &Trace, rows: &[Row]) -> Vec<(Pid, Tid)> {
    let mut all: Vec<((Pid, Tid), usize)> = Vec::new();
    for row in rows {
        let weight = if row.matters { 1_000 } else { 1 };
        match all.iter_mut().find(|(who, _)| *who == row.who) {
            Some((_, sum)) => *sum += weight,
            None => all.push((row.who, weight)),
        }
    }
    all.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    all.truncate(MOST_COLUMNS);
    let born = |who: &(Pid, Tid)| trace.events.iter().position(|event| (event.pid, event.tid) == *who);
    let mut threads: Vec<(Pid, Tid)> = all.into_iter().map(|(who, _)| who).collect();
    threads.sort_by_key(born);
    threads
}

/// Which rows are drawn: all that matter with their neighbours, and the last ones.
fn kept(rows: &[Row]) -> Vec<bool> {
    let mut keep = vec![rows.len() <= MOST_ROWS; rows.len()];
    let mut room = MOST_ROWS;
    let mut take = |place: usize, keep: &mut Vec<bool>| {
        if room > 0 && place < rows.len() && !std::mem::replace(&mut keep[place], true) {
            room -= 1;
        }
    };
    // How it ended first: a schedule may have done more than there is room for.
    for place in (0..rows.len()).rev().take(4) {
        take(place, &mut keep);
    }
    let matter: Vec<usize> = (0..rows.len()).filter(|place| rows[*place].matters).collect();
    for place in &matter {
        take(*place, &mut keep);
    }
    for near in [1, 2] {
        for place in &matter {
            take(place.saturating_sub(near), &mut keep);
            take(place + near, &mut keep);
        }
    }
    keep
}

fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        if out.width() + character.width().unwrap_or(0) + 1 > width {
            break;
        }
        out.push(character);
    }
    out + "…"
}

/// At most two lines of a text, each at most so wide.
fn pieces(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut first = String::new();
    let mut rest = "";
    let mut last_space = None;
    let mut used = 0;
    for (at, character) in text.char_indices() {
        if used + character.width().unwrap_or(0) > width {
            let from = last_space.filter(|space| *space > 1).unwrap_or(at);
            text[..from].clone_into(&mut first);
            rest = text[from..].trim_start();
            break;
        }
        if character == ' ' {
            last_space = Some(at);
        }
        used += character.width().unwrap_or(0);
    }
    vec![first, format!("  {}", cut(rest, width.saturating_sub(2)))]
}

#[cfg(test)]
mod tests {
    use super::super::samples::{event, line, trace};
    use super::columns;
    use crate::trace::{EventKind, Trace};

    const SECOND: u64 = 1_000_000_000;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn lost_update() -> Trace {
        trace(vec![
            event(0, 7, 7, EventKind::Process { parent: 0 }),
            event(1_000_000, 7, 8, EventKind::Thread { parent: 7 }),
            event(1_000_000, 7, 9, EventKind::Thread { parent: 7 }),
            line(2 * SECOND, 7, 8, "Reading 0"),
            event(2 * SECOND + 2_000, 7, 9, EventKind::First { instead: Some(8) }),
            line(2 * SECOND + 4_000, 7, 9, "Reading 0"),
            event(2 * SECOND + 6_000, 7, 9, EventKind::Held { ns: 6_100_000 }),
            line(2 * SECOND + 8_000, 7, 8, "Writing 1"),
            line(2 * SECOND + 8_000_000, 7, 9, "Writing 1"),
            line(2 * SECOND + 9_000_000, 7, 7, "Final value is 1"),
        ])
    }

    #[test]
    fn a_lost_update_is_drawn_as_columns_of_threads_in_time() {
        insta::assert_snapshot!(plain(&columns(&lost_update(), &["Final value is 1"], 84)));
    }

    #[test]
    fn in_a_narrow_terminal_what_is_long_goes_on_in_a_second_line() {
        let text = plain(&columns(&lost_update(), &["Final value is 1"], 60));
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn what_a_program_wrote_cannot_steer_the_terminal() {
        let text = columns(&trace(vec![line(1, 7, 7, "a\x1b[2Jb\u{202e}c")]), &[], 80);
        assert!(text.contains(r"a\x1b[2Jb\u{202e}c"), "{text}");
    }

    #[test]
    fn of_a_long_run_what_matters_is_drawn() {
        let mut events: Vec<_> =
            (0..200).map(|at| line(at * 1_000, 7, 7 + u32::try_from(at % 6).unwrap(), "x")).collect();
        events.insert(100, event(100_000, 7, 12, EventKind::Preempted { ns: 0 }));
        let text = plain(&columns(&trace(events), &[], 80));
        assert!(
            text.contains("‖ preempted here") && text.contains("⋮") && text.contains("… and 3 more threads"),
            "{text}"
        );
        assert!(text.lines().count() < 32, "{text}");
    }
}
