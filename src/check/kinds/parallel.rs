use crate::check::finding::{Failure, Finding, Found};
use crate::check::run::Run;
use crate::check::verdict::Evidence;
use crate::clock::VirtualDuration;
use crate::course::model::Parallel;
use crate::trace::query::Process;

/// CPU of all processes divided by CPU of the busiest.
pub(crate) fn check(run: &Run<'_>, parallel: Parallel) -> Found {
    let processes = run.lives.processes();
    let all: u128 = processes.iter().map(|process| u128::from(process.cpu)).sum();
    let busiest = processes.iter().map(|process| process.cpu).max().unwrap_or(0);
    let expected = format!("at least {}", thousandths(u128::from(parallel.at_least_milli)));
    if busiest == 0 {
        return Failure::new("no process used any CPU time that was seen")
            .open()
            .expected(expected)
            .actual("0")
            .found();
    }
    let ratio = all * 1000 / u128::from(busiest);
    if ratio >= u128::from(parallel.at_least_milli) {
        return Ok(Finding::HeldSoFar);
    }
    let mut by_cpu: Vec<&Process> = processes.iter().collect();
    by_cpu.sort_by_key(|process| std::cmp::Reverse(process.cpu));
    let evidence = by_cpu.into_iter().map(|process| Evidence {
        t: process.died.unwrap_or(process.born).t.as_nanos(),
        pid: process.pid,
        tid: process.pid,
        text: format!("process {} used {} of CPU time", process.pid, VirtualDuration::from_nanos(process.cpu)),
    });
    Failure::new(format!(
        "the work was not shared: all processes together used only {} times the CPU time of the busiest one",
        thousandths(ratio)
    ))
    .open()
    .expected(expected)
    .actual(thousandths(ratio))
    .evidence(evidence)
    .found()
}

fn thousandths(milli: u128) -> String {
    format!("{}.{:02}", milli / 1000, milli % 1000 / 10)
}
