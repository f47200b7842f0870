//! The whole trace against the reference's.
//!
//! A snapshot is a partial order, and a run agrees with it when the run's lines, in their sequence, are one way to walk
//! through it: the same lines, none too many, each instant's before the next one's, and within an instant each thread's in
//! their order. `times` also wants each line within the tolerance of its instant; `exact` wants the run's own partial
//! order to be the very same, divided among as many threads in the same way. This does not look at what the lines mean.

mod shuffle;

use std::borrow::Cow;

use regex::Regex;

use crate::check::finding::{Failure, Finding, Found, MOST_EVIDENCE, event_evidence, shorten};
use crate::check::run::{Run, plural};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::course::model::{SnapshotCheck, SnapshotMode, Spec};
use crate::trace::query::lines;
use crate::trace::snapshot::SnapshotSource;
use crate::trace::{Event, EventKind, Instant, Normal, Trace, neutral_texts};
use shuffle::{Shuffle, is_shuffle};

/// A run in the form that snapshots hold: of a line that is one of the spec's events, only the event counts, and a line that
/// is none is left out (a spec without events wants all lines).
pub fn normal_form(spec: &Spec, trace: &Trace) -> Normal {
    Normal::of(&relevant(spec, trace), &patterns(spec))
}

/// The run without the lines that the spec does not speak of: what else a student prints is theirs.
fn relevant<'t>(spec: &Spec, trace: &'t Trace) -> Cow<'t, Trace> {
    let is_event = |text: &str| spec.events.values().any(|event| event.regex.is_match(text));
    let is_stray = |event: &Event| matches!(&event.kind, EventKind::Line { text, .. } if !is_event(text));
    if spec.events.is_empty() || !trace.events.iter().any(is_stray) {
        return Cow::Borrowed(trace);
    }
    let mut trace = trace.clone();
    trace.events.retain(|event| !is_stray(event));
    Cow::Owned(trace)
}

fn patterns(spec: &Spec) -> Vec<&Regex> {
    spec.events.values().map(|event| &event.regex).collect()
}

pub(crate) fn check(run: &Run<'_>, asked: &SnapshotCheck, snapshots: &dyn SnapshotSource) -> Found {
    let wanted = snapshots.snapshot(&run.case.name)?;
    let trace = relevant(run.spec, run.trace);
    let texts = neutral_texts(&trace, &patterns(run.spec));
    let seen: Vec<(&Event, &str)> =
        lines(&trace).map(|(event, _)| event).zip(texts.iter().map(String::as_str)).collect();
    let mut rest = seen.as_slice();
    for instant in &wanted.instants {
        let (now, later) = rest.split_at(instant.len().min(rest.len()));
        if let Some(failure) = same_lines(instant, now) {
            return failure.found();
        }
        match is_shuffle(&chains(instant), &now.iter().map(|(_, text)| *text).collect::<Vec<_>>()) {
            Shuffle::Yes => {}
            Shuffle::No => return wrong_order(instant, now).found(),
            Shuffle::Unknown => {
                let many = format!("Too many lines came at {} to tell their order.", moment(instant));
                return Ok(Finding::Inconclusive(many));
            }
        }
        if asked.mode == SnapshotMode::Times
            && let Some(failure) = wrong_time(instant, now, asked.tolerance)
        {
            return failure.found();
        }
        rest = later;
    }
    if let Some((event, text)) = rest.first() {
        let count = plural(rest.len(), "line", "lines");
        return Failure::new(format!("`{}` came at {}, after all that the reference prints", shorten(text), event.t))
            .expected(format!("{} in all", plural(wanted.len(), "line", "lines")))
            .actual(format!("{count} more"))
            .evidence(rest.iter().map(show))
            .found();
    }
    if asked.mode == SnapshotMode::Exact {
        let own = normal_form(run.spec, run.trace);
        if !wanted.same_within(&own, VirtualDuration::from_nanos(u64::MAX)) {
            return not_exact(&wanted, &own).found();
        }
    }
    Ok(Finding::HeldSoFar)
}

fn chains(instant: &Instant) -> Vec<Vec<&str>> {
    instant.chains.iter().map(|chain| chain.texts.iter().map(String::as_str).collect()).collect()
}

