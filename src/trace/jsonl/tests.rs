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
        |(exit, (ended, limit), (elapsed, real, cpu, noise), (threads, processes, stops, jumps), unvirtualised)| End {
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
        },
    )
}

fn kind() -> impl Strategy<Value = EventKind> {
    let phase =
        prop_oneof![Just(HttpPhase::Open), Just(HttpPhase::Request), Just(HttpPhase::Response), Just(HttpPhase::Close)];
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
        any::<(Option<i32>, Option<i32>, u64)>().prop_map(|(code, signal, cpu)| EventKind::Exit { code, signal, cpu }),
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
