use crate::check::finding::{Failure, Finding, Found, line_evidence};
use crate::check::run::{Run, plural};
use crate::course::model::Never;
use std::fmt::Write as _;

/// An event that must not come, in the whole run or in a part of it. The part after an event that never comes does not
/// exist, so then the check fails: there was nothing to be judged by.
pub(crate) fn check(run: &Run<'_>, never: &Never) -> Found {
    let mut part = String::new();
    let mut evidence = Vec::new();
    let after = match &never.after {
        None => None,
        Some(event) => match run.event(event)?.first() {
            None => return run.missing(event).expected(format!("`{event}`, and nothing forbidden after it")).found(),
            Some(line) => {
                let _ = write!(part, " after `{event}` (at {})", line.at.t);
                evidence.push(line_evidence(line));
                Some(line.at.seq)
            }
        },
    };
    let before = match &never.before {
        None => None,
        Some(event) => match run.event(event)?.first() {
            None => {
                let _ = write!(part, " before `{event}` (which never came)");
                None
            }
            Some(line) => {
                let _ = write!(part, " before `{event}` (at {})", line.at.t);
                evidence.push(line_evidence(line));
                Some(line.at.seq)
            }
        },
    };
    let forbidden: Vec<_> = run
        .select(&never.select)?
        .into_iter()
        .filter(|line| after.is_none_or(|after| line.at.seq > after))
        .filter(|line| before.is_none_or(|before| line.at.seq < before))
        .collect();
    let Some(first) = forbidden.first() else {
        return Ok(if before.is_some() { Finding::Held } else { Finding::HeldSoFar });
    };
    let what = run.describe(&never.select);
    Failure::new(format!("no {what} line may come{part}, but one did at {}", first.at.t))
        .expected("none")
        .actual(plural(forbidden.len(), "line", "lines"))
        .evidence(evidence)
        .evidence(forbidden.iter().map(line_evidence))
        .found()
}
