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
    let expected = words(parallel);
    if busiest == 0 {
        return Failure::new("no process used any CPU time that was seen")
            .open()
            .expected(expected)
            .actual("0")
            .found();
    }
    let ratio = all * 1000 / u128::from(busiest);
    let too_low = parallel.at_least_milli.is_some_and(|least| ratio < u128::from(least));
    let too_high = parallel.at_most_milli.is_some_and(|most| ratio > u128::from(most));
    if !too_low && !too_high {
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
    let what = format!("used {} times the CPU time of the busiest one", thousandths(ratio));
    let message = if too_low {
        format!("the work was not shared: all processes together {what}, no more")
    } else {
        format!("others than the one with the work were busy: all processes together {what}")
    };
    Failure::new(message).open().expected(expected).actual(thousandths(ratio)).evidence(evidence).found()
}

fn words(parallel: Parallel) -> String {
    let least = parallel.at_least_milli.map(|milli| format!("at least {}", thousandths(milli.into())));
    let most = parallel.at_most_milli.map(|milli| format!("at most {}", thousandths(milli.into())));
    least.into_iter().chain(most).collect::<Vec<_>>().join(" and ")
}

fn thousandths(milli: u128) -> String {
    format!("{}.{:02}", milli / 1000, milli % 1000 / 10)
}
