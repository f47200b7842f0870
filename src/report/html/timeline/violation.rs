use serde::Serialize;

use super::scale::Scale;
use super::stage::Stage;
use super::{DOT, Mark};
use crate::check::verdict::{Evidence, ExerciseResult, Status};
use crate::clock::VirtualInstant;
use crate::report::class::Shown;
use crate::report::{harmless, words};
use crate::trace::{Event, EventKind, Pid, Tid};

/// The most characters of a check's name.
const MOST_NAME: usize = 200;
/// The narrowest band, in pixels.
const NARROWEST: u64 = 26;

/// What a failed check points at in the run that is drawn.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report::html) struct Violation {
    /// The check's id.
    check: String,
    /// Whether it is the one that is shown first: that which points at most.
    first: bool,
    /// The check's name.
    pub(in crate::report::html) name: String,
    /// The time, in words.
    pub(super) when: String,
    /// Places of the events in the trace.
    pub(in crate::report::html) events: Vec<usize>,
    /// The band over all lanes.
    x: u64,
    width: u64,
    from: u64,
    to: u64,
    /// Pixels that it needs behind its last moment.
    shift: u64,
    /// A ring around each moment.
    rings: Vec<Ring>,
    #[serde(skip)]
    evidence: Vec<Evidence>,
}

/// A ring around a moment.
#[derive(Clone, Debug, Serialize)]
struct Ring {
    x: u64,
    y: u64,
    t: u64,
    shift: u64,
}

impl Violation {
    /// Whether a thread is part of it.
    pub(super) fn involves(&self, pid: Pid, tid: Tid) -> bool {
        self.evidence.iter().any(|moment| (moment.pid, moment.tid) == (pid, tid))
    }
}

/// What failed in this run: the checks whose failure was seen in this case under this schedule.
pub(in crate::report::html) fn of(shown: &Shown, result: &ExerciseResult) -> Vec<Violation> {
    let here = result.checks.iter().filter(|check| {
        check.status == Status::Failed
            && check.case.as_ref() == Some(&shown.case)
            && check.schedule == Some(shown.schedule)
            && !check.evidence.is_empty()
    });
    here.map(|check| {
        let times = || check.evidence.iter().map(|moment| moment.t);
        let (from, to) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        let instant = VirtualInstant::from_nanos;
        Violation {
            check: harmless(&check.id),
            name: words::cut(&harmless(&check.name), MOST_NAME).0.to_owned(),
            when: if instant(from).to_string() == instant(to).to_string() {
                format!("at {}", instant(from))
            } else {
                format!("from {} to {}", instant(from), instant(to))
            },
            events: events(shown, &check.evidence),
            from,
            to,
            evidence: check.evidence.clone(),
            ..Violation::default()
        }
    })
    .collect()
}

/// The events that the evidence is of.
fn events(shown: &Shown, evidence: &[Evidence]) -> Vec<usize> {
    let mut places = Vec::new();
    for moment in evidence {
        let first = shown.trace.events.partition_point(|event| event.t.as_nanos() < moment.t);
        let same = || shown.trace.events[first..].iter().take_while(|event| event.t.as_nanos() == moment.t);
        let is_theirs = |event: &Event| moment.tid == 0 || (event.pid, event.tid) == (moment.pid, moment.tid);
        let is_it = |event: &Event| match &event.kind {
            EventKind::Line { text, .. } => harmless(text).starts_with(harmless(&moment.text).trim_end_matches('…')),
            _ => false,
        };
        // The line itself; else whatever that thread did then; else whatever happened then.
        let place = same()
            .position(|event| is_theirs(event) && is_it(event))
            .or_else(|| same().position(is_theirs))
            .or_else(|| same().next().map(|_| 0));
        places.extend(place.map(|place| first + place));
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Puts the bands and rings on the drawing.
pub(super) fn place(violations: Vec<Violation>, stage: &Stage<'_>, scale: &Scale, marks: &[Mark]) -> Vec<Violation> {
    let events = &stage.trace().events;
    let most = violations.iter().map(|violation| violation.evidence.len()).max().unwrap_or(0);
    let first = violations.iter().position(|violation| violation.evidence.len() == most);
    violations
        .into_iter()
        .enumerate()
        .map(|(place, mut violation)| {
            violation.first = Some(place) == first;
            let (left, right) = (scale.x(violation.from), scale.x(violation.to));
            violation.width = (right - left + NARROWEST).max(NARROWEST);
            violation.x = left.saturating_sub(NARROWEST / 2);
            let seqs: Vec<u64> = violation.events.iter().map(|place| events[*place].seq).collect();
            let pointed = marks.iter().filter(|mark| mark.event.is_some_and(|seq| seqs.contains(&seq)));
            violation.rings =
                pointed.map(|mark| Ring { x: mark.x, y: mark.y, t: mark.from, shift: mark.shift }).collect();
            if violation.rings.is_empty() {
                violation.rings = violation
                    .evidence
                    .iter()
                    .filter_map(|moment| {
                        let y = stage.y(moment.pid, moment.tid, moment.t)? + DOT;
                        Some(Ring { x: scale.x(moment.t), y, t: moment.t, shift: 0 })
                    })
                    .collect();
            }
            let last = violation.rings.iter().map(|ring| ring.x + NARROWEST / 2).max().unwrap_or(0);
            violation.shift = last.saturating_sub(violation.x + violation.width);
            violation.width += violation.shift;
            violation
        })
        .collect()
}
