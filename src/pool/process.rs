use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;

use super::protocol::{Answer, Frames, Hello, Job, Order, Report};
use super::settings::Settings;
use super::{Mishap, remains};
use crate::folder::{Folder, Use};
use crate::sys::descriptor;

/// How often an interrupt and the clock are looked at while a worker works, in milliseconds.
const TICK: u16 = 50;
/// How much is read before the clock is looked at.
const GULP: usize = 1 << 20;
/// A worker whose memory grew by this many bytes since its first jobs is replaced.
const GROWTH: u64 = 64 << 20;
/// After how many jobs a worker's memory is what it needs.
const WARM: u32 = 50;
/// How long one that will talk no more may live.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The pool's end of one worker process.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    /// Readable when it has ended.
    ended: OwnedFd,
    socket: UnixStream,
    lifeline: UnixStream,
    /// Whether it can still say that it lives.
    beats: bool,
    frames: Frames,
    /// Where it keeps its files; removed when this is dropped.
    _folder: Folder,
    jobs: u32,
    memory: u64,
    memory_when_warm: Option<u64>,
}

/// Why a worker is given up.
#[derive(Debug)]
pub(super) enum Trouble {
    Ended,
    Silent(Duration),
    Overdue(Duration),
    Nonsense(String),
    Panicked(String),
    Stranger,
}

impl Worker {
    /// Starts a worker and waits for its hello.
    pub(super) fn start(settings: &Settings, claims: &Path) -> Result<Self, Mishap> {
        let mut worker = Self::spawn(settings, claims).map_err(Mishap::NotStarted)?;
        match worker.converse(Vec::new(), None, settings.patience.start, settings) {
            Ok(Report::Hello(hello)) if hello == Hello::own() => Ok(worker),
            Ok(Report::Hello(_)) => Err(worker.give_up(Trouble::Stranger)),
            Ok(_) => Err(worker.give_up(Trouble::Nonsense("something else before its hello".to_owned()))),
            Err(trouble) => Err(worker.give_up(trouble)),
        }
    }

    fn spawn(settings: &Settings, claims: &Path) -> io::Result<Self> {
        // Who runs a submission as another user must get through to the folders below, and may not list them.
        let folder = Folder::new(Use::Worker, &settings.scratch(), 0o711, |_| Ok(()))?;
        let (socket, its_socket) = UnixStream::pair()?;
        let (lifeline, its_lifeline) = UnixStream::pair()?;
        for ours in [&socket, &lifeline] {
            ours.set_nonblocking(true)?;
        }
        let mut child = Command::new(&settings.command.program)
            .arg0("grade")
            .args(&settings.command.arguments)
            .args([folder.path(), claims])
            .stdin(OwnedFd::from(its_socket))
            .stdout(OwnedFd::from(its_lifeline))
            .stderr(Stdio::null())
            .spawn()?;
        let ended = descriptor::process(child.id().cast_signed()).inspect_err(|_| {
            let _gone = child.kill();
            let _gone = child.wait();
        })?;
        Ok(Self {
            child,
            ended,
            socket,
            lifeline,
            beats: true,
            frames: Frames::new(),
            _folder: folder,
            jobs: 0,
            memory: 0,
            memory_when_warm: None,
        })
    }

    /// Its process id.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended while nobody looked.
    pub(super) fn is_gone(&self) -> bool {
        let mut ended = [PollFd::new(self.ended.as_fd(), PollFlags::POLLIN)];
        poll(&mut ended, PollTimeout::ZERO).is_ok_and(|count| count > 0)
    }

    /// Whether it needs much more memory than when it was new.
    pub(super) fn has_grown(&self) -> bool {
        self.memory_when_warm.is_some_and(|warm| self.memory > warm + GROWTH)
    }

    /// Has it do a job.
    pub(super) fn work(&mut self, id: u64, job: &Job, limit: Duration, settings: &Settings) -> Result<Answer, Trouble> {
        let order = Order { id, job: job.clone() };
        let order = Frames::encode(&order).map_err(|error| Trouble::Nonsense(format!("no order: {error}")))?;
        match self.converse(order.to_vec(), Some(id), limit, settings)? {
            Report::Answer { id: answered, answer, memory } if answered == id && answer.fits(job) => {
                self.jobs += 1;
                self.memory = memory;
                if self.jobs == WARM {
                    self.memory_when_warm = Some(memory);
                }
                Ok(*answer)
            }
            Report::Answer { .. } => Err(Trouble::Nonsense("an answer to something else".to_owned())),
            Report::Hello(_) => Err(Trouble::Nonsense("a second hello".to_owned())),
            Report::Panicked(message) => Err(Trouble::Panicked(message)),
        }
    }

