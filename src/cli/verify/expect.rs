//! Whether a submission did what it is there for.

use super::work::{Item, Role};
use crate::batch::Graded;
use crate::check::verdict::{CheckResult, Status, Verdict};

/// Whether a submission did what it is there for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Opinion {
    /// Whether it did; none when this engine cannot tell.
    pub(crate) right: Option<bool>,
    /// What it did, in a few words.
    pub(crate) found: String,
    /// What it should have done.
    pub(crate) problems: Vec<String>,
    /// What else there is to know.
    pub(crate) notes: Vec<String>,
}

impl Opinion {
    /// It cannot even be graded.
    pub(crate) fn wrong(problem: String) -> Self {
        Self { right: Some(false), found: "not graded".to_owned(), problems: vec![problem], notes: Vec::new() }
    }

    /// The spec says that this engine cannot tell it from a right one.
    pub(crate) fn needs_the_traced_engine() -> Self {
        Self { right: None, found: "needs the traced engine".to_owned(), ..Self::default() }
    }
}

/// Compares what was found with what the submission is there for.
pub(crate) fn opinion(item: &Item, graded: &Graded) -> Opinion {
    let result = &graded.result;
    let mut opinion = Opinion { right: Some(true), found: found(&result.checks), ..Opinion::default() };
    let mut problem = |text: String| {
        opinion.right = Some(false);
        opinion.problems.push(text);
    };
    for fault in &graded.author_faults {
        problem(fault.to_string());
    }
    match result.verdict {
        Verdict::GraderError => problem(result.notes.join("; ")),
        Verdict::BuildFailed => problem(format!("it does not build:\n{}", result.build.output.trim_end())),
        _ => {}
    }
    if opinion.right == Some(false) {
        return opinion;
    }
    match &item.role {
        Role::Reference => reference(&result.checks, &mut opinion),
        Role::Starter => starter(&result.checks, &mut opinion),
        Role::Wrong(declared) => wrong(declared, &result.checks, &mut opinion),
    }
    opinion
}

fn found(checks: &[CheckResult]) -> String {
    let failed: Vec<&str> = with(checks, Status::Failed).map(|check| check.id.as_str()).collect();
    if failed.is_empty() { "fails nothing".to_owned() } else { format!("fails {}", failed.join(", ")) }
}

fn with(checks: &[CheckResult], status: Status) -> impl Iterator<Item = &CheckResult> {
    checks.iter().filter(move |check| check.status == status)
}

fn is(checks: &[CheckResult], id: &str, status: Status) -> bool {
    with(checks, status).any(|check| check.id == id)
}

fn fail(opinion: &mut Opinion, problem: String) {
    opinion.right = Some(false);
    opinion.problems.push(problem);
}

fn undecided(checks: &[CheckResult], opinion: &mut Opinion) {
    for check in with(checks, Status::Inconclusive) {
        fail(opinion, format!("{} could not be decided: {}", check.id, check.message));
    }
}

fn reference(checks: &[CheckResult], opinion: &mut Opinion) {
    for check in with(checks, Status::Failed) {
        let place = check.case.as_deref().unwrap_or("every case");
        fail(opinion, format!("{} fails in {place}: {}", check.id, check.message));
    }
    undecided(checks, opinion);
    if opinion.right == Some(true) {
        "passes".clone_into(&mut opinion.found);
    }
    let unseen: Vec<&str> = with(checks, Status::Unobserved).map(|check| check.id.as_str()).collect();
    if !unseen.is_empty() {
        opinion.notes.push(format!("not seen without the traced engine: {}", unseen.join(", ")));
    }
}

fn starter(checks: &[CheckResult], opinion: &mut Opinion) {
    if with(checks, Status::Failed).next().is_some() {
        return;
    }
    if with(checks, Status::Unobserved).next().is_some() {
        *opinion = Opinion::needs_the_traced_engine();
    } else {
        fail(opinion, "it passes: there is nothing left to do for a student".to_owned());
    }
}

fn wrong(declared: &[String], checks: &[CheckResult], opinion: &mut Opinion) {
    for check in with(checks, Status::Failed).filter(|check| !declared.contains(&check.id)) {
        fail(opinion, format!("{} fails and is not declared: {}", check.id, check.message));
    }
    undecided(checks, opinion);
    let mut unseen = Vec::new();
    for id in declared {
        if is(checks, id, Status::Unobserved) {
            unseen.push(id.as_str());
        } else if is(checks, id, Status::Skipped) {
            fail(opinion, format!("{id} is declared, and was skipped: a check that it needs failed"));
        } else if is(checks, id, Status::Passed) {
            fail(opinion, format!("{id} is declared, and passes"));
        }
    }
    if !unseen.is_empty() {
        opinion.notes.push(format!("not seen without the traced engine: {}", unseen.join(", ")));
        if unseen.len() == declared.len() && opinion.right == Some(true) {
            opinion.right = None;
        }
    }
}
