//! What a child says, read as it comes.

use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::spawn::{Ended, Policy};

/// How often a silent child's interrupt and time are looked at, in milliseconds.
const TICK: u16 = 50;

/// Which stream a piece of output came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// Both streams of a child.
pub(super) struct Output {
    pub(super) stdout: Pipe,
    pub(super) stderr: Pipe,
}

impl Output {
    fn is_open(&self) -> bool {
        self.stdout.source.is_some() || self.stderr.source.is_some()
    }

    /// Reads until all is said: the pipes are closed, or the child is over and what it had said by then is read. Returns what
    /// ended it before.
    pub(super) fn follow(
        &mut self,
        policy: Policy,
        deadline: Instant,
        interrupt: &AtomicBool,
        hear: &mut dyn FnMut(Stream, &[u8]),
        is_over: &mut dyn FnMut() -> io::Result<bool>,
    ) -> io::Result<Option<Ended>> {
        let mut was_over = false;
        while self.is_open() && !interrupt.load(Ordering::SeqCst) {
            let heard = self.read(policy.keep, hear)?;
            if self.stdout.total + self.stderr.total > policy.flood {
                return Ok(Some(Ended::Flood));
            }
            if Instant::now() > deadline {
                return Ok(Some(Ended::Time));
            }
            if heard == 0 {
                if was_over {
                    break;
                }
                // It may have spoken since we looked: what is in the pipes counts.
                was_over = is_over()?;
            }
        }
        Ok(None)
    }

    /// Waits a tick at most for something to read, reads it and says on how many streams there was something.
    fn read(&mut self, keep: usize, hear: &mut dyn FnMut(Stream, &[u8])) -> io::Result<usize> {
        let ready: Vec<i32> = {
            let open = [&self.stdout, &self.stderr];
            let mut polled: Vec<PollFd<'_>> = open
                .iter()
                .filter_map(|pipe| pipe.source.as_ref())
                .map(|source| PollFd::new(source.fd(), PollFlags::POLLIN))
                .collect();
            match poll(&mut polled, PollTimeout::from(TICK)) {
                // A signal: the interrupt flag is looked at next.
                Err(nix::errno::Errno::EINTR) => Vec::new(),
                Err(error) => return Err(error.into()),
                Ok(_) => polled
                    .iter()
                    .filter(|fd| fd.any().unwrap_or(true))
                    .map(|fd| AsRawFd::as_raw_fd(&fd.as_fd()))
                    .collect(),
            }
        };
        for pipe in [&mut self.stdout, &mut self.stderr] {
            if pipe.source.as_ref().is_some_and(|source| ready.contains(&source.fd().as_raw_fd())) {
                pipe.read(keep, hear)?;
            }
        }
        Ok(ready.len())
    }
}

/// One stream of a child.
pub(super) struct Pipe {
    stream: Stream,
    source: Option<Source>,
    /// The head of what came.
    pub(super) kept: Vec<u8>,
    total: u64,
}

pub(super) trait ReadFd: Read + AsFd + Send {
    fn fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.as_fd()
    }
}

impl<T: Read + AsFd + Send> ReadFd for T {}

type Source = Box<dyn ReadFd>;

impl Pipe {
    pub(super) fn new<T: ReadFd + 'static>(stream: Stream, source: Option<T>) -> Self {
        let source = source.map(|source| Box::new(source) as Source);
        Self { stream, source, kept: Vec::new(), total: 0 }
    }

    fn read(&mut self, keep: usize, hear: &mut dyn FnMut(Stream, &[u8])) -> io::Result<()> {
        let Some(source) = self.source.as_mut() else { return Ok(()) };
        let mut piece = [0; 16 << 10];
        match source.read(&mut piece) {
            Ok(0) => self.source = None,
            Ok(length) => {
                let piece = &piece[..length];
                self.total += length as u64;
                self.kept.extend_from_slice(&piece[..length.min(keep.saturating_sub(self.kept.len()))]);
                hear(self.stream, piece);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Cuts pieces of output into lines.
#[derive(Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// Adds a piece and gives out each line that is whole by now.
    pub(super) fn add(&mut self, piece: &[u8], mut give: impl FnMut(&str)) {
        self.0.extend_from_slice(piece);
        while let Some(end) = self.0.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.0.drain(..=end).collect();
            give(String::from_utf8_lossy(&line).trim_end());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::AtomicBool;
    use std::time::{Duration, Instant};

    use super::{Lines, Output, Pipe, Stream};
    use crate::build::spawn::Policy;

    #[test]
    fn what_a_child_says_between_a_look_and_its_end_is_heard() {
        let (reading, writing) = io::pipe().unwrap();
        let mut output = Output {
            stdout: Pipe::new(Stream::Stdout, Some(reading)),
            stderr: Pipe::new(Stream::Stderr, None::<io::PipeReader>),
        };
        // Nothing was to be read when it was looked; it speaks and ends before it is asked for.
        let mut is_over = || {
            io::Write::write_all(&mut &writing, b"last\n")?;
            Ok(true)
        };
        let deadline = Instant::now() + Duration::from_mins(1);
        let policy = Policy { real: Duration::from_mins(1), cpu: None, memory: None, keep: 1000, flood: 1 << 20 };
        let never = AtomicBool::new(false);
        let ended = output.follow(policy, deadline, &never, &mut |_, _| {}, &mut is_over).unwrap();
        assert_eq!((output.stdout.kept.as_slice(), ended), (&b"last\n"[..], None));
    }

    #[test]
    fn pieces_become_lines() {
        let mut lines = Lines::default();
        let mut heard = Vec::new();
        for piece in ["a\nb", "c\n", "d"] {
            lines.add(piece.as_bytes(), |line| heard.push(line.to_owned()));
        }
        assert_eq!(heard, ["a", "bc"]);
    }
}
