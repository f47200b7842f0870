use std::io;
use std::path::Path;

use super::watch::{Seen, Stop};
use crate::clock::VirtualInstant;
use crate::engine::{EngineError, RunRequest};
use crate::trace::{ClockKind, End, Ended, Event, EventKind, ExitStatus, Header, LimitKind, SCHEMA, Trace};

/// Makes the trace of what was seen.
pub(super) fn trace(
    request: &RunRequest,
    mut seen: Seen,
    supervisor: u32,
    path: &Path,
    epoch: String,
) -> Result<Trace, EngineError> {
    let (Some((pid, started)), Some((exited, status, cpu))) = (seen.started, seen.exited) else {
        let cause = io::Error::other("its end was never seen");
        return Err(EngineError::System { operation: "watch the program", pid: None, cause });
    };
    let (ended, limit) = ended(request, &seen, status, exited.saturating_sub(started), cpu);
    let mut events = vec![
        (started, EventKind::Process { parent: supervisor }),
        (started, EventKind::Exec { path: path.to_string_lossy().into_owned() }),
    ];
    events.append(&mut seen.events);
    let (code, signal) = match status {
        ExitStatus::Code(code) => (Some(code), None),
        ExitStatus::Signal(signal) => (None, Some(signal)),
    };
    events.push((exited, EventKind::Exit { code, signal, cpu }));
    // Each kind came in order; the sort is stable.
    events.sort_by_key(|(at, _)| *at);
    let events = events.into_iter().zip(0..).map(|((at, kind), seq)| {
        let known = matches!(kind, EventKind::Process { .. } | EventKind::Exec { .. } | EventKind::Exit { .. });
        let pid = if known { pid } else { 0 };
        Event { t: VirtualInstant::from_nanos(at.saturating_sub(started)), seq, pid, tid: pid, kind }
    });
    Ok(Trace {
        header: Header {
            schema: SCHEMA.to_owned(),
            argv: request.argv.iter().map(|argument| argument.to_string_lossy().into_owned()).collect(),
            clock: ClockKind::Wall,
            schedule: 0,
            epoch,
        },
        events: events.collect(),
        end: End {
            exit: matches!(ended, Ended::Exit | Ended::Signal).then_some(status),
            ended,
            limit,
            elapsed: exited.saturating_sub(started),
            real: seen.ended_at.saturating_sub(started),
            cpu: seen.cpu,
            threads: seen.threads,
            processes: seen.processes,
            stops: 0,
            jumps: 0,
            noise: seen.noise,
            unvirtualised: Vec::new(),
        },
    })
}

/// Why it ended: by our will, by the kernel's on our limits, or by its own.
fn ended(request: &RunRequest, seen: &Seen, status: ExitStatus, elapsed: u64, cpu: u64) -> (Ended, Option<LimitKind>) {
    let limits = &request.limits;
    // It may have ended in time while we asked for its end.
    let in_time = status != ExitStatus::Signal(libc::SIGKILL)
        && elapsed <= limits.time.as_nanos()
        && u128::from(elapsed) <= request.real_limit.as_nanos();
    match seen.stop {
        Some(Stop::Interrupted) => (Ended::Interrupted, None),
        Some(Stop::Limit(LimitKind::Time | LimitKind::RealTime)) if in_time => by_itself(status),
        Some(Stop::Limit(limit)) => (Ended::Limit, Some(limit)),
        None if status == ExitStatus::Signal(libc::SIGXCPU) && cpu >= limits.cpu.as_nanos() => {
            (Ended::Limit, Some(LimitKind::Cpu))
        }
        None => by_itself(status),
    }
}

const fn by_itself(status: ExitStatus) -> (Ended, Option<LimitKind>) {
    match status {
        ExitStatus::Code(_) => (Ended::Exit, None),
        ExitStatus::Signal(_) => (Ended::Signal, None),
    }
}
