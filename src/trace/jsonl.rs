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
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
    use proptest::{collection, option};

    use super::super::{ClockKind, Ended, EventKind, ExitStatus, HttpPhase, LimitKind, StuckThread, Taken};
    use super::{End, Event, Header, LONGEST_LINE, SCHEMA, Trace, TraceReadProblem, VirtualInstant, read_jsonl};

    const HEADER: &str =
        r#"{"schema":"grade/trace/v1","argv":["true"],"clock":"virtual","schedule":0,"epoch":"2026-01-01T00:00:00Z"}"#;
    const LINE: &str = r#"{"t":5,"seq":3,"pid":7,"tid":8,"ev":"line","fd":1,"text":"Final value is 2"}"#;
    const END: &str = r#"{"ev":"end","exit":{"code":0},"ended":"exit","elapsed":5,"real":9,"cpu":3,"threads":1,"processes":1,"stops":4,"jumps":0,"unvirtualised":[]}"#;

    fn write(trace: &Trace) -> String {
        let mut out = Vec::new();
        super::write_jsonl(trace, &mut out).expect("memory takes every byte");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    fn error(text: &str) -> String {
        read_jsonl(text.as_bytes()).expect_err("this is no trace").to_string()
    }

    fn end() -> impl Strategy<Value = End> {
        let exit =
            option::of(prop_oneof![any::<i32>().prop_map(ExitStatus::Code), any::<i32>().prop_map(ExitStatus::Signal)]);
        let ended = prop_oneof![
            Just((Ended::Exit, None)),
            Just((Ended::Signal, None)),
            Just((Ended::Stuck, None)),
            Just((Ended::NoProgress, None)),
            Just((Ended::Interrupted, None)),
            Just((Ended::Limit, Some(LimitKind::Time))),
            Just((Ended::Limit, Some(LimitKind::RealTime))),
        ];
        let spans = (any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>());
        let counts = (any::<u32>(), any::<u32>(), any::<u64>(), any::<u64>());
        (exit, ended, spans, counts, collection::vec(any::<String>(), 0..3)).prop_map(
            |(exit, (ended, limit), (elapsed, real, cpu, noise), (threads, processes, stops, jumps), unvirtualised)| {
                End {
                    refused: Vec::new(),
                    exit,
                    ended,
                    limit,
                    used: limit.map(|_| elapsed),
                    most: limit.map(|_| cpu),
                    elapsed,
                    real,
                    cpu,
                    threads,
                    processes,
                    stops,
                    jumps,
                    noise,
                    unvirtualised,
                }
            },
        )
    }

    fn kind() -> impl Strategy<Value = EventKind> {
        let phase = prop_oneof![
            Just(HttpPhase::Open),
            Just(HttpPhase::Request),
            Just(HttpPhase::Response),
            Just(HttpPhase::Close)
        ];
        let taken = (option::of(any::<u64>()), option::of(any::<String>()))
            .prop_map(|(t, after)| Taken { t: t.map(VirtualInstant::from_nanos), after });
        let known = (option::of(any::<u32>()), option::of(any::<u32>()), option::of(taken));
        let stuck = (any::<u32>(), any::<u32>(), any::<String>(), known).prop_map(
            |(pid, tid, waits_on, (holder, joins, taken))| StuckThread { pid, tid, waits_on, holder, taken, joins },
        );
        let cycles = collection::vec(collection::vec(any::<u32>(), 1..4), 0..2);
        let text = option::of(any::<String>());
        prop_oneof![
            any::<u32>().prop_map(|parent| EventKind::Process { parent }),
            any::<u32>().prop_map(|parent| EventKind::Thread { parent }),
            any::<String>().prop_map(|path| EventKind::Exec { path }),
            (1..3_u8, any::<String>(), any::<(bool, bool, bool)>())
                .prop_map(|(fd, text, (partial, lossy, cut))| EventKind::Line { fd, text, partial, lossy, cut }),
            any::<u64>().prop_map(|ns| EventKind::Sleep { ns }),
            any::<u32>().prop_map(|on| EventKind::Wait { on }),
            Just(EventKind::Wake {}),
            option::of(any::<u32>()).prop_map(|instead| EventKind::First { instead }),
            any::<u64>().prop_map(|ns| EventKind::Held { ns }),
            any::<u64>().prop_map(|ns| EventKind::Preempted { ns }),
            any::<(Option<i32>, Option<i32>, u64)>().prop_map(|(code, signal, cpu)| EventKind::Exit {
                code,
                signal,
                cpu
            }),
            (any::<u64>(), phase, text.clone(), text, any::<Option<u16>>())
                .prop_map(|(id, phase, method, path, status)| EventKind::Http { id, phase, method, path, status }),
            any::<u32>().prop_map(|parent| EventKind::Zombie { parent }),
            (collection::vec(stuck, 0..3), cycles).prop_map(|(threads, cycles)| EventKind::Stuck { threads, cycles }),
        ]
    }

    fn trace() -> impl Strategy<Value = Trace> {
        let header = (collection::vec(any::<String>(), 0..4), any::<bool>(), any::<u64>(), any::<String>()).prop_map(
            |(argv, wall, schedule, epoch)| Header {
                schema: SCHEMA.to_owned(),
                argv,
                clock: if wall { ClockKind::Wall } else { ClockKind::Virtual },
                schedule,
                epoch,
            },
        );
        let step = (any::<u32>(), 1..9_u64, any::<u32>(), any::<u32>(), kind());
        (header, collection::vec(step, 0..12), end()).prop_map(|(header, steps, end)| {
            let (mut t, mut seq) = (0, 0);
            let events = steps.into_iter().map(|(later, gap, pid, tid, kind)| {
                t += u64::from(later);
                seq += gap;
                Event { t: VirtualInstant::from_nanos(t), seq, pid, tid, kind }
            });
            Trace { header, events: events.collect(), end }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(trace in trace()) {
            let text = write(&trace);
            assert_eq!(text.lines().count(), trace.events.len() + 2);
            assert_eq!(read_jsonl(text.as_bytes()).expect("our own text"), trace);
        }

        #[test]
        fn a_damaged_trace_is_an_error_or_a_trace_but_never_a_panic(trace in trace(), at in any::<usize>(), byte in any::<u8>()) {
            let mut text = write(&trace).into_bytes();
            let at = at % text.len();
            text[at] = byte;
            let _ = read_jsonl(&text[..]);
            let _ = read_jsonl(&text[..at]);
        }
    }

    #[test]
    fn a_trace_is_written_as_the_contract_says() {
        let text = format!("{HEADER}\n{LINE}\n{END}\n");
        let trace = read_jsonl(text.as_bytes()).expect("a whole trace");
        let written = write(&trace);
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines[..2], [HEADER, LINE]);
        assert_eq!(
            lines[2],
            END.replace(r#"{"ev":"end""#, r#"{"t":5,"seq":4,"pid":7,"tid":8,"ev":"end""#),
            "the end has an event's fields too"
        );
    }

    #[test]
    fn a_newer_trace_may_have_more_fields() {
        let text = format!("{HEADER}\n{}\n{END}", LINE.replace("\"fd\"", "\"colour\":\"red\",\"fd\""));
        assert_eq!(read_jsonl(text.as_bytes()).expect("a whole trace").events.len(), 1);
    }

    #[test]
    fn a_mistake_is_reported_with_its_line() {
        let earlier = LINE.replace(r#""t":5,"seq":3"#, r#""t":4,"seq":9"#);
        for (text, expected) in [
            (String::new(), "line 1 of the trace: nothing there, not even the header"),
            ("\u{0}\u{1b}[2J".to_owned(), "line 1 of the trace: not what belongs there: expected value (column 1)"),
            (
                r#"{"schema":"grade/trace/v2\u001b"}"#.to_owned(),
                r"line 1 of the trace: the format is `grade/trace/v2\u{1b}`, not `grade/trace/v1`",
            ),
            (
                HEADER.replace("virtual", "sun"),
                "line 1 of the trace: not what belongs there: unknown variant `sun`, expected `virtual` or `wall`",
            ),
            (HEADER.to_owned(), "line 2 of the trace: the trace stops without its `end`"),
            (format!("{HEADER}\n{LINE}\n"), "line 3 of the trace: the trace stops without its `end`"),
            (
                format!("{HEADER}\n{}", LINE.replace("\"line\"", "\"lion\"")),
                "line 2 of the trace: no event is called `lion`",
            ),
            (
                format!("{HEADER}\n{}", LINE.replace("\"fd\":1", "\"fd\":1000")),
                "line 2 of the trace: not what belongs there: invalid value",
            ),
            (
                format!("{HEADER}\n{}", LINE.replace(",\"text\":\"Final value is 2\"", "")),
                "line 2 of the trace: not what belongs there: missing field `text`",
            ),
            (format!("{HEADER}\n{LINE}\n{LINE}\n{END}"), "line 3 of the trace: it comes before the line above it"),
            (format!("{HEADER}\n{LINE}\n{earlier}\n{END}"), "line 3 of the trace: it comes before the line above it"),
            (format!("{HEADER}\n{END}\n{LINE}\n"), "line 3 of the trace: something follows the `end`"),
            (
                format!(
                    "{HEADER}\n{}",
                    LINE.replace("\"fd\":1", &format!("\"x\":{}", "[".repeat(9999) + &"]".repeat(9999)))
                ),
                "line 2 of the trace: not what belongs there: recursion limit exceeded",
            ),
        ] {
            let error = error(&text);
            assert!(error.starts_with(expected), "{error}\nis not\n{expected}");
        }
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        struct Endless(u64);
        impl std::io::Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                buffer.fill(b' ');
                self.0 += buffer.len() as u64;
                assert!(self.0 < 2 * LONGEST_LINE, "the reader goes on and on");
                Ok(buffer.len())
            }
        }
        let error = read_jsonl(std::io::BufReader::new(Endless(0))).expect_err("this is no trace");
        assert!(matches!(error.problem, TraceReadProblem::TooLong), "{error}");
    }
}
