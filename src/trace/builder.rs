use std::collections::BTreeSet;

use super::{
    ClockKind, End, Ended, Event, EventKind, ExitStatus, Header, HttpPhase, LimitKind, Pid, SCHEMA, StuckThread, Tid,
    Trace,
};
use crate::clock::VirtualInstant;

/// Makes a trace by hand, for tests and for the scripted engine.
///
/// A builder has a present moment and a present writer; each event is theirs. It begins at 0 with the program's main
/// thread, process and thread 10.
///
/// ```
/// let trace = grade::trace::Builder::new()
///     .spawn_thread(12)
///     .thread(12).line("received 2")
///     .at(2_000).line("printing 2").exit_thread(0)
///     .main().line("done")
///     .build();
/// assert_eq!(trace.end.elapsed, 2_000_000_000);
/// assert_eq!(trace.end.threads, 2);
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    header: Header,
    events: Vec<Event>,
    now: u64,
    pid: Pid,
    tid: Tid,
    threads: Vec<(Pid, Tid)>,
    end: End,
}

/// The program's own process and main thread.
const MAIN: Pid = 10;

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// A run of the natural schedule in virtual time, in which nothing has happened yet.
    pub fn new() -> Self {
        let header = Header {
            schema: SCHEMA.to_owned(),
            argv: vec!["program".to_owned()],
            clock: ClockKind::Virtual,
            schedule: 0,
            epoch: "2026-01-01T00:00:00Z".to_owned(),
        };
        let end = End {
            used: None,
            most: None,
            exit: Some(ExitStatus::Code(0)),
            ended: Ended::Exit,
            limit: None,
            elapsed: 0,
            real: 0,
            cpu: 0,
            threads: 0,
            processes: 0,
            stops: 0,
            jumps: 0,
            refused: Vec::new(),
            noise: 0,
            unvirtualised: Vec::new(),
        };
        Self { header, events: Vec::new(), now: 0, pid: MAIN, tid: MAIN, threads: vec![(MAIN, MAIN)], end }
    }

    /// The program's arguments.
    pub fn args(mut self, args: &[&str]) -> Self {
        self.header.argv.truncate(1);
        self.header.argv.extend(args.iter().map(|arg| (*arg).to_owned()));
        self
    }

    /// The run was made on the machine's clock.
    pub fn wall(mut self) -> Self {
        self.header.clock = ClockKind::Wall;
        self
    }

    /// The run was made under this schedule.
    pub fn schedule(mut self, seed: u64) -> Self {
        self.header.schedule = seed;
        self
    }

    /// From here on it is `millis` after the start.
    pub fn at(self, millis: u64) -> Self {
        self.at_nanos(millis * 1_000_000)
    }

    /// From here on it is `nanos` after the start.
    pub fn at_nanos(mut self, nanos: u64) -> Self {
        debug_assert!(nanos >= self.now, "time never goes back");
        self.now = nanos;
        self
    }

    /// From here on the main thread does things.
    pub fn main(mut self) -> Self {
        (self.pid, self.tid) = (MAIN, MAIN);
        self
    }

    /// From here on this thread does things; it must have been spawned, else it is one of the present process.
    pub fn thread(mut self, tid: Tid) -> Self {
        match self.threads.iter().rev().find(|(_, known)| *known == tid) {
            Some((pid, _)) => self.pid = *pid,
            None => self.threads.push((self.pid, tid)),
        }
        self.tid = tid;
        self
    }

    /// From here on the first thread of this process does things.
    pub fn process(mut self, pid: Pid) -> Self {
        if !self.threads.contains(&(pid, pid)) {
            self.threads.push((pid, pid));
        }
        (self.pid, self.tid) = (pid, pid);
        self
    }

    /// From here on the engine cannot tell who does things.
    pub fn nobody(mut self) -> Self {
        (self.pid, self.tid) = (0, 0);
        self
    }

    /// Any event, by the present writer at the present moment.
    pub fn event(self, kind: EventKind) -> Self {
        let (pid, tid) = (self.pid, self.tid);
        self.event_of(pid, tid, kind)
    }

    fn event_of(mut self, pid: Pid, tid: Tid, kind: EventKind) -> Self {
        let t = VirtualInstant::from_nanos(self.now);
        if self.events.is_empty() && pid != 0 {
            let born = EventKind::Process { parent: 0 };
            self.events.push(Event { t: VirtualInstant::START, seq: 0, pid: MAIN, tid: MAIN, kind: born });
        }
        self.events.push(Event { t, seq: self.events.len() as u64, pid, tid, kind });
        self
    }

    /// A line on standard output.
    pub fn line(self, text: impl Into<String>) -> Self {
        self.line_on(1, text.into())
    }

    /// A line on standard error.
    pub fn error(self, text: impl Into<String>) -> Self {
        self.line_on(2, text.into())
    }

    fn line_on(self, fd: u8, text: String) -> Self {
        self.event(EventKind::Line { fd, text, partial: false, lossy: false, cut: false })
    }

    /// The present writer starts a thread.
    pub fn spawn_thread(mut self, tid: Tid) -> Self {
        let (pid, parent) = (self.pid, self.tid);
        self.threads.push((pid, tid));
        self.event_of(pid, tid, EventKind::Thread { parent })
    }

    /// The present writer starts a process.
    pub fn spawn_process(mut self, pid: Pid) -> Self {
        let parent = self.pid;
        self.threads.push((pid, pid));
        self.event_of(pid, pid, EventKind::Process { parent })
    }

    /// The present thread ends, not its process's last, having used this many nanoseconds of CPU time.
    pub fn exit_thread(self, cpu: u64) -> Self {
        self.event(EventKind::Exit { code: None, signal: None, cpu })
    }

    /// The present process leaves with this code, having used this many nanoseconds of CPU time.
    pub fn exit(mut self, code: i32, cpu: u64) -> Self {
        if self.pid == MAIN || self.pid == 0 {
            self.end.exit = Some(ExitStatus::Code(code));
        }
        self.end.cpu += cpu;
        self.event(EventKind::Exit { code: Some(code), signal: None, cpu })
    }

    /// The present process is killed by a signal that is not ours.
    pub fn killed(mut self, signal: i32, cpu: u64) -> Self {
        if self.pid == MAIN || self.pid == 0 {
            self.end.exit = Some(ExitStatus::Signal(signal));
            self.end.ended = Ended::Signal;
        }
        self.end.cpu += cpu;
        self.event(EventKind::Exit { code: None, signal: Some(signal), cpu })
    }

    /// The HTTP fixture's record of one request or connection.
    pub fn http(self, id: u64, phase: HttpPhase, path: Option<&str>) -> Self {
        let status = matches!(phase, HttpPhase::Response).then_some(200);
        let method = path.map(|_| "GET".to_owned());
        self.event_of(0, 0, EventKind::Http { id, phase, method, path: path.map(str::to_owned), status })
    }

    /// Nothing can move again: `(thread, what it waits on)`.
    pub fn stuck(self, waits: &[(Tid, &str)]) -> Self {
        let process_of = |tid: Tid| self.threads.iter().find(|(_, known)| *known == tid).map_or(MAIN, |(pid, _)| *pid);
        let threads = waits.iter().map(|(tid, on)| StuckThread::new(process_of(*tid), *tid, *on)).collect();
        self.stuck_threads(threads)
    }

    /// Nothing can move again: these threads wait, and what is known of the locks that they wait for.
    pub fn stuck_threads(mut self, threads: Vec<StuckThread>) -> Self {
        (self.end.exit, self.end.ended) = (None, Ended::Stuck);
        let cycles = super::lock_cycles(&threads);
        self.event_of(MAIN, MAIN, EventKind::Stuck { threads, cycles })
    }

    /// A limit ended the run at the present moment.
    pub fn limit(mut self, limit: LimitKind) -> Self {
        (self.end.exit, self.end.ended, self.end.limit) = (None, Ended::Limit, Some(limit));
        self
    }

    /// The run ended for this reason, with the program not gone by itself.
    pub fn ended(mut self, ended: Ended) -> Self {
        (self.end.exit, self.end.ended) = (None, ended);
        self
    }

    /// The trace, ended at the present moment.
    pub fn build(mut self) -> Trace {
        let known: BTreeSet<(Pid, Tid)> =
            self.threads.iter().copied().chain(self.events.iter().map(|event| (event.pid, event.tid))).collect();
        let threads = known.iter().filter(|(pid, _)| *pid != 0).count();
        let processes = known.iter().filter(|(pid, tid)| *pid != 0 && pid == tid).count();
        self.end.elapsed = self.now;
        self.end.threads = u32::try_from(threads).unwrap_or(u32::MAX);
        self.end.processes = u32::try_from(processes).unwrap_or(u32::MAX);
        Trace { header: self.header, events: self.events, end: self.end }
    }
}
