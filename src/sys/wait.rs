//! `wait4(2)` for the calling thread's own children and tracees.

#![expect(unsafe_code, reason = "nix cannot decode stops by real-time signals")]

use std::io;
use std::ptr;

use libc::{c_int, pid_t};

/// What a wait brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// A thread changed; its raw status.
    Changed(pid_t, c_int),
    /// Nothing is there now.
    Nothing,
    /// A signal (our tick) came first.
    Interrupted,
    /// The calling thread has no children and no tracees.
    NoneLeft,
}

/// Waits for any child or tracee of the calling thread (never of another thread, so several tracers can live in one
/// process).
pub fn any(block: bool) -> io::Result<Waited> {
    wait(-1, if block { 0 } else { libc::WNOHANG })
}

/// Waits for this child or tracee, until a signal (our tick) comes. Only for one that is about to stop, unless the tick runs.
pub fn one(tid: pid_t) -> io::Result<Waited> {
    wait(tid, 0)
}

fn wait(tid: pid_t, options: c_int) -> io::Result<Waited> {
    let mut status = 0;
    let options = options | libc::__WALL | libc::__WNOTHREAD;
    // SAFETY: `status` is valid for writes, and no usage is asked for.
    let tid = unsafe { libc::wait4(tid, &raw mut status, options, ptr::null_mut()) };
    match tid {
        0 => Ok(Waited::Nothing),
        1.. => Ok(Waited::Changed(tid, status)),
        _ => match io::Error::last_os_error() {
            error if error.raw_os_error() == Some(libc::EINTR) => Ok(Waited::Interrupted),
            error if error.raw_os_error() == Some(libc::ECHILD) => Ok(Waited::NoneLeft),
            error => Err(error),
        },
    }
}
