use std::collections::BTreeMap;

use super::finding::{Failure, Finding, SpecFault};
use super::kinds;
use super::needs::{missing, needs};
use super::run::Run;
use super::verdict::{CheckResult, Status, Verdict};
use crate::course::model::{Case, Check, CheckKind, Language, Needs, Spec};
use crate::trace::Trace;
use crate::trace::snapshot::SnapshotSource;

/// One case, run under one schedule.
#[derive(Clone, Debug)]
pub struct CaseRun {
    /// The case's place in the spec.
    pub case_index: usize,
    /// The schedule's seed; 0 is the natural one.
    pub schedule: u64,
    /// What it did.
    pub trace: Trace,
}

/// The submission's source, for `source` checks.
#[derive(Clone, Copy, Debug)]
pub struct SourceText<'a> {
    /// Its language.
    pub language: Language,
    /// The text.
    pub text: &'a str,
    /// Its path as the student knows it.
    pub path: &'a str,
}

/// What all checks found in all runs.
#[derive(Debug)]
pub struct Judgement {
    /// Each check's result, in the spec's order.
    pub checks: Vec<CheckResult>,
    /// The author's mistakes that came to light: the checks that they concern are inconclusive, never failed.
    pub faults: Vec<Fault>,
}

impl Judgement {
    /// The verdict on these checks.
    pub fn verdict(&self) -> Verdict {
        verdict_of(&self.checks)
    }

    /// The points reached.
    pub fn score(&self) -> u32 {
        score(&self.checks)
    }
}

/// A mistake of the spec's author.
#[derive(Debug, thiserror::Error)]
#[error("check `{check}`, case `{case}`: {cause}")]
pub struct Fault {
    /// The check's id.
    pub check: String,
    /// The case's name.
    pub case: String,
    /// What is wrong.
    pub cause: SpecFault,
}

/// Judges a submission by its runs. A check holds only if it holds in every case that it looks at and under every
/// schedule tried; the first run that breaks it is shown, a visible case before a hidden one.
///
/// What measures CPU, and the snapshot, is judged under the natural schedule alone (unless only others were run): under
/// another one CPU time is counted in stops, and the lines need not come as they do at once. A time holds under all of them, but
/// for what the schedule itself held back (see `check::noise`). What the engine does not observe is `unobserved`.
pub fn judge(
    spec: &Spec,
    runs: &[CaseRun],
    source: &SourceText<'_>,
    observes: Needs,
    snapshots: &dyn SnapshotSource,
) -> Judgement {
    let mut order: Vec<&CaseRun> = runs.iter().filter(|run| run.case_index < spec.cases.len()).collect();
    order.sort_by_key(|run| (spec.cases[run.case_index].hidden, run.case_index, run.schedule));
    let read: Vec<Seen<'_>> = order
        .into_iter()
        .map(|run| {
            let case = &spec.cases[run.case_index];
            Seen { index: run.case_index, schedule: run.schedule, run: Run::new(spec, case, &run.trace) }
        })
        .collect();
    let mut faults = Vec::new();
    let mut checks: Vec<CheckResult> = spec
        .checks
        .iter()
        .map(|check| {
            if let Some(what) = missing(needs(&check.kind), observes) {
                return blank(check, Status::Unobserved, format!("The engine that made this run cannot see {what}."));
            }
            judge_one(spec, check, &read, source, snapshots, &mut faults)
        })
        .collect();
    apply_needs(spec, &mut checks);
    Judgement { checks, faults }
}

/// The verdict on an exercise whose checks came out so.
pub fn verdict_of(checks: &[CheckResult]) -> Verdict {
    let any = |status| checks.iter().any(|check| check.status == status);
    if any(Status::Failed) {
        Verdict::Failed
    } else if checks.is_empty() || any(Status::Inconclusive) || any(Status::Unobserved) || any(Status::Skipped) {
        Verdict::Inconclusive
    } else {
        Verdict::Passed
    }
}

/// The points of the checks that passed.
pub fn score(checks: &[CheckResult]) -> u32 {
    checks.iter().filter(|check| check.status == Status::Passed).map(|check| check.points).sum()
}

