use crate::check::bounds::{Side, numbers};
use crate::check::finding::{Failure, Finding, Found, MOST_EVIDENCE, line_evidence};
use crate::check::run::{Run, plural};
use crate::course::model::Count;

/// How many lines are an event.
pub(crate) fn check(run: &Run<'_>, count: &Count) -> Found {
    let lines = run.select(&count.select)?;
    let range = numbers(run, &count.bounds)?;
    let failure = match range.side(lines.len() as u64) {
        Side::Within if range.most().is_none() => return Ok(Finding::Held),
        Side::Within => return Ok(Finding::HeldSoFar),
        Side::Below if lines.is_empty() => run.missing_selected(&count.select)?,
        side => {
            let what = run.describe(&count.select);
            let seen = plural(lines.len(), "line was", "lines were");
            let failure = Failure::new(format!("{seen} {what}, but there should be {}", range.words()));
            if side == Side::Below {
                failure.open().evidence(lines.iter().map(line_evidence))
            } else {
                // The first that is too many, and what came before it.
                let first = range.most().and_then(|most| usize::try_from(most).ok()).unwrap_or(0);
                let from = (first + 2).saturating_sub(MOST_EVIDENCE).min(first);
                failure.evidence(lines[from..].iter().map(line_evidence))
            }
        }
    };
    failure.expected(range.words()).actual(lines.len().to_string()).found()
}
