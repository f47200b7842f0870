//! Readings of the machine: the clock that all processes share, and the kernel's account of a thread's waiting.

use std::path::Path;

use nix::time::{ClockId, clock_gettime};

/// The monotonic clock, in nanoseconds.
pub(super) fn now() -> u64 {
    nanos(ClockId::CLOCK_MONOTONIC).unwrap_or_default()
}

/// A clock's reading in nanoseconds.
pub(super) fn nanos(clock: ClockId) -> Option<u64> {
    let time = clock_gettime(clock).ok()?;
    let seconds = u64::try_from(time.tv_sec()).ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(u64::try_from(time.tv_nsec()).ok()?)
}

/// For how long, in nanoseconds, a thread was ready to run and did not get a CPU: the second number of its `schedstat`
/// (proc(5)). 0 where the kernel does not count it.
pub(super) fn run_delay(task: &Path) -> u64 {
    let text = std::fs::read_to_string(task.join("schedstat")).unwrap_or_default();
    text.split_ascii_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// The same of the calling thread.
pub(super) fn own_run_delay() -> u64 {
    run_delay(Path::new("/proc/thread-self"))
}
