use std::collections::BTreeMap;

use crate::check::CaseRun;
use crate::check::verdict::RunSummary;
use crate::trace::Ended;

/// What all runs used together; none when there were none.
pub(super) fn summarise(runs: &[CaseRun], cases: usize, sandbox: String) -> Option<RunSummary> {
    let ends = || runs.iter().map(|run| &run.trace.end);
    let worst = ends().max_by_key(|end| badness(end.ended))?;
    let clock = runs.first()?.trace.header.clock;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Some(RunSummary {
        cases: count(cases),
        schedules: count(most_schedules(runs)),
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

/// Under how many schedules the case was run that was run most often.
fn most_schedules(runs: &[CaseRun]) -> usize {
    let mut of_case: BTreeMap<usize, usize> = BTreeMap::new();
    for run in runs {
        *of_case.entry(run.case_index).or_default() += 1;
    }
    of_case.into_values().max().unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::summarise;
    use crate::check::CaseRun;
    use crate::trace::Builder;

    #[test]
    fn schedules_are_those_that_were_run_and_not_those_that_were_planned() {
        let run = |case_index, schedule| CaseRun { case_index, schedule, trace: Builder::new().exit(0, 0).build() };
        let runs = [run(0, 0), run(1, 0), run(1, 1), run(1, 2)];
        let summary = summarise(&runs, 2, String::new()).expect("there were runs");
        assert_eq!((summary.cases, summary.schedules), (2, 3));
        assert_eq!(summarise(&[], 2, String::new()), None);
    }
}
