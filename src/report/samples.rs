//! Small traces for the tests of the formats.

use crate::check::verdict::{self, BuildSummary, ExerciseResult, Verdict};
use crate::clock::VirtualInstant;
use crate::course::model::Language;
use crate::trace::{ClockKind, End, Ended, Event, EventKind, ExitStatus, Header, SCHEMA, Trace};

/// An event of which the test cares for time, process and kind; `trace` numbers them.
pub(super) fn event(t: u64, pid: u32, tid: u32, kind: EventKind) -> Event {
    Event { t: VirtualInstant::from_nanos(t), seq: 0, pid, tid, kind }
}

/// A line on standard output.
pub(super) fn line(t: u64, pid: u32, tid: u32, text: &str) -> Event {
    event(t, pid, tid, EventKind::Line { fd: 1, text: text.to_owned(), partial: false, lossy: false, cut: false })
}

/// A trace of `./program` that left with 0 after 100 ns, or with its last event.
pub(super) fn trace(events: Vec<Event>) -> Trace {
    let mut events = events;
    for (seq, event) in (0..).zip(&mut events) {
        event.seq = seq;
    }
    Trace {
        header: Header {
            schema: SCHEMA.to_owned(),
            argv: vec!["./program".to_owned()],
            clock: ClockKind::Virtual,
            schedule: 0,
            epoch: "2026-01-01T00:00:00Z".to_owned(),
        },
        end: End {
            exit: Some(ExitStatus::Code(0)),
            ended: Ended::Exit,
            limit: None,
            elapsed: events.last().map_or(0, |last| last.t.as_nanos()).max(100),
            real: 12_000_000,
            cpu: 9_000_000,
            threads: 1,
            processes: 1,
            stops: 30,
            jumps: 6,
            noise: 0,
            unvirtualised: Vec::new(),
        },
        events,
    }
}

/// A passed result of an exercise without checks.
pub(super) fn result() -> ExerciseResult {
    ExerciseResult {
        schema: verdict::SCHEMA.to_owned(),
        exercise: "ex07_race".to_owned(),
        language: Language::Rust,
        verdict: Verdict::Passed,
        score: 0,
        max_score: 0,
        checks: Vec::new(),
        build: BuildSummary { ok: true, ns: 0, output: String::new() },
        run: None,
        replay: None,
        notes: Vec::new(),
    }
}
