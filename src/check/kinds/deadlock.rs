use crate::check::finding::{Failure, Finding, Found, end_evidence};
use crate::check::run::Run;
use crate::check::verdict::Evidence;
use crate::course::model::Deadlock;
use crate::trace::{Ended, EventKind};

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
    let waits: Vec<Evidence> = run
        .trace
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Stuck { threads } => Some(threads.iter().map(|thread| Evidence {
                t: event.t.as_nanos(),
                pid: thread.pid,
                tid: thread.tid,
                text: format!("thread {} waits on {}", thread.tid, thread.waits_on),
            })),
            _ => None,
        })
        .flatten()
        .collect();
    let who = match waits.len() {
        0 => "nothing could ever move again".to_owned(),
        1 => "the one thread that is left waits for ever".to_owned(),
        count => format!("all {count} threads wait for ever"),
    };
    Failure::new(format!("the run got stuck at {at}: {who}"))
        .expected("no deadlock")
        .actual("a deadlock")
        .evidence(waits)
        .found()
}
