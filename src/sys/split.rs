//! fork(2), for a process that has one thread only.
#![expect(unsafe_code, reason = "fork has no safe face")]

use std::io;

use nix::unistd::Pid;

/// Which side of a fork this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The old process; the id is the new one's.
    Parent(Pid),
    /// The new process.
    Child,
}

/// Forks a process that has one thread.
///
/// # Errors
/// When the kernel refuses, or when the process has more threads: the child could wait for ever for a lock that a thread
/// held which it does not have.
pub fn split() -> io::Result<Side> {
    if std::fs::read_dir("/proc/self/task").is_ok_and(|tasks| tasks.count() > 1) {
        return Err(io::Error::other("a process with several threads cannot be forked safely"));
    }
    // SAFETY: there is one thread, so that the child has every thread that the parent had.
    match unsafe { nix::unistd::fork() }? {
        nix::unistd::ForkResult::Parent { child } => Ok(Side::Parent(child)),
        nix::unistd::ForkResult::Child => Ok(Side::Child),
    }
}
