//! A timer that interrupts a blocking system call of the thread that made it: `wait4` has no time-out of its own.

#![expect(unsafe_code, reason = "POSIX timers that signal one thread have no safe face")]

use std::cell::Cell;
use std::io;
use std::mem::{self, MaybeUninit};
use std::ptr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use libc::{c_int, timer_t};

/// A tick that came just before the thread blocked is made up for after this long.
const SECOND_CHANCE: Duration = Duration::from_millis(2);

/// A timer for the calling thread. Its signal does nothing but end a blocking call with EINTR.
#[derive(Debug)]
pub struct Tick {
    timer: timer_t,
    /// When it is due next, as far as we have set it.
    due: Cell<Option<Instant>>,
}

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
        Ok(Self { timer: unsafe { timer.assume_init() }, due: Cell::new(None) })
    }

    /// Interrupts this thread after `pause`, or a little earlier: a tick that is already due in the second half of it stays.
    /// To set a timer makes a virtual machine leave its processor, which costs as much as a stop of the program does, and a
    /// tick that nobody waits for costs twice that.
    pub fn within(&self, pause: Duration) -> io::Result<()> {
        let left = self.due.get().map(|due| due.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left >= pause / 2 && left <= pause) {
            return Ok(());
        }
        self.start(pause, pause.max(SECOND_CHANCE))
    }

    /// Interrupts this thread after `first` and then every `every`: a tick that comes just before the thread blocks is lost, so
    /// there must be a next one.
    pub fn start(&self, first: Duration, every: Duration) -> io::Result<()> {
        self.due.set(Instant::now().checked_add(first));
        let spec = libc::itimerspec { it_value: timespec(first), it_interval: timespec(every) };
        // SAFETY: the timer is ours and lives; `spec` is valid for reads.
        let result = unsafe { libc::timer_settime(self.timer, 0, &raw const spec, ptr::null_mut()) };
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
        let _ = unsafe { libc::timer_delete(self.timer) };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Tick;

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn a_tick_that_is_due_soon_enough_is_not_set_again() {
        let tick = Tick::for_this_thread().unwrap();
        tick.within(60 * MINUTE).unwrap();
        let due = tick.due.get();
        tick.within(90 * MINUTE).unwrap();
        assert_eq!(tick.due.get(), due);
    }

    #[test]
    fn a_tick_that_is_due_too_late_or_far_too_early_is_set_anew() {
        let tick = Tick::for_this_thread().unwrap();
        tick.within(60 * MINUTE).unwrap();
        let late = tick.due.get();
        tick.within(30 * MINUTE).unwrap();
        let early = tick.due.get();
        assert!(early < late);
        tick.within(120 * MINUTE).unwrap();
        assert!(tick.due.get() > late);
    }
}
