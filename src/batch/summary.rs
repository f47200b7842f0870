use crate::check::CaseRun;
use crate::check::verdict::RunSummary;
use crate::trace::Ended;

/// What all runs used together; none when there were none.
pub(super) fn summarise(runs: &[CaseRun], cases: usize, schedules: usize, sandbox: String) -> Option<RunSummary> {
    let ends = || runs.iter().map(|run| &run.trace.end);
    let worst = ends().max_by_key(|end| badness(end.ended))?;
    let clock = runs.first()?.trace.header.clock;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Some(RunSummary {
        cases: count(cases),
        schedules: count(schedules),
        elapsed: ends().map(|end| end.elapsed).max().unwrap_or(0),
        real: ends().map(|end| end.real).sum(),
        cpu: ends().map(|end| end.cpu).sum(),
        threads: ends().map(|end| end.threads).max().unwrap_or(0),
        processes: ends().map(|end| end.processes).max().unwrap_or(0),
        clock,
        sandbox,
        ended: worst.ended,
        limit: worst.limit,
        used: worst.used,
        most: worst.most,
    })
}

/// Which end tells most about what went wrong.
const fn badness(ended: Ended) -> u8 {
    match ended {
        Ended::Exit => 0,
        Ended::Signal => 1,
        Ended::NoProgress => 2,
        Ended::Limit => 3,
        Ended::Stuck => 4,
        Ended::Interrupted => 5,
    }
}
