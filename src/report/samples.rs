//! Small traces for the tests of the formats.

use super::class::{CheckFacts, Class, Duplicate, ExerciseFacts, Refused, Student, Submission};
use super::single::Single;
use crate::check::verdict::{self, BuildSummary, CheckResult, Evidence, ExerciseResult, Status, Verdict};
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
            used: None,
            most: None,
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
            refused: Vec::new(),
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

/// A check that failed, with everything that such a check may hold.
pub(super) fn failed_check() -> CheckResult {
    CheckResult {
        id: "no-lost-update".to_owned(),
        name: "The final value counts every update".to_owned(),
        status: Status::Failed,
        points: 0,
        max_points: 3,
        message: "The `value` of a `final` line should be 2, but it is 1 (at 2.011 s).".to_owned(),
        expected: Some("2".to_owned()),
        actual: Some("1".to_owned()),
        hint: Some("Put both under one lock.".to_owned()),
        case: Some("two updates".to_owned()),
        schedule: Some(17),
        evidence: vec![Evidence { t: 2_011_000_000, pid: 7, tid: 7, text: "Final value is 1".to_owned() }],
    }
}

/// A check of another status: nothing but its name and points.
pub(super) fn check(id: &str, status: Status, points: u32) -> CheckResult {
    CheckResult {
        id: id.to_owned(),
        name: format!("Check {id}"),
        status,
        points: if status == Status::Passed { points } else { 0 },
        max_points: points,
        message: String::new(),
        expected: None,
        actual: None,
        hint: None,
        case: None,
        schedule: None,
        evidence: Vec::new(),
    }
}

/// A failed result with a check of every status that goes with it.
pub(super) fn failed_result() -> ExerciseResult {
    ExerciseResult {
        verdict: Verdict::Failed,
        score: 4,
        max_score: 10,
        checks: vec![
            check("ends-well", Status::Passed, 4),
            failed_check(),
            check("as-recorded", Status::Skipped, 3),
            check("zero-points", Status::Passed, 0),
        ],
        replay: Some("grade ex07 --schedule 17".to_owned()),
        ..result()
    }
}

/// A result that could not be decided.
pub(super) fn undecided_result() -> ExerciseResult {
    ExerciseResult {
        verdict: Verdict::Inconclusive,
        score: 4,
        max_score: 10,
        checks: vec![check("ends-well", Status::Passed, 4), check("elapsed", Status::Inconclusive, 6)],
        notes: vec!["the machine was too busy".to_owned()],
        ..result()
    }
}

/// A submission that does not compile.
pub(super) fn build_failed_result() -> ExerciseResult {
    ExerciseResult {
        verdict: Verdict::BuildFailed,
        score: 0,
        max_score: 10,
        checks: vec![check("ends-well", Status::Skipped, 10)],
        build: BuildSummary {
            ok: false,
            ns: 100,
            output: "error[E0425]: cannot find value `x`\n --> main.rs:3:5\n  |\n".to_owned(),
        },
        ..result()
    }
}

/// A submission that was not graded by our fault.
pub(super) fn our_fault_result() -> ExerciseResult {
    ExerciseResult {
        verdict: Verdict::GraderError,
        score: 0,
        max_score: 10,
        checks: vec![check("ends-well", Status::Inconclusive, 10)],
        notes: vec!["a worker died twice".to_owned()],
        ..result()
    }
}

/// The facts of the exercise that the results above are of.
pub(super) fn facts() -> ExerciseFacts {
    let check =
        |id: &str, points, hidden| CheckFacts { id: id.to_owned(), name: format!("Check {id}"), points, hidden };
    ExerciseFacts {
        id: "ex07_race".to_owned(),
        title: "The lost update".to_owned(),
        max_score: 10,
        checks: vec![
            check("ends-well", 4, false),
            check("no-lost-update", 3, false),
            check("as-recorded", 3, true),
            check("zero-points", 0, false),
        ],
        sections: Vec::new(),
    }
}

/// One result as the formats of one result read it.
pub(super) fn single<'a>(facts: &'a ExerciseFacts, result: &'a ExerciseResult) -> Single<'a> {
    Single { facts, result, file: "exercises/ex07_race/main.rs", shown: None }
}

/// A class with somebody of every fate: Ann failed, Bob passed late, Cleo's was not decided, Dan's was our fault, Eve is
/// missing, Finn handed in Bob's file and does not stand on the roster.
pub(super) fn class() -> Class {
    let submission = |result: ExerciseResult, digest: &str| Submission {
        exercise: result.exercise.clone(),
        origin: "ex07_race/main.rs".to_owned(),
        late: false,
        digest: digest.repeat(16),
        result,
    };
    let student = |id: &str, name: &str, submissions: Vec<Submission>| Student {
        id: id.to_owned(),
        name: name.to_owned(),
        roster: Some(vec![id.to_owned(), name.to_owned(), format!("{id}@example.org")]),
        submissions,
    };
    let passed = || ExerciseResult { score: 10, max_score: 10, ..result() };
    Class {
        course: "Concurrency".to_owned(),
        graded_at: "2026-11-20T10:00:00Z".to_owned(),
        version: "0.1.0".to_owned(),
        roster: vec!["student".to_owned(), "name".to_owned(), "email".to_owned()],
        possible: Vec::new(),
        exercises: vec![facts()],
        students: vec![
            student("ann", "Ann Ames", vec![submission(failed_result(), "a1")]),
            student("bob", "Bob, Jr.", vec![Submission { late: true, ..submission(passed(), "b2") }]),
            student("cleo", "Cleo", vec![submission(undecided_result(), "c3")]),
            student("dan", "Dan", vec![submission(our_fault_result(), "d4")]),
            student("eve", "=HYPERLINK(\"http://evil.example\";\"Eve\")", vec![]),
            Student { roster: None, ..student("finn", "Finn", vec![submission(passed(), "b2")]) },
        ],
        duplicates: vec![Duplicate {
            exercise: "ex07_race".to_owned(),
            digest: "b2".repeat(16),
            students: vec!["bob".to_owned(), "finn".to_owned()],
        }],
        refused: vec![Refused {
            student: Some("finn".to_owned()),
            exercise: None,
            origin: "finn.zip".to_owned(),
            why: "it is larger than 10 MiB when unpacked".to_owned(),
            not_attempted: false,
        }],
        pending: Vec::new(),
    }
}

/// Holds a file against the consumer's description in `tests/schemas`.
pub(super) fn conforms(schema: &str, file: &serde_json::Value) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(schema);
    let text = std::fs::read_to_string(&path).expect("a schema of the consumer");
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a valid schema");
    let errors: Vec<String> =
        schema.iter_errors(file).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?} in {file:#}");
}