/// The first line that is missing at an instant, or else that is too many.
fn same_lines(instant: &Instant, now: &[(&Event, &str)]) -> Option<Failure> {
    let wanted: Vec<&str> = chains(instant).concat();
    let mut left: Vec<&str> = wanted.clone();
    let mut stray = None;
    for (event, text) in now {
        match left.iter().position(|other| other == text) {
            Some(at) => drop(left.swap_remove(at)),
            None => stray = stray.or(Some((event, text))),
        }
    }
    if left.is_empty() {
        return None;
    }
    // The first missing one in the snapshot's own order.
    let missing = wanted.iter().find(|text| left.contains(text)).copied().unwrap_or_default();
    let at = moment(instant);
    let failure = match stray {
        Some((event, text)) => {
            let message = format!("at {at} the reference prints `{}`, but `{}` came", shorten(missing), shorten(text));
            Failure::new(format!("{message} (at {})", event.t)).actual(shorten(text))
        }
        None => Failure::new(format!("`{}` never came; the reference prints it at {at}", shorten(missing)))
            .actual("the output ended before")
            .open(),
    };
    let telling = now.iter().skip(now.len().saturating_sub(MOST_EVIDENCE));
    Some(failure.expected(format!("{at}: {}", shorten(missing))).evidence(telling.map(show)))
}

/// The lines are right but not their order: names a thread of the reference whose lines are turned round.
fn wrong_order(instant: &Instant, now: &[(&Event, &str)]) -> Failure {
    let at = moment(instant);
    let turned = instant.chains.iter().flat_map(|chain| chain.texts.windows(2)).find(|pair| {
        let place = |wanted: &str| now.iter().position(|(_, text)| *text == wanted);
        place(&pair[0]) > place(&pair[1])
    });
    let failure = match turned {
        Some(pair) => {
            let (first, then) = (shorten(&pair[0]), shorten(&pair[1]));
            Failure::new(format!("at {at} `{then}` came before `{first}`"))
                .expected(format!("`{first}` before `{then}`"))
                .actual(format!("`{then}` before `{first}`"))
        }
        None => Failure::new(format!("the lines at {at} came in another order than the reference's")),
    };
    failure.evidence(now.iter().map(show))
}

fn wrong_time(instant: &Instant, now: &[(&Event, &str)], tolerance: VirtualDuration) -> Option<Failure> {
    let wanted = VirtualDuration::from_millis(instant.millis);
    // A recorded time is rounded to the millisecond.
    let allowed = tolerance.saturating_add(VirtualDuration::from_nanos(500_000));
    let (event, text) =
        now.iter().find(|(event, _)| event.t.since(VirtualInstant::START).abs_diff(wanted) > allowed)?;
    let at = moment(instant);
    Some(
        Failure::new(format!("`{}` came at {}, but the reference prints it at {at}", shorten(text), event.t))
            .expected(format!("{at} (± {tolerance})"))
            .actual(event.t.to_string())
            .evidence(now.iter().map(show)),
    )
}

/// Says where two partial orders whose lines are the same differ first.
fn not_exact(wanted: &Normal, own: &Normal) -> Failure {
    let differ = (0..wanted.instants.len().max(own.instants.len()))
        .find(|&at| wanted.instants.get(at).map(sorted) != own.instants.get(at).map(sorted));
    let what = "the lines do not come from the same threads, or not together, as the reference's";
    let Some(differ) = differ else { return Failure::new(format!("{what}: the work is divided otherwise")) };
    let text = |normal: &Normal| match normal.instants.get(differ) {
        None => "nothing".to_owned(),
        Some(instant) => Normal { instants: vec![instant.clone()] }.to_string().trim_end().to_owned(),
    };
    let at = wanted.instants.get(differ).or(own.instants.get(differ)).map(moment).unwrap_or_default();
    Failure::new(format!("around {at} {what}")).expected(text(wanted)).actual(text(own))
}

/// An instant's chains, whoever wrote them.
fn sorted(instant: &Instant) -> Vec<Vec<&str>> {
    let mut chains = chains(instant);
    chains.sort_unstable();
    chains
}

fn moment(instant: &Instant) -> VirtualInstant {
    VirtualInstant::from_nanos(instant.millis * 1_000_000)
}

fn show((event, text): &(&Event, &str)) -> crate::check::verdict::Evidence {
    event_evidence(event, shorten(text))
}