/// A run, with what it is a run of.
struct Seen<'a> {
    index: usize,
    schedule: u64,
    run: Run<'a>,
}

fn judge_one(
    spec: &Spec,
    check: &Check,
    runs: &[Seen<'_>],
    source: &SourceText<'_>,
    snapshots: &dyn SnapshotSource,
    faults: &mut Vec<Fault>,
) -> CheckResult {
    if let Some(finding) = kinds::check_source(&check.kind, source) {
        return match finding {
            Finding::Failed(failure) => failed(check, *failure),
            Finding::Inconclusive(why) => blank(check, Status::Inconclusive, why),
            Finding::Held | Finding::HeldSoFar => passed(check),
        };
    }
    let looked_at = |case: &Case| check.cases.is_empty() || check.cases.contains(&case.name);
    let natural: Vec<usize> = runs.iter().filter(|seen| seen.schedule == 0).map(|seen| seen.index).collect();
    let mut unclear: Option<CheckResult> = None;
    let mut judged: Vec<usize> = Vec::new();
    for seen in runs {
        if !looked_at(seen.run.case) {
            continue;
        }
        if seen.schedule != 0 && natural_only(&check.kind) && natural.contains(&seen.index) {
            continue;
        }
        judged.push(seen.index);
        let found = match kinds::check(&seen.run, &check.kind, source, snapshots) {
            Ok(finding) => settle(&seen.run, finding),
            Err(cause) => {
                faults.push(Fault { check: check.id.clone(), case: seen.run.case.name.clone(), cause });
                Finding::Inconclusive("The check itself has a mistake; its author has to mend it.".to_owned())
            }
        };
        match found {
            Finding::Held | Finding::HeldSoFar => {}
            Finding::Failed(failure) => return place(failed(check, *failure), spec, seen),
            Finding::Inconclusive(why) => {
                unclear.get_or_insert_with(|| place(blank(check, Status::Inconclusive, why), spec, seen));
            }
        }
    }
    if let Some(unclear) = unclear {
        return unclear;
    }
    // A case that was not run is not a case in which the check holds.
    match spec.cases.iter().enumerate().find(|(index, case)| looked_at(case) && !judged.contains(index)) {
        Some(_) => blank(check, Status::Inconclusive, "Not every case of this check was run.".to_owned()),
        None => passed(check),
    }
}

/// What a finding is worth in a run that was cut short: what more time could have changed is failed when the program is
/// the reason, and not decided when we or the machine are.
fn settle(run: &Run<'_>, finding: Finding) -> Finding {
    let Some(how) = run.cut_short() else { return finding };
    match finding {
        Finding::HeldSoFar if run.cut_by_us() => Finding::Inconclusive(super::sentence(&how)),
        Finding::HeldSoFar if run.could_go_on() => {
            let failure =
                Failure::new(format!("{how}, so nobody knows what would have come")).actual("an unfinished run");
            Finding::Failed(Box::new(failure))
        }
        Finding::Failed(failure) if failure.open && run.cut_by_us() => {
            Finding::Inconclusive(format!("{} {}", super::sentence(&failure.message), super::sentence(&how)))
        }
        Finding::Failed(mut failure) if failure.open => {
            failure.message = format!("{} {}", super::sentence(&failure.message), super::sentence(&how));
            Finding::Failed(failure)
        }
        other => other,
    }
}

/// Whether another schedule than the natural one can change what the checks say of a case: not when all that look at it
/// measure CPU.
pub fn depends_on_schedule(spec: &Spec, case: &Case) -> bool {
    spec.checks
        .iter()
        .any(|check| (check.cases.is_empty() || check.cases.contains(&case.name)) && !natural_only(&check.kind))
}

/// Whether more schedules of a case can change nothing of what the checks say: each that they could break is broken in this case
/// already, or left out for one that it needs. `runs` are those so far of all cases, in the order of cases.
pub fn is_settled(
    spec: &Spec,
    case: usize,
    runs: &[CaseRun],
    source: &SourceText<'_>,
    observes: Needs,
    snapshots: &dyn SnapshotSource,
) -> bool {
    let name = &spec.cases[case].name;
    let first = runs.partition_point(|run| run.case_index < case);
    let behind = runs.partition_point(|run| run.case_index <= case);
    let broken = judge(spec, &runs[first..behind], source, observes, snapshots).checks;
    if broken.iter().all(|check| check.status != Status::Failed) {
        return false;
    }
    let all = judge(spec, runs, source, observes, snapshots).checks;
    let is_open = |check: &Check, here: &CheckResult, all: &CheckResult| {
        (check.cases.is_empty() || check.cases.contains(name))
            && !natural_only(&check.kind)
            && kinds::check_source(&check.kind, source).is_none()
            && here.status != Status::Failed
            && !matches!(all.status, Status::Skipped | Status::Unobserved)
    };
    !spec.checks.iter().zip(&broken).zip(&all).any(|((check, here), all)| is_open(check, here, all))
}

/// Kinds that only the natural schedule can be judged by.
const fn natural_only(kind: &CheckKind) -> bool {
    matches!(kind, CheckKind::Cpu(_) | CheckKind::Parallel(_) | CheckKind::Snapshot(_))
}

fn blank(check: &Check, status: Status, message: String) -> CheckResult {
    CheckResult { message, ..CheckResult::without_finding(check, status) }
}

fn passed(check: &Check) -> CheckResult {
    CheckResult { points: check.points, ..blank(check, Status::Passed, String::new()) }
}

fn failed(check: &Check, failure: Failure) -> CheckResult {
    CheckResult {
        expected: failure.expected,
        actual: failure.actual,
        hint: (!check.hint.is_empty()).then(|| check.hint.clone()),
        evidence: failure.evidence,
        ..blank(check, Status::Failed, super::sentence(&failure.message))
    }
}

/// Says in which run it was; of a hidden case only that it is one, and nothing that would tell its arguments.
fn place(mut result: CheckResult, spec: &Spec, seen: &Seen<'_>) -> CheckResult {
    result.schedule = Some(seen.schedule);
    if !seen.run.case.hidden {
        result.case = Some(seen.run.case.name.clone());
        return result;
    }
    let number = spec.cases[..=seen.index].iter().filter(|case| case.hidden).count();
    result.case = Some(format!("hidden case {number}"));
    let what = if result.status == Status::Failed { "does not hold" } else { "could not be decided" };
    result.message = format!("It {what} in a case whose arguments are not shown.");
    if let Some(how) = seen.run.cut_short() {
        result.message.push(' ');
        result.message.push_str(&super::sentence(&how));
    }
    (result.expected, result.actual) = (None, None);
    result.evidence.clear();
    result
}

/// Skips what needs a check that did not pass. What needs one that could not be decided gets no points for it yet.
fn apply_needs(spec: &Spec, checks: &mut [CheckResult]) {
    let places: BTreeMap<&str, usize> =
        spec.checks.iter().enumerate().map(|(place, check)| (check.id.as_str(), place)).collect();
    // Each round carries a failure one step further; more rounds than checks change nothing.
    for _ in 0..spec.checks.len() {
        let mut changed = false;
        for (place, check) in spec.checks.iter().enumerate() {
            for need in &check.needs {
                let Some(&needed) = places.get(need.as_str()).filter(|needed| **needed != place) else { continue };
                let name = checks[needed].name.clone();
                let result = &checks[place];
                let next = match (checks[needed].status, result.status) {
                    (_, Status::Skipped) => continue,
                    (Status::Failed | Status::Skipped, _) => {
                        blank(check, Status::Skipped, format!("It needs “{name}” to hold first."))
                    }
                    (Status::Inconclusive | Status::Unobserved, Status::Passed) => {
                        blank(check, Status::Inconclusive, format!("It needs “{name}”, which could not be decided."))
                    }
                    _ => continue,
                };
                checks[place] = next;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
}

#[cfg(test)]
mod tests;
