//! What each check found: those that failed with all that shows it, the others in a line or none.

use super::{BAD, Context, Detail, FAINT, GOOD, HINT, OPEN, STRONG, indented, push, wrapped};
use crate::check::verdict::{CheckResult, ExerciseResult, Status};
use crate::report::{harmless, table};

/// Writes all checks, and the run that shows the first that failed, as far as the context has it.
pub(super) fn write(text: &mut String, result: &ExerciseResult, context: Context<'_>) {
    for same in told_together(&result.checks) {
        push(text, 0, "");
        failed(text, &same);
    }
    if let Some(forced) = context.forced {
        let failing = result.checks.iter().find(|check| check.status == Status::Failed);
        let of = failing.map_or_else(String::new, place);
        push(text, 0, "");
        push(
            text,
            2,
            &format!(
                "{STRONG}what the schedule does{STRONG:#} {FAINT}({of}, with what can be left out left out){FAINT:#}"
            ),
        );
        indented(text, 4, forced);
    }
    let mut rest = String::new();
    let with = |status| result.checks.iter().filter(move |check| check.status == status);
    for check in with(Status::Passed).filter(|_| context.detail == Detail::Full) {
        push(&mut rest, 2, &format!("{GOOD}✓{GOOD:#} {}{}", check.name, points(check)));
    }
    for status in [Status::Skipped, Status::Unobserved, Status::Inconclusive] {
        undecided(&mut rest, status, &with(status).collect::<Vec<_>>());
    }
    let passed = with(Status::Passed).count();
    if passed > 0 && context.detail != Detail::Full {
        let more = if passed == 1 { "check passed" } else { "checks passed" };
        push(&mut rest, 2, &format!("{GOOD}✓{GOOD:#} {passed} {more}"));
    }
    if !rest.is_empty() {
        push(text, 0, "");
        text.push_str(&rest);
    }
    if let (Detail::Full, Some(run)) = (context.detail, context.run) {
        push(text, 0, "");
        let failing = result.checks.iter().find(|check| check.status == Status::Failed);
        let of = failing.map_or_else(String::new, |check| format!(" of {}", place(check)));
        push(text, 2, &format!("{STRONG}the whole run{of}{STRONG:#}"));
        indented(text, 4, run);
    }
}

/// The failed checks, those together that have the same to say and nothing else to show: of a program that ended early,
/// many miss the same line.
fn told_together(checks: &[CheckResult]) -> Vec<Vec<&CheckResult>> {
    let mut groups: Vec<Vec<&CheckResult>> = Vec::new();
    for check in checks.iter().filter(|check| check.status == Status::Failed) {
        let says = |check: &CheckResult| (check.message.clone(), check.case.clone(), check.schedule);
        let alike = |first: &CheckResult| {
            !check.message.is_empty()
                && check.evidence.is_empty()
                && first.evidence.is_empty()
                && says(first) == says(check)
        };
        match groups.iter_mut().find(|group| alike(group[0])) {
            Some(group) => group.push(check),
            None => groups.push(vec![check]),
        }
    }
    groups
}

/// Failed checks with the same message: all names, and what the first of them says.
fn failed(text: &mut String, same: &[&CheckResult]) {
    for check in same {
        push(text, 2, &format!("{BAD}✗ {}{BAD:#}{}", check.name, points(check)));
    }
    let check = same[0];
    if !check.message.is_empty() {
        wrapped(text, 4, "", &harmless(&check.message));
    }
    for (label, value) in [("expected", &check.expected), ("seen", &check.actual)] {
        if let Some(value) = value {
            let mut lines = value.lines().map(harmless);
            push(text, 4, &format!("{FAINT}{label:<8}{FAINT:#}  {}", lines.next().unwrap_or_default()));
            for line in lines {
                push(text, 14, &line);
            }
        }
    }
    if check.case.is_some() {
        push(text, 4, &format!("{FAINT}{:<8}{FAINT:#}  {}", "in", place(check)));
    }
    if !check.evidence.is_empty() {
        push(text, 0, "");
        indented(text, 6, &table::evidence(&check.evidence));
        if check.hint.is_some() {
            push(text, 0, "");
        }
    }
    if let Some(hint) = &check.hint {
        wrapped(text, 4, &format!("{HINT}hint{HINT:#}: "), hint);
    }
}

/// Checks that say nothing on the student's work, and why.
fn undecided(text: &mut String, status: Status, checks: &[&CheckResult]) {
    if checks.is_empty() {
        return;
    }
    let why = match status {
        Status::Skipped => "not looked at, since a check that it needs failed",
        Status::Unobserved => "not seen: this way of running does not show it, so nobody is blamed for it",
        _ => "not decided: our measurement was not good enough, which is not your fault",
    };
    push(text, 2, &format!("{OPEN}–{OPEN:#} {why}"));
    for check in checks {
        push(text, 6, &format!("{}{}", check.name, points(check)));
        if status == Status::Inconclusive && !check.message.is_empty() {
            wrapped(text, 8, "", &harmless(&check.message));
        }
    }
}

fn points(check: &CheckResult) -> String {
    match check.max_points {
        0 => String::new(),
        most => format!("  {FAINT}{}/{most}{FAINT:#}", check.points),
    }
}

/// Where a check failed: the case, and the schedule unless it is the natural one.
fn place(check: &CheckResult) -> String {
    let case = check.case.as_deref().unwrap_or("the run");
    match check.schedule {
        Some(seed) if seed > 0 => format!("{case}, schedule {seed}"),
        _ => case.to_owned(),
    }
}
