//! What the tests of checks share: a spec around one check, and a short way to judge a trace by it.

use std::collections::BTreeMap;

use regex::Regex;

use super::judge::{CaseRun, Judgement, SourceText, judge};
use super::verdict::CheckResult;
use crate::course::model::{
    Bounds, Case, Check, CheckKind, EventPattern, Language, Limits, Needs, Operand, Selector, Spec,
};
use crate::trace::snapshot::{SnapshotError, SnapshotSource};
use crate::trace::{Normal, Trace};

pub(super) const ALL: Needs = Needs { threads: true, processes: true, deadlock: true, http: true };

pub(super) const SOURCE: SourceText<'static> =
    SourceText { language: Language::Rust, text: "fn main() {}", path: "main.rs" };

/// The lecture's two delays and an update that reads and finishes.
const EVENTS: &[(&str, &str)] = &[
    ("started", r"^started$"),
    ("received", r"^received (?<n>\S+)$"),
    ("printing", r"^printing (?<n>\S+)$"),
    ("read", r"^(?<who>\S+): read (?<value>\d+)$"),
    ("finished", r"^(?<who>\S+): finished$"),
    ("pid", r"^I am (?<pid>\d+)$"),
];

pub(super) fn case(name: &str, args: &[&str]) -> Case {
    Case {
        name: name.to_owned(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        stdin: String::new(),
        vars: BTreeMap::from([("many".to_owned(), "3 1 2".to_owned())]),
        hidden: false,
        http: false,
    }
}

pub(super) fn check(id: &str, points: u32, kind: CheckKind) -> Check {
    Check {
        id: id.to_owned(),
        name: format!("the {id}"),
        points,
        hint: format!("think of {id}"),
        needs: Vec::new(),
        cases: Vec::new(),
        kind,
    }
}

pub(super) fn spec(cases: Vec<Case>, checks: Vec<Check>) -> Spec {
    let events = EVENTS.iter().map(|(name, regex)| {
        let pattern = EventPattern { name: (*name).to_owned(), regex: Regex::new(regex).unwrap() };
        ((*name).to_owned(), pattern)
    });
    Spec {
        title: "a test".to_owned(),
        schedules: 1,
        limits: Limits::default(),
        events: events.collect(),
        cases,
        checks,
        wrong: Vec::new(),
    }
}

pub(super) fn operand(text: &str) -> Operand {
    Operand::parse(text).unwrap()
}

pub(super) fn equals(text: &str) -> Bounds {
    Bounds { equals: Some(operand(text)), ..Bounds::default() }
}

pub(super) fn at_least(text: &str) -> Bounds {
    Bounds { at_least: Some(operand(text)), ..Bounds::default() }
}

pub(super) fn at_most(text: &str) -> Bounds {
    Bounds { at_most: Some(operand(text)), ..Bounds::default() }
}

pub(super) fn select(event: &str) -> Selector {
    Selector { event: event.to_owned(), only: BTreeMap::new() }
}

/// One recorded run for every case; none when there is none.
pub(super) struct Recorded(pub(super) Option<Normal>);

impl SnapshotSource for Recorded {
    fn snapshot(&self, case: &str) -> Result<Normal, SnapshotError> {
        self.0.clone().ok_or_else(|| SnapshotError::Missing { path: case.into() })
    }
}

pub(super) fn judge_all(spec: &Spec, runs: &[CaseRun]) -> Judgement {
    judge(spec, runs, &SOURCE, ALL, &Recorded(None))
}

/// Judges one run of one case, whose arguments are 2 and 3, by one check.
pub(super) fn judged(kind: CheckKind, trace: Trace) -> CheckResult {
    judged_against(kind, trace, &Recorded(None))
}

pub(super) fn judged_against(kind: CheckKind, trace: Trace, snapshots: &Recorded) -> CheckResult {
    let spec = spec(vec![case("one", &["2", "3"])], vec![check("it", 1, kind)]);
    let runs = [CaseRun { case_index: 0, schedule: trace.header.schedule, trace }];
    judge(&spec, &runs, &SOURCE, ALL, snapshots).checks.remove(0)
}
