//! Moments of a trace as a small table: when, which thread, what.

use std::fmt::Write as _;

use anstyle::Style;

use super::harmless;
use crate::check::verdict::Evidence;
use crate::clock::VirtualInstant;
use crate::trace::{Event, EventKind, HttpPhase, Trace};

const FAINT: Style = Style::new().dimmed();

/// How threads and processes are called in tables: a real id says nothing to a reader, so they are numbered by birth.
#[derive(Debug, Default)]
pub(super) struct Names {
    threads: Vec<u32>,
    processes: Vec<u32>,
}

impl Names {
    /// Names for all that these moments came from; an id of 0 is nobody.
    pub(super) fn new(writers: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut names = Self::default();
        for (pid, tid) in writers {
            if pid != 0 && !names.processes.contains(&pid) {
                names.processes.push(pid);
            }
            // A process's first thread has its process's id, and its name.
            if tid != 0 && tid != pid && !names.threads.contains(&tid) {
                names.threads.push(tid);
            }
        }
        names
    }

    /// Names for all that a trace saw.
    pub(super) fn of(trace: &Trace) -> Self {
        Self::new(trace.events.iter().map(|event| (event.pid, event.tid)))
    }

    fn name(&self, pid: u32, tid: u32) -> String {
        let number = |ids: &[u32], id: u32| ids.iter().position(|known| *known == id).map(|at| at + 1);
        let thread = match number(&self.threads, tid) {
            // The main thread is the first one.
            Some(number) => format!("thread {}", number + 1),
            None if tid != 0 => "main".to_owned(),
            None => String::new(),
        };
        match number(&self.processes, pid) {
            Some(process) if self.processes.len() > 1 && thread.starts_with('t') => {
                format!("process {process}, {thread}")
            }
            Some(process) if self.processes.len() > 1 => format!("process {process}"),
            _ => thread,
        }
    }
}

/// The lines and times that show why a check failed.
pub(super) fn evidence(moments: &[Evidence], names: &Names) -> String {
    let rows: Vec<_> = moments
        .iter()
        .map(|moment| Row {
            time: VirtualInstant::from_nanos(moment.t).to_string(),
            who: names.name(moment.pid, moment.tid),
            text: harmless(&moment.text).into_owned(),
        })
        .collect();
    draw(&rows)
}

/// A whole trace, an event a row.
pub(super) fn trace(trace: &Trace, names: &Names) -> String {
    let rows: Vec<_> = trace
        .events
        .iter()
        .map(|event| Row { time: event.t.to_string(), who: names.name(event.pid, event.tid), text: in_words(event) })
        .collect();
    draw(&rows)
}

struct Row {
    time: String,
    who: String,
    text: String,
}

fn draw(rows: &[Row]) -> String {
    let time_width = rows.iter().map(|row| row.time.len()).max().unwrap_or(0);
    let name_width = rows.iter().map(|row| row.who.len()).max().unwrap_or(0);
    let gap = if name_width == 0 { "" } else { "  " };
    let mut text = String::new();
    for Row { time, who, text: what } in rows {
        let _infallible = writeln!(text, "{FAINT}{time:>time_width$}{gap}{who:<name_width$}  |{FAINT:#} {what}");
    }
    text
}

/// An event in a few words; a line is just its text.
fn in_words(event: &Event) -> String {
    match &event.kind {
        EventKind::Line { fd, text, partial, lossy, cut } => {
            let mut line = harmless(text).into_owned();
            if *fd == 2 {
                line.insert_str(0, "(stderr) ");
            }
            for (holds, note) in [(*partial, " (no newline)"), (*lossy, " (was not UTF-8)"), (*cut, " (cut: too long)")]
            {
                if holds {
                    line.push_str(note);
                }
            }
            line
        }
        EventKind::Process { .. } => "[process begins]".to_owned(),
        EventKind::Thread { .. } => "[thread begins]".to_owned(),
        EventKind::Exec { path } => format!("[becomes {}]", harmless(path)),
        EventKind::Sleep { ns } => format!("[sleeps {}]", crate::clock::VirtualDuration::from_nanos(*ns)),
        EventKind::Wake {} => "[wakes]".to_owned(),
        EventKind::Exit { code: Some(code), .. } => format!("[exits with {code}]"),
        EventKind::Exit { signal: Some(signal), .. } => format!("[killed by signal {signal}]"),
        EventKind::Exit { .. } => "[thread ends]".to_owned(),
        EventKind::Http { id, phase, method, path, status } => {
            let path = path.as_deref().map(|path| harmless(path).into_owned()).unwrap_or_default();
            match phase {
                HttpPhase::Open => format!("[http: connection {id} opens]"),
                HttpPhase::Request => {
                    format!("[http: request {id}: {} {path}]", harmless(method.as_deref().unwrap_or("?")))
                }
                HttpPhase::Response => format!("[http: response {id}: {}]", status.unwrap_or(0)),
                HttpPhase::Close => format!("[http: connection {id} closes]"),
            }
        }
        EventKind::Stuck { threads } => {
            let waits: Vec<_> = threads.iter().map(|thread| harmless(&thread.waits_on).into_owned()).collect();
            format!("[nothing can move again: waiting on {}]", waits.join(", "))
        }
    }
}
