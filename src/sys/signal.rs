//! Signals as the kernel's own timers send them.

#![expect(unsafe_code, reason = "there is no safe face of rt_sigqueueinfo")]

use std::io;

use libc::{c_int, pid_t};

/// The kernel's `siginfo`, as words.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(8))]
pub struct SignalInfo([c_int; 32]);

/// A signal of a POSIX timer.
pub const SI_TIMER: c_int = -2;
/// A signal that a process sent to a process.
pub const SI_USER: c_int = 0;
/// A signal that the kernel itself sent.
pub const SI_KERNEL: c_int = 0x80;

impl SignalInfo {
    /// The signal of an expired POSIX timer; `value` is what `timer_create` was given.
    pub fn timer(signal: c_int, timer: c_int, overrun: c_int, value: [c_int; 2]) -> Self {
        let mut info = Self::default();
        info.0[0] = signal;
        info.0[2] = SI_TIMER;
        info.0[4] = timer;
        info.0[5] = overrun;
        info.0[6] = value[0];
        info.0[7] = value[1];
        info
    }

    /// Which signal it is.
    pub const fn number(&self) -> c_int {
        self.0[0]
    }

    /// What kind of sender it has.
    pub const fn code(&self) -> c_int {
        self.0[2]
    }

    /// The sender's process id, or the timer's id.
    pub const fn sender(&self) -> c_int {
        self.0[4]
    }

    /// How many expirations of the timer this signal stands for, besides the first.
    pub const fn set_overrun(&mut self, overrun: c_int) {
        self.0[5] = overrun;
    }

    /// Says that the kernel sent it.
    pub fn set_from_kernel(&mut self) {
        self.0[2] = SI_KERNEL;
        self.0[4] = 0;
        self.0[5] = 0;
    }
}

fn check(result: libc::c_long) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Sends a signal to one thread of a process (`tgkill(2)`).
pub fn send_to_thread(pid: pid_t, tid: pid_t, signal: c_int) -> io::Result<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::syscall(libc::SYS_tgkill, pid, tid, signal) })
}

/// Queues a signal for a process.
pub fn queue(pid: pid_t, signal: c_int, info: &SignalInfo) -> io::Result<()> {
    // SAFETY: the kernel copies 128 bytes from a structure of that size.
    check(unsafe { libc::syscall(libc::SYS_rt_sigqueueinfo, pid, signal, std::ptr::from_ref(info)) })
}

/// Queues a signal for one thread.
pub fn queue_thread(pid: pid_t, tid: pid_t, signal: c_int, info: &SignalInfo) -> io::Result<()> {
    // SAFETY: the kernel copies 128 bytes from a structure of that size.
    check(unsafe { libc::syscall(libc::SYS_rt_tgsigqueueinfo, pid, tid, signal, std::ptr::from_ref(info)) })
}

/// Sends a plain signal to a process.
pub fn send(pid: pid_t, signal: c_int) -> io::Result<()> {
    // SAFETY: two numbers, no memory.
    check(libc::c_long::from(unsafe { libc::kill(pid, signal) }))
}