    /// Sends what there is to send and waits for the next report.
    fn converse(
        &mut self,
        mut unsent: Vec<u8>,
        job: Option<u64>,
        limit: Duration,
        settings: &Settings,
    ) -> Result<Report, Trouble> {
        let begun = Instant::now();
        let mut heard = begun;
        let mut asked_to_end = None;
        let mut deaf = None;
        loop {
            let ended = self.wait(!unsent.is_empty(), deaf.is_none());
            if !unsent.is_empty() {
                self.send(&mut unsent);
            }
            if deaf.is_none() {
                match self.read() {
                    Ok(true) => heard = Instant::now(),
                    Ok(false) => {}
                    Err(_) => deaf = Some(Instant::now()),
                }
            }
            match self.frames.next() {
                Ok(Some(report)) => return Ok(report),
                Ok(None) => {}
                Err(error) => return Err(Trouble::Nonsense(error.to_string())),
            }
            if ended {
                return Err(Trouble::Ended);
            }
            if self.hear_beats() {
                heard = Instant::now();
            }
            if let Some(job) = job
                && asked_to_end.is_none()
                && settings.interrupt.is_set()
            {
                // One that is gone will not be missed.
                let _gone = (&self.lifeline).write(&job.to_le_bytes());
                asked_to_end = Some(Instant::now());
            }
            if begun.elapsed() > limit {
                return Err(Trouble::Overdue(limit));
            }
            if heard.elapsed() > settings.patience.silence {
                return Err(Trouble::Silent(settings.patience.silence));
            }
            if asked_to_end.is_some_and(|asked: Instant| asked.elapsed() > settings.patience.end) {
                return Err(Trouble::Overdue(settings.patience.end));
            }
            if deaf.is_some_and(|since: Instant| since.elapsed() > LAST_WORDS) {
                return Err(Trouble::Nonsense("its last word and lives on".to_owned()));
            }
        }
    }

    /// Waits until there is something to do; whether it has ended.
    fn wait(&self, to_send: bool, to_read: bool) -> bool {
        let mut interest = PollFlags::empty();
        interest.set(PollFlags::POLLIN, to_read);
        interest.set(PollFlags::POLLOUT, to_send);
        let mut descriptors = vec![PollFd::new(self.ended.as_fd(), PollFlags::POLLIN)];
        // A socket whose other end is closed is always ready: it is left out then.
        if to_read {
            descriptors.push(PollFd::new(self.socket.as_fd(), interest));
        }
        if self.beats {
            descriptors.push(PollFd::new(self.lifeline.as_fd(), PollFlags::POLLIN));
        }
        match poll(&mut descriptors, PollTimeout::from(TICK)) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => std::thread::sleep(Duration::from_millis(TICK.into())),
        }
        descriptors[0].any().unwrap_or(false)
    }

    fn send(&self, unsent: &mut Vec<u8>) {
        match (&self.socket).write(unsent) {
            Ok(length) => drop(unsent.drain(..length)),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            // It reads no more: what it says, or its end, tells why.
            Err(_) => unsent.clear(),
        }
    }

    /// Reads what has come; whether anything has. An error when no more will.
    fn read(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 1 << 14];
        let mut came = 0;
        while came < GULP {
            match (&self.socket).read(&mut buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => {
                    self.frames.feed(&buffer[..length]);
                    came += length;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(came > 0)
    }

    /// Whether it has said that it lives.
    fn hear_beats(&mut self) -> bool {
        let mut beats = [0; 1 << 12];
        match (&self.lifeline).read(&mut beats) {
            Ok(0) => {
                self.beats = false;
                false
            }
            Ok(_) => true,
            Err(_) => false,
        }
    }

    /// Ends it and all below it, and says what happened.
    pub(super) fn give_up(mut self, trouble: Trouble) -> Mishap {
        let pid = self.pid();
        let how = self.end();
        match trouble {
            Trouble::Ended => Mishap::Died { pid, how },
            Trouble::Silent(silence) => Mishap::Silent { pid, silence },
            Trouble::Overdue(limit) => Mishap::Overdue { pid, limit },
            Trouble::Nonsense(what) => Mishap::Nonsense { pid, what },
            Trouble::Panicked(message) => Mishap::Panicked { pid, message },
            Trouble::Stranger => Mishap::Stranger { pid },
        }
    }

    /// Asks it to end, for one that has no job.
    pub(super) fn dismiss(&self) {
        let _gone = self.socket.shutdown(std::net::Shutdown::Both);
        let _gone = self.lifeline.shutdown(std::net::Shutdown::Both);
    }

    /// Waits for the end of one that was dismissed, and has its way when it takes too long.
    pub(super) fn see_off(mut self, patience: Duration) {
        self.wait_for_end(patience);
        self.end();
    }

    /// Ends it and all below it; how it ended.
    fn end(&mut self) -> String {
        let pid = self.pid().cast_signed();
        let below = if self.is_gone() { std::collections::BTreeSet::new() } else { remains::below(pid) };
        let _gone = self.child.kill();
        self.wait_for_end(Duration::from_secs(10));
        remains::end(pid, &below);
        // One that the kernel does not let go of (a broken disk) is left to it.
        match self.child.try_wait() {
            Ok(Some(status)) => ending(status),
            _ => "does not end".to_owned(),
        }
    }

    fn wait_for_end(&self, at_most: Duration) {
        let until = Instant::now() + at_most;
        while !self.is_gone() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let mut ended = [PollFd::new(self.ended.as_fd(), PollFlags::POLLIN)];
            let _interrupted = poll(&mut ended, PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX));
        }
    }
}

fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(number)) => match Signal::try_from(number) {
            Ok(signal) => format!("was killed by {signal}"),
            Err(_) => format!("was killed by signal {number}"),
        },
        (None, None) => "ended".to_owned(),
    }
}
