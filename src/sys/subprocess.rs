//! What a child does between fork and exec, beyond what `std::process::Command` offers.
#![expect(unsafe_code, reason = "pre_exec is unsafe: its closure may only use async-signal-safe calls")]

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::child::dies_with;

/// Gives the child this descriptor at an agreed number above 2.
pub fn place_descriptor(command: &mut Command, descriptor: OwnedFd, number: RawFd) {
    let place = move || {
        let source = descriptor.as_raw_fd();
        // SAFETY: dup2 takes no pointers; the closure owns `source`.
        let placed = unsafe { libc::dup2(source, number) };
        if placed == -1 {
            return Err(io::Error::last_os_error());
        }
        // dup2 onto itself leaves close-on-exec as it was.
        // SAFETY: F_SETFD takes an integer and changes only this descriptor of the child.
        if unsafe { libc::fcntl(placed, libc::F_SETFD, 0) } == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    };
    // SAFETY: the closure makes two async-signal-safe calls and allocates nothing (an OS error holds a number).
    unsafe { command.pre_exec(place) };
}

/// Starts the child with no signal blocked. The standard library leaves it the mask of the thread that starts it.
pub fn block_no_signals(command: &mut Command) {
    let unblock = || {
        // SAFETY: all zeroes are a valid set of signals, and an empty one on Linux.
        let empty = unsafe { std::mem::zeroed::<libc::sigset_t>() };
        // SAFETY: `empty` lives for the call; no old mask is asked for.
        match unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const empty, std::ptr::null_mut()) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: the closure makes one async-signal-safe call and allocates nothing (an OS error holds a number).
    unsafe { command.pre_exec(unblock) };
}

/// Has the kernel kill the child when the thread that starts it ends.
pub fn die_with_parent(command: &mut Command) {
    let parent = std::process::id();
    let bind = move || {
        if dies_with(Some(parent)) { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::ESRCH)) }
    };
    // SAFETY: the closure makes two async-signal-safe calls and allocates nothing (an OS error holds a number).
    unsafe { command.pre_exec(bind) };
}
