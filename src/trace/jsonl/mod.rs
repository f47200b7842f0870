//! Traces as JSON Lines, `grade/trace/v1`: written, and read again without trusting them.

use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};

use super::{End, Event, Header, Pid, SCHEMA, Tid, Trace};
use crate::clock::VirtualInstant;

/// The longest line that is read, in bytes. An engine cuts output lines long before this.
const LONGEST_LINE: u64 = 16 << 20;

/// Writes `trace` as `grade/trace/v1`: a header, an event a line, an end.
///
/// # Errors
/// Only those of `out`.
pub fn write_jsonl(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    write_line(&trace.header, out)?;
    for event in &trace.events {
        write_line(event, out)?;
    }
    write_line(&EndLine::of(trace), out)
}

fn write_line(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Reads what [`write_jsonl`] wrote. The text may come from anybody: whatever is wrong with it is an error that names
/// the line, and no line may take more memory than an engine's own could.
///
/// # Errors
/// When the text is no whole `grade/trace/v1`, or the input itself fails.
pub fn read_jsonl(input: impl BufRead) -> Result<Trace, TraceReadError> {
    let mut lines = Lines { input, number: 0, buffer: Vec::new() };
    let header = read_header(&mut lines)?;
    let mut events: Vec<Event> = Vec::new();
    loop {
        if !lines.advance()? {
            return Err(lines.error(TraceReadProblem::NoEnd));
        }
        let line: AnyLine = lines.parse()?;
        match line.ev.as_str() {
            "end" => break,
            "process" | "thread" | "exec" | "line" | "sleep" | "wait" | "wake" | "exit" | "http" | "stuck"
            | "zombie" | "first" | "held" | "preempted" => {}
            _ => return Err(lines.error(TraceReadProblem::UnknownEvent(line.ev))),
        }
        let event: Event = lines.parse()?;
        if events.last().is_some_and(|last| event.seq <= last.seq || event.t < last.t) {
            return Err(lines.error(TraceReadProblem::OutOfOrder));
        }
        events.push(event);
    }
    let end: EndLine = lines.parse()?;
    if lines.advance()? {
        return Err(lines.error(TraceReadProblem::AfterEnd));
    }
    Ok(Trace { header, events, end: end.end })
}

fn read_header<R: BufRead>(lines: &mut Lines<R>) -> Result<Header, TraceReadError> {
    #[derive(Deserialize)]
    struct Named {
        schema: String,
    }

    if !lines.advance()? {
        return Err(lines.error(TraceReadProblem::Empty));
    }
    let Named { schema } = lines.parse()?;
    if schema != SCHEMA {
        return Err(lines.error(TraceReadProblem::OtherSchema(schema)));
    }
    lines.parse()
}

/// What every line but the header has; decides how the rest is read, so that a mistake in a known event is reported as
/// that mistake.
#[derive(Deserialize)]
struct AnyLine {
    ev: String,
}

/// The last line. It has the fields of an event too, so that a reader may treat every line but the first alike.
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
pub(super) struct EndLine {
    #[serde(default)]
    t: VirtualInstant,
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    pid: Pid,
    #[serde(default)]
    tid: Tid,
    ev: EndTag,
    #[serde(flatten)]
    end: End,
}

#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum EndTag {
    End,
}

impl EndLine {
    /// The end of `trace`, told of its first process: the program.
    fn of(trace: &Trace) -> Self {
        let (pid, tid) = trace.events.first().map_or((0, 0), |first| (first.pid, first.tid));
        let last = trace.events.last();
        let t = VirtualInstant::from_nanos(trace.end.elapsed).max(last.map_or(VirtualInstant::START, |event| event.t));
        let seq = last.map_or(0, |event| event.seq.saturating_add(1));
        Self { t, seq, pid, tid, ev: EndTag::End, end: trace.end.clone() }
    }
}

/// The input's lines, counted.
struct Lines<R> {
    input: R,
    number: u64,
    buffer: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// Goes to the next line; false at the end of the input.
    fn advance(&mut self) -> Result<bool, TraceReadError> {
        self.number += 1;
        self.buffer.clear();
        let read = (&mut self.input).take(LONGEST_LINE + 1).read_until(b'\n', &mut self.buffer);
        match read {
            Ok(0) => Ok(false),
            Ok(_) if self.buffer.len() as u64 > LONGEST_LINE => Err(self.error(TraceReadProblem::TooLong)),
            Ok(_) => Ok(true),
            Err(cause) => Err(self.error(TraceReadProblem::Input(cause))),
        }
    }

    fn parse<'de, T: Deserialize<'de>>(&'de self) -> Result<T, TraceReadError> {
        serde_json::from_slice(&self.buffer).map_err(|cause| self.error(TraceReadProblem::Json(cause)))
    }

    fn error(&self, problem: TraceReadProblem) -> TraceReadError {
        TraceReadError { line: self.number, problem }
    }
}

/// Why a text is no trace.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the trace: {problem}")]
pub struct TraceReadError {
    /// Which line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: TraceReadProblem,
}

/// What is wrong with a line of a trace.
#[derive(Debug, thiserror::Error)]
pub enum TraceReadProblem {
    /// There is no line at all.
    #[error("nothing there, not even the header")]
    Empty,
    /// The header names another format.
    #[error("the format is `{}`, not `{SCHEMA}`", .0.escape_debug())]
    OtherSchema(String),
    /// No JSON, or not the fields that belong there.
    #[error("not what belongs there: {}", without_line(.0))]
    Json(serde_json::Error),
    /// An event that this version does not know.
    #[error("no event is called `{}`", .0.escape_debug())]
    UnknownEvent(String),
    /// Its `seq` or its time goes back.
    #[error("it comes before the line above it, by its `seq` or its time")]
    OutOfOrder,
    /// The text stops before the `end` line.
    #[error("the trace stops without its `end`")]
    NoEnd,
    /// More text after the `end` line.
    #[error("something follows the `end`")]
    AfterEnd,
    /// Longer than any line of a trace.
    #[error("longer than {} MiB", LONGEST_LINE >> 20)]
    TooLong,
    /// The input could not be read.
    #[error("failed to read: {0}")]
    Input(io::Error),
}

/// Our own line number is the true one: the parser saw one line only.
fn without_line(cause: &serde_json::Error) -> String {
    let text = cause.to_string();
    let position = format!(" at line {} column {}", cause.line(), cause.column());
    text.strip_suffix(&position).map_or_else(|| text.clone(), |what| format!("{what} (column {})", cause.column()))
}

#[cfg(test)]
mod tests;
