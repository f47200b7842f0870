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
    let mut status = 0;
    let options = libc::__WALL | libc::__WNOTHREAD | if block { 0 } else { libc::WNOHANG };
    // SAFETY: `status` is valid for writes, and no usage is asked for.
    let tid = unsafe { libc::wait4(-1, &raw mut status, options, ptr::null_mut()) };
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
