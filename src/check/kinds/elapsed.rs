use crate::check::bounds::durations;
use crate::check::finding::{Failure, Finding, Found, end_evidence, line_evidence};
use crate::check::noise::{Measured, Noise};
use crate::check::run::Run;
use crate::clock::VirtualDuration;
use crate::course::model::Elapsed;

/// When the run, or an event of it, was over.
pub(crate) fn check(run: &Run<'_>, elapsed: &Elapsed) -> Found {
    let range = durations(run, &elapsed.bounds, None)?;
    let ended_by_itself = run.cut_short().is_none();
    let (took, what, evidence) = match &elapsed.until {
        None => {
            let took = VirtualDuration::from_nanos(run.trace.end.elapsed);
            (took, "the run".to_owned(), end_evidence(run.trace, "the end of the run"))
        }
        Some(select) => {
            let lines = run.select(select)?;
            let Some(last) = lines.last() else {
                return run.missing_selected(select)?.expected(range.words()).found();
            };
            let took = VirtualDuration::from_nanos(last.at.t.as_nanos());
            (took, format!("the last {} line", run.describe(select)), line_evidence(last))
        }
    };
    let measured = Noise::of_elapsed(run.trace).judge(took, range.least(), range.most());
    let failure = Failure::new(match &elapsed.until {
        None => format!("{what} took {took}, but it should take {}", range.words()),
        Some(_) => format!("{what} came after {took}, but it should come after {}", range.words()),
    })
    .expected(range.words())
    .actual(took.to_string())
    .evidence([evidence]);
    match measured {
        // A run that never ends has no length, but it was surely longer than this.
        Measured::Right if range.most().is_none() => Ok(Finding::Held),
        Measured::Right if elapsed.until.is_none() && !ended_by_itself => {
            Failure::new("the run never came to its own end").open().expected(range.words()).actual("no end").found()
        }
        Measured::Right => Ok(Finding::HeldSoFar),
        Measured::TooShort => measured.found(failure.open()),
        Measured::TooLong | Measured::Unclear => measured.found(failure),
    }
}
