use crate::check::finding::{Failure, Finding, Found, end_evidence};
use crate::check::run::Run;
use crate::check::verdict::Evidence;
use crate::course::model::Deadlock;
use crate::trace::{Ended, Stuck, StuckThread, cycles_in_words};

/// So many threads of circles are named.
const MOST_NAMED: usize = 6;

/// Whether the run got stuck.
pub(crate) fn check(run: &Run<'_>, deadlock: Deadlock) -> Found {
    let stuck = run.trace.end.ended == Ended::Stuck;
    if stuck == deadlock.expected {
        return Ok(if stuck { Finding::Held } else { Finding::HeldSoFar });
    }
    if !stuck {
        return Failure::new("the run should get stuck here, but it did not")
            .open()
            .expected("a deadlock")
            .actual("none")
            .evidence([end_evidence(run.trace, "the end of the run")])
            .found();
    }
    let at = crate::clock::VirtualInstant::from_nanos(run.trace.end.elapsed);
    let Stuck { t, threads, cycles } = run.trace.stuck().unwrap_or_default();
    let waits = |thread: &StuckThread| format!("thread {} {}", thread.tid, thread.waits());
    let evidence = threads.iter().map(|thread| Evidence {
        t: t.as_nanos(),
        pid: thread.pid,
        tid: thread.tid,
        text: waits(thread),
    });
    let who = match (cycles_in_words(cycles), threads.len()) {
        (Some(cycle), _) => {
            let named = cycles.iter().flatten().take(MOST_NAMED);
            let named = named.filter_map(|tid| threads.iter().find(|thread| thread.tid == *tid));
            format!(" ({cycle}): {}", named.map(waits).collect::<Vec<_>>().join(", and "))
        }
        (None, 0) => ": nothing could ever move again".to_owned(),
        (None, 1) => ": the one thread that is left waits for ever".to_owned(),
        (None, count) => format!(": all {count} threads wait for ever"),
    };
    Failure::new(format!("the run got stuck at {at}{who}"))
        .expected("no deadlock")
        .actual("a deadlock")
        .evidence(evidence)
        .found()
}
