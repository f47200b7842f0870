use super::population::{Living, judge};
use crate::check::finding::Found;
use crate::check::run::Run;
use crate::course::model::Quantified;

/// How many threads lived, the program's first included.
pub(crate) fn check(run: &Run<'_>, threads: &Quantified) -> Found {
    let lives = run.lives.threads();
    let living = lives.iter().map(|life| Living {
        name: format!("thread {}", life.tid),
        parent: life.parent,
        pid: life.pid,
        tid: life.tid,
        born: life.born,
        ended: life.died.is_some(),
        cpu: life.cpu,
    });
    judge(run, threads, &living.collect::<Vec<_>>(), u64::from(run.trace.end.threads), ["thread", "threads"])
}
