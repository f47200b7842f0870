//! What `threads` and `processes` have in common: a number of lives, perhaps only of busy ones.

use crate::check::bounds::{Side, numbers};
use crate::check::finding::{Failure, Finding, Found, MOST_EVIDENCE};
use crate::check::run::Run;
use crate::check::verdict::Evidence;
use crate::clock::VirtualDuration;
use crate::course::model::Quantified;
use crate::trace::query::Moment;
use std::fmt::Write as _;

/// A thread or a process.
pub(super) struct Living {
    pub(super) name: String,
    pub(super) parent: u32,
    pub(super) pid: u32,
    pub(super) tid: u32,
    pub(super) born: Moment,
    pub(super) ended: bool,
    pub(super) cpu: u64,
}

/// Judges how many lived. Of busy ones, a life that was not seen to end has no CPU time yet.
pub(super) fn judge(
    run: &Run<'_>,
    asked: &Quantified,
    living: &[Living],
    in_all: u64,
    [one, many]: [&str; 2],
) -> Found {
    let range = numbers(run, &asked.bounds)?;
    let counted: Vec<&Living> =
        living.iter().filter(|life| asked.busy.is_none_or(|busy| life.cpu >= busy.as_nanos())).collect();
    // The engine's own count stands even where a birth was not recorded as an event.
    let count = if asked.busy.is_some() { counted.len() as u64 } else { in_all.max(counted.len() as u64) };
    let side = range.side(count);
    if side == Side::Within {
        return Ok(if range.most().is_none() { Finding::Held } else { Finding::HeldSoFar });
    }
    let busy = asked.busy.map(|busy| format!(" that used at least {busy} of CPU time")).unwrap_or_default();
    let were = if count == 1 { format!("1 {one} was") } else { format!("{count} {many} were") };
    let failure = Failure::new(format!("{were} there in all{busy}, but it should be {}", range.words()))
        .expected(range.words())
        .actual(count.to_string());
    if side == Side::Below {
        let evidence = living.iter().map(|life| show(life, asked.busy.is_some()));
        return failure.open().evidence(evidence).found();
    }
    let first = range.most().and_then(|most| usize::try_from(most).ok()).unwrap_or(0);
    let from = (first + 2).saturating_sub(MOST_EVIDENCE).min(first).min(counted.len());
    failure.evidence(counted[from..].iter().map(|life| show(life, asked.busy.is_some()))).found()
}

fn show(life: &Living, with_cpu: bool) -> Evidence {
    let mut text = format!("{} began", life.name);
    if life.parent != 0 && life.born.seq > 0 {
        let _ = write!(text, ", started by {}", life.parent);
    }
    if with_cpu && life.ended {
        let _ = write!(text, "; it used {} of CPU time", VirtualDuration::from_nanos(life.cpu));
    }
    Evidence { t: life.born.t.as_nanos(), pid: life.pid, tid: life.tid, text }
}
