use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::check::bounds::durations;
use crate::check::finding::{Failure, Finding, Found, SpecFault, line_evidence};
use crate::check::noise::{Measured, Noise};
use crate::check::run::{Run, of_group};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::course::model::{Gap, GapUnit};
use crate::trace::query::{Group, Match};

/// The time between two events: within a group the n-th `from` belongs to the n-th `to`, and none is left over.
pub(crate) fn check(run: &Run<'_>, gap: &Gap) -> Found {
    for event in gap.from.iter().chain([&gap.to]) {
        if run.event(event)?.is_empty() {
            return run.missing(event).found();
        }
    }
    let by = gap.by.as_ref();
    let mut groups: BTreeMap<Group, (Vec<Match<'_>>, Vec<Match<'_>>)> = BTreeMap::new();
    if let Some(from) = &gap.from {
        for (group, line) in run.grouped(run.event(from)?, by) {
            groups.entry(group).or_default().0.push(line);
        }
    }
    for (group, line) in run.grouped(run.event(&gap.to)?, by) {
        groups.entry(group).or_default().1.push(line);
    }
    let mut unclear = None;
    for (group, (from, to)) in &groups {
        let of = of_group(group, by);
        for (at, to_line) in to.iter().enumerate() {
            let from_line = match &gap.from {
                None => None,
                Some(event) => match from.get(at) {
                    Some(line) => Some(line),
                    None => {
                        return Failure::new(format!(
                            "`{}`{of} at {} has no `{event}` that it belongs to",
                            gap.to, to_line.at.t
                        ))
                        .actual(format!("{} `{event}`, {} `{}`", from.len(), to.len(), gap.to))
                        .evidence([line_evidence(to_line)])
                        .open()
                        .found();
                    }
                },
            };
            match one_gap(run, gap, &of, from_line, to_line)? {
                Finding::Inconclusive(why) => unclear = unclear.or(Some(why)),
                Finding::Failed(failure) => return Ok(Finding::Failed(failure)),
                Finding::Held | Finding::HeldSoFar => {}
            }
        }
        if let Some(left) = from.get(to.len()) {
            let event = gap.from.as_deref().unwrap_or_default();
            return Failure::new(format!("`{event}`{of} at {} was never followed by its `{}`", left.at.t, gap.to))
                .actual(format!("{} `{event}`, {} `{}`", from.len(), to.len(), gap.to))
                .evidence([line_evidence(left)])
                .open()
                .found();
        }
    }
    Ok(unclear.map_or(Finding::Held, Finding::Inconclusive))
}

fn one_gap(run: &Run<'_>, gap: &Gap, of: &str, from: Option<&Match<'_>>, to: &Match<'_>) -> Found {
    let began = from.map_or(VirtualInstant::START, |line| line.at.t);
    let start = gap.from.as_ref().map_or("the start of the run".to_owned(), |event| format!("`{event}`"));
    let evidence = from.into_iter().chain([to]).map(line_evidence);
    if from.is_some_and(|from| to.at.seq < from.at.seq) {
        return Failure::new(format!("`{}`{of} came at {}, before its {start} at {began}", gap.to, to.at.t))
            .actual("the wrong way round")
            .evidence(evidence)
            .found();
    }
    let (least, most, expected) = match wanted(run, gap, from, to)? {
        Wanted::Between(least, most, words) => (least, most, words),
        Wanted::NoTime(text) => {
            return Failure::new(format!("`{text}` should be a number of {}", unit_words(gap)))
                .actual(text)
                .evidence(evidence)
                .found();
        }
    };
    let took = to.at.t.since(began);
    let noise = if from.is_some() { Noise::of_gap(run.trace) } else { Noise::of_elapsed(run.trace) };
    let measured = noise.judge(took, least, most);
    if measured == Measured::Right {
        return Ok(Finding::Held);
    }
    let message = format!("from {start} to `{}`{of} it took {took}, but it should take {expected}", gap.to);
    measured.found(Failure::new(message).expected(expected).actual(took.to_string()).evidence(evidence))
}

enum Wanted {
    /// Least, most, and both in words.
    Between(Option<VirtualDuration>, Option<VirtualDuration>, String),
    /// The field that should say it says this instead.
    NoTime(String),
}

fn wanted(run: &Run<'_>, gap: &Gap, from: Option<&Match<'_>>, to: &Match<'_>) -> Result<Wanted, SpecFault> {
    let range = durations(run, &gap.bounds, Some(to))?;
    let mut least = range.at_least;
    let mut most = range.at_most;
    let mut words = if range.is_empty() { String::new() } else { range.words() };
    let mut exact = range.equals;
    if let Some((field, unit)) = &gap.field {
        let text = to.fields.get(field.as_str()).or_else(|| from?.fields.get(field.as_str())).copied().unwrap_or("");
        let suffix = match unit {
            GapUnit::Seconds => "s",
            GapUnit::Milliseconds => "ms",
        };
        let Ok(said) = format!("{text}{suffix}").parse::<VirtualDuration>() else {
            return Ok(Wanted::NoTime(text.to_owned()));
        };
        exact = Some(said);
        words = format!("{said}, as its `{field}` says");
    }
    if let Some(exact) = exact {
        let tolerance = gap.tolerance;
        let earliest = VirtualDuration::from_nanos(exact.as_nanos().saturating_sub(tolerance.as_nanos()));
        least = least.max(Some(earliest));
        let latest = exact.saturating_add(tolerance);
        most = Some(most.map_or(latest, |most| most.min(latest)));
        if tolerance != VirtualDuration::ZERO {
            let _ = write!(words, " (± {tolerance})");
        }
    }
    Ok(Wanted::Between(least, most, words))
}

fn unit_words(gap: &Gap) -> &'static str {
    match gap.field {
        Some((_, GapUnit::Milliseconds)) => "milliseconds",
        _ => "seconds",
    }
}
