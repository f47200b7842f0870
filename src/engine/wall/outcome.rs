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
    // What is read after the end was written before it, but for what its orphans wrote while they were killed.
    let not_after_the_end =
        |(at, kind)| if matches!(kind, EventKind::Line { .. }) { (exited.min(at), kind) } else { (at, kind) };
    events.extend(std::mem::take(&mut seen.events).into_iter().map(not_after_the_end));
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
            used: match limit {
                Some(LimitKind::Cpu) => Some(seen.cpu),
                Some(LimitKind::Time) => Some(exited.saturating_sub(started)),
                _ => None,
            },
            most: None,
            elapsed: exited.saturating_sub(started),
            real: seen.ended_at.saturating_sub(started),
            cpu: seen.cpu,
            threads: seen.threads,
            processes: seen.processes,
            stops: 0,
            jumps: 0,
            refused: Vec::new(),
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

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use super::trace;
    use crate::clock::VirtualDuration;
    use crate::course::model::Limits;
    use crate::engine::wall::watch::{Seen, Stop};
    use crate::engine::{Interrupt, RunRequest};
    use crate::trace::{Ended, EventKind, ExitStatus, LimitKind, Trace};

    fn outcome(seen: Seen) -> Trace {
        let request = RunRequest {
            argv: vec!["program".into()],
            env: Vec::new(),
            cwd: PathBuf::from("/"),
            stdin: Vec::new(),
            limits: Limits { time: VirtualDuration::from_nanos(1000), ..Limits::default() },
            real_limit: Duration::from_mins(1),
            schedule: 0,
            places: Vec::new(),
            http: false,
            interrupt: Interrupt::default(),
        };
        trace(&request, seen, 7, Path::new("/bin/program"), "2026-01-01T00:00:00Z".into()).unwrap()
    }

    fn seen(exited_at: u64, status: ExitStatus, stop: Option<Stop>) -> Seen {
        Seen { started: Some((8, 100)), exited: Some((exited_at, status, 5)), stop, ..Seen::default() }
    }

    fn line(text: &str) -> EventKind {
        EventKind::Line { fd: 1, text: text.into(), partial: false, lossy: false, cut: false }
    }

    #[test]
    fn a_line_that_is_read_after_the_end_comes_before_it() {
        let mut late = seen(150, ExitStatus::Code(0), None);
        late.events = vec![(120, line("early")), (170, line("late"))];
        let events = outcome(late).events;
        let times: Vec<_> = events.iter().map(|event| event.t.as_nanos()).collect();
        assert_eq!(times, [0, 0, 20, 50, 50]);
        assert_eq!(events[3].kind, line("late"));
        assert!(matches!(events[4].kind, EventKind::Exit { .. }));
    }

    #[test]
    fn an_end_in_time_counts_also_when_ours_was_on_its_way() {
        let stop = Some(Stop::Limit(LimitKind::Time));
        let end = outcome(seen(1050, ExitStatus::Code(3), stop)).end;
        assert_eq!((end.exit, end.ended, end.limit), (Some(ExitStatus::Code(3)), Ended::Exit, None));
        for (at, status) in [(1050, ExitStatus::Signal(9)), (1200, ExitStatus::Code(3))] {
            let end = outcome(seen(at, status, stop)).end;
            assert_eq!((end.exit, end.ended, end.limit), (None, Ended::Limit, Some(LimitKind::Time)));
        }
    }

    #[test]
    fn a_signal_that_is_not_ours_is_no_limit() {
        let end = outcome(seen(200, ExitStatus::Signal(9), None)).end;
        assert_eq!((end.exit, end.ended), (Some(ExitStatus::Signal(9)), Ended::Signal));
    }
}
