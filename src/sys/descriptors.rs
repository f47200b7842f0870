//! Descriptors that one process leaves to another.
#![expect(unsafe_code, reason = "a descriptor's number alone does not say who owns it; close_range has no safe face")]

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::sync::Mutex;

static TAKEN: Mutex<BTreeSet<RawFd>> = Mutex::new(BTreeSet::new());

/// Takes ownership of a descriptor above 2 that our parent left to us at an agreed number.
///
/// # Errors
/// When nothing is open at that number, or it was taken before.
pub fn take_inherited(number: RawFd) -> io::Result<OwnedFd> {
    let mut taken = TAKEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // SAFETY: F_GETFD only asks; it takes no pointer and changes nothing.
    let flags = unsafe { libc::fcntl(number, libc::F_GETFD) };
    if flags == -1 {
        return Err(io::Error::last_os_error());
    }
    // One with close-on-exec was opened by ourselves and has an owner already.
    if number <= 2 || flags & libc::FD_CLOEXEC != 0 || !taken.insert(number) {
        return Err(io::Error::other("this descriptor was not inherited"));
    }
    // SAFETY: it is open, came to us through exec (no close-on-exec), so that nothing here owns it, and `TAKEN` hands
    // it out once.
    let owned = unsafe { OwnedFd::from_raw_fd(number) };
    nix::fcntl::fcntl(&owned, nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::FD_CLOEXEC))?;
    Ok(owned)
}

/// Lets no descriptor from `first` on pass through an exec.
///
/// # Errors
/// When the kernel is older than 5.11.
pub fn close_on_exec_from(first: RawFd) -> io::Result<()> {
    let first = libc::c_uint::try_from(first).map_err(io::Error::other)?;
    let flags = libc::c_int::try_from(libc::CLOSE_RANGE_CLOEXEC).map_err(io::Error::other)?;
    // SAFETY: with CLOSE_RANGE_CLOEXEC nothing is closed now, so no owner loses its descriptor.
    match unsafe { libc::close_range(first, libc::c_uint::MAX, flags) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
