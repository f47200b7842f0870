use serde::Serialize;
use serde_json::{Value, json};

use super::assets::{Script, render};
use super::timeline;
use crate::check::verdict::{CheckResult, Evidence, ExerciseResult, RunSummary, Status};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::report::class::{Student, Submission, grade};
use crate::report::{Single, harmless, words};
use crate::trace::{ClockKind, Ended, LimitKind};

/// The most characters of a compiler's output.
const MOST_OUTPUT: usize = 20_000;
/// The most characters of a name, of a message or a note, and of a value.
const MOST_NAME: usize = 300;
const MOST_TEXT: usize = 2_000;
const MOST_VALUE: usize = 8_000;
/// The most moments of one check.
const MOST_EVIDENCE: usize = 100;

/// Whose submission a page of a class is of.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// The course's title.
    pub course: &'a str,
    /// The student.
    pub student: &'a Student,
    /// What they handed in.
    pub submission: &'a Submission,
    /// The class's page as a link from this one: `../../report.html`.
    pub back: &'a str,
}

/// The page of one submission.
pub fn submission_page(single: &Single<'_>, whose: Option<Whose<'_>>) -> String {
    let result = single.result;
    let timeline = single.shown.map(|shown| timeline::drawn(shown, result, single.facts));
    let run_name = single.shown.map(|shown| match shown.schedule {
        0 => harmless(&shown.case),
        seed => format!("{}, schedule {seed}", harmless(&shown.case)),
    });
    let title = format!("{}: {}", result.exercise, single.facts.title);
    let data = json!({
        "heading": single.facts.title,
        "exercise": result.exercise,
        "language": result.language.name(),
        "file": harmless(single.file),
        "verdict": words::verdict(result.verdict),
        "verdict_class": words::verdict_key(result.verdict),
        "points": grade(result),
        "max_score": result.max_score,
        "notes": result.notes.iter().map(|note| shown(note, MOST_TEXT)).collect::<Vec<_>>(),
        "checks": checks(result),
        "first_failure": result.checks.iter().position(|check| check.status == Status::Failed),
        "build_output": build_output(result),
        "build_ok": result.build.ok,
        "facts": result.run.as_ref().map(facts).unwrap_or_default(),
        "stopped": result.run.as_ref().and_then(stopped),
        "replay": result.replay.as_deref().map(|replay| shown(replay, MOST_TEXT)),
        "run_name": run_name,
        "timeline": timeline,
        "whose": whose.map(whose_value),
    });
    render("submission.html", &title, Script::Timeline, &data)
}

fn whose_value(whose: Whose<'_>) -> Value {
    json!({
        "course": whose.course,
        "name": harmless(&whose.student.name),
        "id": harmless(&whose.student.id),
        "origin": harmless(&whose.submission.origin),
        "late": whose.submission.late,
        "back": whose.back,
    })
}

/// A check as the page shows it.
#[derive(Serialize)]
struct Check {
    id: String,
    name: String,
    status: &'static str,
    points: String,
    message: String,
    expected: Option<String>,
    actual: Option<String>,
    place: Option<String>,
    hint: Option<String>,
    evidence: Vec<Moment>,
}

/// A moment that shows why a check failed.
#[derive(Serialize)]
struct Moment {
    when: String,
    who: String,
    what: String,
}

fn checks(result: &ExerciseResult) -> Vec<Check> {
    result.checks.iter().map(check).collect()
}

fn check(check: &CheckResult) -> Check {
    let lines = |text: &String| {
        let (text, more) = words::cut(text, MOST_VALUE);
        let lines = text.lines().map(harmless).collect::<Vec<_>>().join("\n");
        if more { format!("{lines}… (cut)") } else { lines }
    };
    Check {
        id: shown(&check.id, MOST_NAME),
        name: shown(&check.name, MOST_NAME),
        status: words::status_key(check.status),
        points: match (check.max_points, check.status) {
            (0, _) => String::new(),
            (most, Status::Unobserved | Status::Inconclusive) => format!("? of {most}"),
            (most, _) => format!("{} of {most}", check.points),
        },
        message: match check.status {
            Status::Failed => shown(&check.message, MOST_TEXT),
            _ => shown(&words::open_reason(check), MOST_TEXT),
        },
        expected: check.expected.as_ref().map(lines),
        actual: check.actual.as_ref().map(lines),
        place: words::place(check),
        hint: check.hint.as_deref().map(|hint| shown(hint, MOST_TEXT)),
        evidence: check.evidence.iter().take(MOST_EVIDENCE).map(moment).collect(),
    }
}

fn moment(evidence: &Evidence) -> Moment {
    Moment {
        when: VirtualInstant::from_nanos(evidence.t).to_string(),
        who: match (evidence.pid, evidence.tid) {
            (_, 0) => String::new(),
            (pid, tid) if pid == tid => "main thread".to_owned(),
            (_, tid) => format!("thread {tid}"),
        },
        what: shown(&evidence.text, MOST_NAME),
    }
}

fn build_output(result: &ExerciseResult) -> String {
    let (output, more) = words::cut(&result.build.output, MOST_OUTPUT);
    let mut lines: Vec<String> = output.lines().map(|line| harmless(&line.replace('\t', "    "))).collect();
    if more {
        lines.push("… (cut)".to_owned());
    }
    lines.join("\n")
}

/// A text made harmless and not too long.
fn shown(text: &str, most: usize) -> String {
    let (text, more) = words::cut(text, most);
    let text = harmless(text);
    if more { format!("{text}… (cut)") } else { text }
}

/// What the runs used, as name and value.
fn facts(run: &RunSummary) -> Vec<(&'static str, String)> {
    let time = |nanos: u64| {
        let unit = 10_u64.pow(nanos.checked_ilog10().unwrap_or(0).saturating_sub(2));
        VirtualDuration::from_nanos(nanos / unit * unit).to_string()
    };
    let clock = match run.clock {
        ClockKind::Virtual => "virtual",
        ClockKind::Wall => "the machine's",
    };
    vec![
        ("Cases", run.cases.to_string()),
        ("Schedules", run.schedules.to_string()),
        ("Longest run", format!("{} ({clock} clock)", time(run.elapsed))),
        ("Watched in", time(run.real)),
        ("CPU", time(run.cpu)),
        ("Threads at most", run.threads.to_string()),
        ("Processes at most", run.processes.to_string()),
        ("Sandbox", run.sandbox.clone()),
    ]
}

/// Why the worst run was stopped, when it was.
fn stopped(run: &RunSummary) -> Option<String> {
    let words = match (run.ended, run.limit) {
        (Ended::Limit, Some(LimitKind::Time | LimitKind::RealTime)) => "A run did not end in the time that it has.",
        (Ended::Limit, Some(limit)) => {
            let did = run.most.map_or_else(|| "used more than it may".to_owned(), |most| limit.exceeded(most));
            return Some(format!("A run {did}."));
        }
        (Ended::Limit, None) => "A run used more than it may.",
        (Ended::Stuck, _) => "A run got stuck: nothing in it could ever move again (a deadlock).",
        (Ended::NoProgress, _) => "A run went on polling without getting anywhere.",
        (Ended::Exit | Ended::Signal | Ended::Interrupted, _) => return None,
    };
    Some(words.to_owned())
}
