use std::io::{self, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::lines::Lines;
use super::machine;
use super::message::Report;
use super::supervised::Supervised;
use crate::engine::{EngineError, RunRequest};
use crate::fixture::{FixtureProcess, Record};
use crate::trace::{EventKind, ExitStatus, LimitKind};

/// How often the wish to stop is looked at.
const TICK: Duration = Duration::from_millis(20);
/// How long the supervisor may take to start the program, and to end it: it may be a very busy machine.
const PATIENCE: u64 = 30_000_000_000;
/// How long the fixture may take to write down the rest.
const FAREWELL: u64 = 1_000_000_000;
/// How much is read at once.
const PIECE: usize = 64 << 10;
/// How long the fixture's record may grow: some hundred thousand requests.
const LONGEST_RECORD: usize = 64 << 20;
/// How many pieces the largest pipe holds that any user may make (1 MiB), twice.
const FULL_PIPE: usize = 32;
/// How late a timer may be on a machine that has nothing else to do.
const USUAL_LATENESS: u64 = 1_000_000;

/// Why we ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Limit(LimitKind),
    Interrupted,
}

/// What was seen of a run. Times are readings of the monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) events: Vec<(u64, EventKind)>,
    pub(super) started: Option<(u32, u64)>,
    pub(super) exited: Option<(u64, ExitStatus, u64)>,
    pub(super) stop: Option<Stop>,
    pub(super) ended_at: u64,
    pub(super) cpu: u64,
    pub(super) threads: u32,
    pub(super) processes: u32,
    /// For how long the program and we waited for a CPU.
    pub(super) noise: u64,
}

/// Watches one run from the engine's side: reads the pipes as they come, stamps, and asks for the end when it is time.
pub(super) struct Watch<'a> {
    request: &'a RunRequest,
    supervised: Supervised,
    fixture: Option<FixtureProcess>,
    streams: [Stream; 2],
    output_left: u64,
    too_much_output: bool,
    piece: Box<[u8]>,
    record: Vec<u8>,
    record_left: usize,
    record_open: bool,
    asked_to_end: Option<u64>,
    done: bool,
    seen: Seen,
}

struct Stream {
    lines: Lines,
    open: bool,
}

impl<'a> Watch<'a> {
    pub(super) fn new(request: &'a RunRequest, supervised: Supervised, fixture: Option<FixtureProcess>) -> Self {
        Self {
            request,
            supervised,
            record_open: fixture.is_some(),
            fixture,
            streams: [1, 2].map(|fd| Stream { lines: Lines::new(fd), open: true }),
            output_left: request.limits.output,
            too_much_output: false,
            piece: vec![0; PIECE].into(),
            record: Vec::new(),
            record_left: LONGEST_RECORD,
            asked_to_end: None,
            done: false,
            seen: Seen::default(),
        }
    }

    /// Watches to the end; nothing of the tree is left then.
    pub(super) fn run(mut self) -> Result<Seen, EngineError> {
        let start = machine::now();
        let delay_before = machine::own_run_delay();
        let mut late = 0;
        while !self.done {
            late += self.wait(self.patience(start)?)?;
            self.read_streams(1)?;
            self.read_record()?;
            self.hear(start)?;
            self.check_time(machine::now());
        }
        // What the pipes hold now is all that will ever come: nobody is left to write.
        self.read_streams(FULL_PIPE)?;
        self.check_time(machine::now());
        for stream in &mut self.streams {
            stream.lines.finish(&mut self.seen.events);
        }
        self.say_farewell_to_the_fixture()?;
        self.seen.noise += late.max(machine::own_run_delay().saturating_sub(delay_before));
        Ok(self.seen)
    }

    /// How long to wait for something to happen.
    fn patience(&self, start: u64) -> Result<Duration, EngineError> {
        let now = machine::now();
        let too_late = |operation| EngineError::System {
            operation,
            pid: Some(self.supervised.pid()),
            cause: io::ErrorKind::TimedOut.into(),
        };
        if self.seen.started.is_none() && now > start + PATIENCE {
            return Err(too_late("start the program"));
        }
        if self.asked_to_end.is_some_and(|asked| now > asked + PATIENCE) {
            return Err(too_late("end the program's processes"));
        }
        let left = self.deadline().map_or(TICK, |(deadline, _)| Duration::from_nanos(deadline.saturating_sub(now)));
        Ok(if self.asked_to_end.is_some() { TICK } else { left.min(TICK) })
    }

    /// When the program's time is over, and which limit that is.
    fn deadline(&self) -> Option<(u64, LimitKind)> {
        let (_, started) = self.seen.started?;
        let own = self.request.limits.time.as_nanos();
        let real = u64::try_from(self.request.real_limit.as_nanos()).unwrap_or(u64::MAX);
        let (limit, kind) = if real < own { (real, LimitKind::RealTime) } else { (own, LimitKind::Time) };
        Some((started.saturating_add(limit), kind))
    }

