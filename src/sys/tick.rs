//! A timer that interrupts a blocking system call of the thread that made it: `wait4` has no time-out of its own.

#![expect(unsafe_code, reason = "POSIX timers that signal one thread have no safe face")]

use std::io;
use std::mem::{self, MaybeUninit};
use std::ptr;
use std::sync::OnceLock;
use std::time::Duration;

use libc::{c_int, timer_t};

/// A timer for the calling thread. Its signal does nothing but end a blocking call with EINTR.
#[derive(Debug)]
pub struct Tick(timer_t);

extern "C" fn nothing(_: c_int) {}

fn signal() -> c_int {
    libc::SIGRTMIN() + 7
}

/// Installs the handler that does nothing, once in a process.
fn install() -> io::Result<()> {
    static INSTALLED: OnceLock<Option<i32>> = OnceLock::new();
    let failed = INSTALLED.get_or_init(|| {
        // SAFETY: an all-zero `sigaction` is valid: no flags (so calls are not restarted), an empty mask.
        let mut action: libc::sigaction = unsafe { mem::zeroed() };
        action.sa_sigaction = nothing as extern "C" fn(c_int) as libc::sighandler_t;
        // SAFETY: the handler is async-signal-safe, for it does nothing.
        let result = unsafe { libc::sigaction(signal(), &raw const action, ptr::null_mut()) };
        (result == -1).then(|| io::Error::last_os_error().raw_os_error().unwrap_or(0))
    });
    failed.map_or(Ok(()), |code| Err(io::Error::from_raw_os_error(code)))
}

impl Tick {
    /// A timer for the calling thread, not running yet.
    pub fn for_this_thread() -> io::Result<Self> {
        install()?;
        // SAFETY: an all-zero `sigevent` is valid.
        let mut event: libc::sigevent = unsafe { mem::zeroed() };
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = signal();
        // SAFETY: no arguments.
        event.sigev_notify_thread_id = unsafe { libc::gettid() };
        let mut timer = MaybeUninit::<timer_t>::uninit();
        // SAFETY: both pointers are valid for the call.
        let result = unsafe { libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, timer.as_mut_ptr()) };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call succeeded and wrote it.
        Ok(Self(unsafe { timer.assume_init() }))
    }

    /// Interrupts this thread after `first` and then every `every`: a tick that comes just before the thread blocks is lost, so
    /// there must be a next one.
    pub fn start(&self, first: Duration, every: Duration) -> io::Result<()> {
        let spec = libc::itimerspec { it_value: timespec(first), it_interval: timespec(every) };
        // SAFETY: the timer is ours and lives; `spec` is valid for reads.
        let result = unsafe { libc::timer_settime(self.0, 0, &raw const spec, ptr::null_mut()) };
        if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

fn timespec(duration: Duration) -> libc::timespec {
    libc::timespec {
        tv_sec: libc::time_t::try_from(duration.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: i64::from(duration.subsec_nanos()),
    }
}

impl Drop for Tick {
    fn drop(&mut self) {
        // SAFETY: the timer is ours and is deleted once.
        let _ = unsafe { libc::timer_delete(self.0) };
    }
}
