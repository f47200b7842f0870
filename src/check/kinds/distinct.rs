use std::collections::BTreeMap;

use crate::check::bounds::{Side, numbers};
use crate::check::finding::{Failure, Finding, Found, line_evidence};
use crate::check::run::Run;
use crate::course::model::{Distinct, GroupBy};
use crate::trace::query::{Group, Match};

/// How many different threads, processes or values an event came from.
pub(crate) fn check(run: &Run<'_>, distinct: &Distinct) -> Found {
    let range = numbers(run, &distinct.bounds)?;
    let lines = run.select(&distinct.select)?;
    let what = run.describe(&distinct.select);
    if lines.is_empty() {
        return run.missing_selected(&distinct.select)?.expected(range.words()).found();
    }
    if distinct.not_main {
        let is_main = |line: &&Match<'_>| match distinct.by {
            GroupBy::Process => run.lives.is_main_process(line.pid, line.at.seq),
            GroupBy::Thread | GroupBy::Field(_) => run.lives.is_main_thread(line.tid, line.at.seq),
        };
        let who = if distinct.by == GroupBy::Process { "the program's first process" } else { "the main thread" };
        if let Some(line) = lines.iter().find(is_main) {
            return Failure::new(format!("a {what} line came from {who} itself, at {}", line.at.t))
                .expected(format!("another than {who}"))
                .actual(who)
                .evidence(lines.iter().filter(is_main).map(line_evidence))
                .found();
        }
    }
    let mut firsts: BTreeMap<Group, Match<'_>> = BTreeMap::new();
    for (group, line) in run.grouped(&lines, Some(&distinct.by)) {
        firsts.entry(group).or_insert(line);
    }
    let side = range.side(firsts.len() as u64);
    if side == Side::Within {
        return Ok(if range.most().is_none() { Finding::Held } else { Finding::HeldSoFar });
    }
    let (one, many) = match &distinct.by {
        GroupBy::Thread => ("one thread".to_owned(), "different threads".to_owned()),
        GroupBy::Process => ("one process".to_owned(), "different processes".to_owned()),
        GroupBy::Field(name) => (format!("one value of `{name}`"), format!("different values of `{name}`")),
    };
    let seen = if firsts.len() == 1 { one } else { format!("{} {many}", firsts.len()) };
    let mut telling: Vec<Match<'_>> = if side == Side::Below { lines } else { firsts.values().cloned().collect() };
    telling.sort_by_key(|line| line.at.seq);
    let failure = Failure::new(format!("the {what} lines came from {seen}, but it should be {}", range.words()))
        .expected(range.words())
        .actual(firsts.len().to_string())
        .evidence(telling.iter().map(line_evidence));
    if side == Side::Below { failure.open().found() } else { failure.found() }
}