    /// Waits until there is something to read or the time is over; returns by how much too late it woke.
    fn wait(&self, at_most: Duration) -> Result<u64, EngineError> {
        let mut descriptors = vec![PollFd::new(self.supervised.socket().as_fd(), PollFlags::POLLIN)];
        let pipes = [self.supervised.stdout.as_fd(), self.supervised.stderr.as_fd()];
        for (pipe, stream) in pipes.into_iter().zip(&self.streams) {
            if stream.open && !self.too_much_output {
                descriptors.push(PollFd::new(pipe, PollFlags::POLLIN));
            }
        }
        if let Some(fixture) = self.fixture.as_ref().filter(|_| self.record_open) {
            descriptors.push(PollFd::new(fixture.record().as_fd(), PollFlags::POLLIN));
        }
        let millis = u16::try_from(at_most.as_micros().div_ceil(1000)).unwrap_or(u16::MAX);
        let before = machine::now();
        match poll(&mut descriptors, PollTimeout::from(millis)) {
            Ok(0) => {
                let due = before + u64::from(millis) * 1_000_000 + USUAL_LATENESS;
                Ok(machine::now().saturating_sub(due))
            }
            Ok(_) | Err(Errno::EINTR) => Ok(0),
            Err(error) => {
                Err(EngineError::System { operation: "wait for the program", pid: None, cause: error.into() })
            }
        }
    }

    /// Reads what the output pipes hold now, at most so many pieces of each, so that one who never stops writing does
    /// not keep us from the clock. A piece has the time of its reading.
    fn read_streams(&mut self, most_pieces: usize) -> Result<(), EngineError> {
        let pipes = [&mut self.supervised.stdout, &mut self.supervised.stderr];
        for (pipe, stream) in pipes.into_iter().zip(&mut self.streams) {
            for _ in 0..most_pieces {
                if !stream.open || self.too_much_output {
                    break;
                }
                match pipe.read(&mut self.piece) {
                    Ok(0) => stream.open = false,
                    Ok(length) => {
                        let kept = usize::try_from(self.output_left).unwrap_or(usize::MAX).min(length);
                        let at = machine::now();
                        stream.lines.push(&self.piece[..kept], at, &mut self.seen.events);
                        self.output_left -= kept as u64;
                        self.too_much_output = kept < length;
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(cause) => return Err(EngineError::System { operation: "read the output", pid: None, cause }),
                }
            }
        }
        Ok(())
    }

    /// Reads what the fixture has written down.
    fn read_record(&mut self) -> Result<(), EngineError> {
        let Some(fixture) = self.fixture.as_ref().filter(|_| self.record_open) else { return Ok(()) };
        let at = machine::now();
        match fixture.record().read(&mut self.piece) {
            Ok(0) => self.record_open = false,
            Ok(length) => {
                self.record.extend_from_slice(&self.piece[..length]);
                self.record_left = self.record_left.saturating_sub(length);
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(cause) => return Err(EngineError::System { operation: "read the fixture's record", pid: None, cause }),
        }
        let complete = self.record.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        for line in self.record.drain(..complete).as_slice().split_inclusive(|byte| *byte == b'\n') {
            let record = Record::parse(line).map_err(|error| EngineError::Fixture(format!("its record: {error}")))?;
            self.seen.events.push((at, record.into()));
        }
        if self.record_open || self.done {
            Ok(())
        } else {
            Err(EngineError::Fixture("it ended before the program".into()))
        }
    }

    /// Takes note of what the supervisor says.
    fn hear(&mut self, start: u64) -> Result<(), EngineError> {
        let pid = Some(self.supervised.pid());
        let reports = self.supervised.reports();
        let reports =
            reports.map_err(|cause| EngineError::System { operation: "hear from the supervisor", pid, cause })?;
        for report in reports {
            match report {
                Report::Started { pid, at } => self.seen.started = Some((pid, at.max(start))),
                Report::NotStarted { errno } => {
                    let program = self.request.argv.first().map(|name| name.to_string_lossy().into_owned());
                    let cause = io::Error::from_raw_os_error(errno);
                    return Err(EngineError::Start { program: program.unwrap_or_default(), cause });
                }
                Report::Failed { operation, errno } => {
                    let cause = io::Error::from_raw_os_error(errno);
                    let cause = io::Error::new(cause.kind(), format!("{operation}: {cause}"));
                    return Err(EngineError::System { operation: "supervise the program", pid, cause });
                }
                Report::Over { limit } => self.ask_to_end(Stop::Limit(limit)),
                Report::Exited { at, status, cpu } => self.seen.exited = Some((at, status, cpu)),
                Report::Done { cpu, threads, processes, noise } => {
                    self.seen.cpu = cpu;
                    self.seen.threads = threads;
                    self.seen.processes = processes;
                    self.seen.noise = noise;
                    self.seen.ended_at = machine::now();
                    self.done = true;
                }
            }
        }
        Ok(())
    }

    /// Asks for the end when it is time.
    fn check_time(&mut self, now: u64) {
        if self.request.interrupt.is_set() {
            self.ask_to_end(Stop::Interrupted);
        }
        if self.too_much_output || self.record_left == 0 {
            self.ask_to_end(Stop::Limit(LimitKind::Output));
        }
        if let Some((deadline, kind)) = self.deadline()
            && now >= deadline
            && self.seen.exited.is_none()
        {
            self.ask_to_end(Stop::Limit(kind));
        }
    }

    /// Asks for the end; the first reason is the one that counts.
    fn ask_to_end(&mut self, reason: Stop) {
        if self.asked_to_end.is_none() {
            self.asked_to_end = Some(machine::now());
            self.seen.stop = Some(reason);
            self.supervised.end_tree();
        }
    }

    /// The program's connections are closed now; the fixture writes that down and ends.
    fn say_farewell_to_the_fixture(&mut self) -> Result<(), EngineError> {
        let Some(fixture) = &mut self.fixture else { return Ok(()) };
        fixture.stop();
        let latest = machine::now() + FAREWELL;
        while self.record_open && machine::now() < latest {
            self.wait(TICK)?;
            self.read_record()?;
        }
        Ok(())
    }
}
