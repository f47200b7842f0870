use crate::check::bounds::durations;
use crate::check::finding::{Failure, Finding, Found, end_evidence};
use crate::check::noise::{Measured, Noise};
use crate::check::run::Run;
use crate::clock::VirtualDuration;
use crate::course::model::{Cpu, CpuOf};

/// CPU time of the whole tree, of the program itself, or of its children.
pub(crate) fn check(run: &Run<'_>, cpu: &Cpu) -> Found {
    let range = durations(run, &cpu.bounds, None)?;
    let of_process = |wanted: fn(usize) -> bool| {
        run.lives.processes().iter().enumerate().filter(|(place, _)| wanted(*place)).map(|(_, found)| found.cpu).sum()
    };
    let (used, who) = match cpu.of {
        CpuOf::Tree => (run.trace.end.cpu, "the program with all its children"),
        CpuOf::Main => (of_process(|place| place == 0), "the program's first process"),
        CpuOf::Children => (of_process(|place| place > 0), "the child processes"),
    };
    let used = VirtualDuration::from_nanos(used);
    let measured = Noise::of_cpu().judge(used, range.least(), range.most());
    let failure = Failure::new(format!("{who} used {used} of CPU time, but it should be {}", range.words()))
        .expected(range.words())
        .actual(used.to_string())
        .evidence([end_evidence(run.trace, format!("CPU time: {used}"))]);
    match measured {
        Measured::Right if range.most().is_none() => Ok(Finding::Held),
        Measured::Right => Ok(Finding::HeldSoFar),
        Measured::TooShort => measured.found(failure.open()),
        Measured::TooLong | Measured::Unclear => measured.found(failure),
    }
}
