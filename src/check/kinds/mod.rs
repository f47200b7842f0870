//! One file a kind of check: each looks at one run (or at the source) and says what it found.
//!
//! An event that never came is a failure that names the missing line and the nearest one that was printed; nothing
//! passes because there was nothing to look at. How findings of many runs become one result is the judge's business.

mod before;
mod count;
mod cpu;
mod deadlock;
mod distinct;
mod elapsed;
mod exit;
mod field;
mod gap;
mod never;
mod order;
mod overlap;
mod parallel;
mod population;
mod processes;
mod requests;
mod snapshot;
mod source;
#[cfg(test)]
mod tests;
mod threads;
mod zombies;

pub use snapshot::normal_form;

use super::finding::Found;
use super::judge::SourceText;
use super::run::Run;
use crate::course::model::CheckKind;
use crate::trace::snapshot::SnapshotSource;

/// Looks at one run.
pub(super) fn check(run: &Run<'_>, kind: &CheckKind, source: &SourceText<'_>, snapshots: &dyn SnapshotSource) -> Found {
    match kind {
        CheckKind::Exit(exit) => exit::check(run, exit),
        CheckKind::Count(count) => count::check(run, count),
        CheckKind::Order(order) => order::check(run, order),
        CheckKind::Before(before) => before::check(run, before),
        CheckKind::Elapsed(elapsed) => elapsed::check(run, elapsed),
        CheckKind::Gap(gap) => gap::check(run, gap),
        CheckKind::Overlap(overlap) => overlap::check(run, overlap),
        CheckKind::Distinct(distinct) => distinct::check(run, distinct),
        CheckKind::Threads(threads) => threads::check(run, threads),
        CheckKind::Processes(processes) => processes::check(run, processes),
        CheckKind::Parallel(parallel) => parallel::check(run, *parallel),
        CheckKind::Cpu(cpu) => cpu::check(run, cpu),
        CheckKind::Field(field) => field::check(run, field),
        CheckKind::Never(never) => never::check(run, never),
        CheckKind::Requests(requests) => requests::check(run, requests),
        CheckKind::Deadlock(deadlock) => deadlock::check(run, *deadlock),
        CheckKind::Zombies(zombies) => zombies::check(run, *zombies),
        CheckKind::Snapshot(snapshot) => snapshot::check(run, snapshot, snapshots),
        CheckKind::Source(rules) => Ok(source::check(rules, source)),
    }
}

/// Looks at the source alone; none when the kind needs a run.
pub(super) fn check_source(kind: &CheckKind, source: &SourceText<'_>) -> Option<super::finding::Finding> {
    match kind {
        CheckKind::Source(rules) => Some(source::check(rules, source)),
        _ => None,
    }
}
