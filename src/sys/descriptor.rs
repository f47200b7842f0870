//! File descriptors of other processes: which open file is behind a number, and a copy of it.

#![expect(unsafe_code, reason = "kcmp and the pidfd calls have no safe face")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use libc::{c_int, c_long, pid_t};

const KCMP_FILE: c_int = 0;
/// `_IOW('T', 0, u64)`: sets how many expirations a timerfd has to tell.
const TFD_IOC_SET_TICKS: libc::c_ulong = 0x4008_5400;

fn check(result: c_long) -> io::Result<c_long> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn owned(result: c_long) -> io::Result<OwnedFd> {
    let descriptor = RawFd::try_from(check(result)?).map_err(io::Error::other)?;
    // SAFETY: the kernel has just made this descriptor for us, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Whether two numbers in two processes are the same open file (not merely the same path).
pub fn same_open_file(pid: pid_t, descriptor: RawFd, other_pid: pid_t, other: RawFd) -> io::Result<bool> {
    // SAFETY: numbers only.
    check(unsafe { libc::syscall(libc::SYS_kcmp, pid, other_pid, KCMP_FILE, descriptor, other) })
        .map(|order| order == 0)
}

/// Another number, closed at the next exec, for the same open file.
pub fn duplicate(descriptor: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: numbers only.
    owned(c_long::from(unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0) }))
}

/// A descriptor that stands for a process (`pidfd_open(2)`).
pub fn process(pid: pid_t) -> io::Result<OwnedFd> {
    // SAFETY: numbers only.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })
}

/// A copy of a descriptor of another process, named by any of its threads: the first may have left already. Kernels
/// before 6.9 know only processes.
pub fn copy_from(tid: pid_t, descriptor: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: numbers only.
    let thread = owned(unsafe { libc::syscall(libc::SYS_pidfd_open, tid, libc::O_EXCL) });
    // SAFETY: numbers only.
    let process = thread.or_else(|_| owned(unsafe { libc::syscall(libc::SYS_pidfd_open, tid, 0) }))?;
    // SAFETY: numbers only.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), descriptor, 0) })
}

/// Makes a timerfd readable: it will tell that it expired `ticks` times.
pub fn set_timer_ticks(timer: BorrowedFd<'_>, ticks: u64) -> io::Result<()> {
    // SAFETY: the request reads one `u64`.
    check(c_long::from(unsafe { libc::ioctl(timer.as_raw_fd(), TFD_IOC_SET_TICKS, &raw const ticks) })).map(drop)
}

/// The same on kernels without that request: it expires once, at once. What it had to tell before is lost.
pub fn expire_timer(timer: BorrowedFd<'_>) -> io::Result<()> {
    let soon = libc::itimerspec {
        it_interval: libc::timespec { tv_sec: 0, tv_nsec: 0 },
        it_value: libc::timespec { tv_sec: 0, tv_nsec: 1 },
    };
    // SAFETY: `soon` is valid for reads, and the old value is not asked for.
    let result = unsafe { libc::timerfd_settime(timer.as_raw_fd(), 0, &raw const soon, std::ptr::null_mut()) };
    check(c_long::from(result)).map(drop)
}

/// Forgets what a timerfd has to tell, and stops it.
pub fn disarm_timer(timer: BorrowedFd<'_>) -> io::Result<()> {
    let never = libc::itimerspec {
        it_interval: libc::timespec { tv_sec: 0, tv_nsec: 0 },
        it_value: libc::timespec { tv_sec: 0, tv_nsec: 0 },
    };
    // SAFETY: `never` is valid for reads, and the old value is not asked for.
    let result = unsafe { libc::timerfd_settime(timer.as_raw_fd(), 0, &raw const never, std::ptr::null_mut()) };
    check(c_long::from(result)).map(drop)
}
