//! The processor's cycle counter, which programs may read without the kernel.

#![expect(unsafe_code, reason = "nix has no face for this option of prctl(2)")]

use std::io;

/// From now on, reading the counter stops this thread with SIGSEGV; so it does for what it becomes by exec, and for all
/// children. Their tracer may answer in the processor's place.
///
/// # Errors
/// When this machine cannot do that.
pub fn trap() -> io::Result<()> {
    // SAFETY: numbers only; the calling thread is a child on its way to become a program, and reads no counter.
    let result = unsafe { libc::prctl(libc::PR_SET_TSC, libc::PR_TSC_SIGSEGV, 0, 0, 0) };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Whether this machine can do that.
pub fn can_be_trapped() -> bool {
    let mut now: libc::c_int = 0;
    // SAFETY: the kernel writes one int to a live variable.
    unsafe { libc::prctl(libc::PR_GET_TSC, &raw mut now, 0, 0, 0) == 0 }
}
