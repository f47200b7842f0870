use std::io;

use super::regs::{Breakpoint, Native, Registers, break_at};
use super::stop::Stop;
use crate::sys::ptrace;

/// A thread that runs, or sleeps in the kernel. Nothing can be asked of it but to stop.
///
/// There is one of these or one [`Stopped`] for each thread, never both and never two: neither can be copied, and only a
/// wait turns this one into the other.
#[derive(Debug)]
pub(super) struct Running {
    tid: i32,
}

/// A thread that waits for us.
#[derive(Debug)]
pub(super) struct Stopped {
    tid: i32,
}

/// How a stopped thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// Until its next stop; with a signal to deliver, or 0.
    Go(i32),
    /// The same, and it stops when the present system call returns.
    UntilReturn,
    /// It stays in its group-stop until SIGCONT comes.
    Listen,
}

impl Running {
    /// Attaches to a child of ours.
    pub(super) fn seize(tid: i32) -> io::Result<Self> {
        ptrace::seize(tid).map(|()| Self { tid })
    }

    /// A thread that the kernel attached to us because one of ours made it.
    pub(super) const fn attached(tid: i32) -> Self {
        Self { tid }
    }

    /// A wait brought a stop of this thread.
    pub(super) fn stopped(self, status: i32) -> io::Result<(Stopped, Stop)> {
        let stop = Stop::decode(self.tid, status)?;
        Ok((Stopped { tid: self.tid }, stop))
    }

    /// Asks it to stop; the stop comes by a wait. A thread that is gone is left alone.
    pub(super) fn interrupt(&self) {
        // ESRCH: it is dying, and a wait will tell.
        let _ = ptrace::interrupt(self.tid);
    }
}

impl Stopped {
    /// Its registers.
    pub(super) fn registers(&self) -> io::Result<Native> {
        Native::read(self.tid)
    }

    /// Changes its registers.
    pub(super) fn set_registers(&self, registers: &Native) -> io::Result<()> {
        registers.write(self.tid)
    }

    /// Makes it stop at these places, at most four, and nowhere else.
    pub(super) fn set_breakpoints(&self, places: &[Breakpoint]) -> io::Result<()> {
        break_at(self.tid, places)
    }

    /// Lets it make one instruction. A thread that was killed while it stood still is let go, too.
    pub(super) fn step(self) -> Running {
        let _ = ptrace::step(self.tid);
        Running { tid: self.tid }
    }

    /// Lets it go on. A thread that was killed while it stood still is let go too: a wait will tell.
    pub(super) fn resume(self, how: Resume) -> Running {
        let _ = match how {
            Resume::Go(signal) => ptrace::cont(self.tid, signal),
            Resume::UntilReturn => ptrace::syscall(self.tid, 0),
            Resume::Listen => ptrace::listen(self.tid),
        };
        Running { tid: self.tid }
    }
}
