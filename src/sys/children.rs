//! Which child has ended, and how, without reaping it yet.
#![expect(
    unsafe_code,
    reason = "nix's waitid has no word for a death by a real-time signal, and reports it as an error"
)]

use std::io;
use std::mem::MaybeUninit;

/// A child that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedChild {
    /// Its process id.
    pub pid: i32,
    /// Its exit code, or the number of the signal that killed it.
    pub status: Result<i32, i32>,
}

/// A child that has ended and is not reaped yet, if there is one. It stays a zombie, so that its last readings can be
/// taken; [`reap`] it then.
///
/// # Errors
/// `ECHILD` when there is no child at all.
pub fn ended_child() -> io::Result<Option<EndedChild>> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: `info` is valid for writes of a siginfo_t.
    if unsafe { libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), options) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: all zeroes are a siginfo_t; the kernel filled it or left it so.
    let info = unsafe { info.assume_init() };
    // SAFETY: for waitid the kernel fills the fields of a child's signal; zeroes say that none has ended.
    let pid = unsafe { info.si_pid() };
    // SAFETY: as above.
    let status = unsafe { info.si_status() };
    let status = if info.si_code == libc::CLD_EXITED { Ok(status) } else { Err(status) };
    Ok((pid != 0).then_some(EndedChild { pid, status }))
}

/// Reaps a child that has ended.
///
/// # Errors
/// When it is no child of ours.
pub fn reap(pid: i32) -> io::Result<()> {
    nix::sys::wait::waitpid(nix::unistd::Pid::from_raw(pid), None).map(drop).or_else(|error| match error {
        // It cannot name a real-time signal, but it has reaped.
        nix::errno::Errno::EINVAL => Ok(()),
        error => Err(error.into()),
    })
}
