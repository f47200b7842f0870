use super::population::{Living, judge};
use crate::check::finding::Found;
use crate::check::run::Run;
use crate::course::model::Quantified;

/// How many processes lived, the program itself included.
pub(crate) fn check(run: &Run<'_>, processes: &Quantified) -> Found {
    let living = run.lives.processes().iter().map(|process| Living {
        name: format!("process {}", process.pid),
        parent: process.parent,
        pid: process.pid,
        tid: process.pid,
        born: process.born,
        ended: process.died.is_some(),
        cpu: process.cpu,
    });
    judge(run, processes, &living.collect::<Vec<_>>(), u64::from(run.trace.end.processes), ["process", "processes"])
}
