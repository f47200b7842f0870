//! Calls that set the calendar's clock: the run's own, never the machine's.
//!
//! Who may set the machine's clock may set the run's, and everybody else is told what the kernel would say. From then on all processes
//! of the run read it so. The monotonic clocks, and with them all sleeps, go on as they were; waits for a moment of the
//! calendar that had begun keep the moment at which they would have ended.

use std::io;

use super::{Then, error};
use crate::clock::VirtualDuration;
use crate::sys::clock_code::word;
use crate::tracer::memory;
use crate::tracer::procfs;
use crate::tracer::regs::{Native, Registers, int};
use crate::tracer::world::{Caller, World};

/// The right to set the machine's clock, as a bit of a set of capabilities.
const CAP_SYS_TIME: u64 = 1 << 25;
/// What the kernel calls the first of all user namespaces, whose root alone may set the clock (`PROC_USER_INIT_INO`).
const FIRST_USER_NAMESPACE: &str = "user:[4026531837]";

/// `clock_settime`.
pub(super) fn clock_settime(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let clock = int(registers.argument(0));
    if clock < 0 {
        // Of CPU time, which nobody may set; or of a device, which is the machine's.
        return Ok(error(libc::EPERM));
    }
    if clock != libc::CLOCK_REALTIME {
        return Ok(error(libc::EINVAL));
    }
    let value = memory::read_timespec(caller.tid, registers.argument(1))?;
    Ok(set(world, caller, value))
}

/// `settimeofday`: the time, the zone, or both. The zone is nowhere told, and so it is not kept.
pub(super) fn settimeofday(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    if registers.argument(0) == 0 {
        return Ok(if may_set(caller.tid) { Then::Answer(0) } else { error(libc::EPERM) });
    }
    let [seconds, micros] = memory::read_words(caller.tid, registers.argument(0))?;
    Ok(set(world, caller, memory::timeval(seconds, micros)))
}

fn set(world: &mut World<'_>, caller: Caller, value: Option<VirtualDuration>) -> Then {
    let Some(value) = value else { return error(libc::EINVAL) };
    if !may_set(caller.tid) {
        return error(libc::EPERM);
    }
    if !world.time.set_calendar(value) {
        return error(libc::EINVAL);
    }
    let zero = [world.time.calendar_at_start().cast_signed()];
    let pages: Vec<(i32, u64)> =
        world.processes.values().filter_map(|process| Some((process.pid, process.clock_page?))).collect();
    for (pid, page) in pages {
        let told = memory::write_words(pid, page + word::CALENDAR_ZERO as u64, &zero);
        // What cannot be told on its page (the process has unmapped it, or is about to end) has no page any more.
        if told.is_err()
            && let Some(process) = world.processes.get_mut(&pid)
        {
            process.clock_page = None;
        }
    }
    Then::Answer(0)
}

/// Whether a thread may set the machine's clock.
fn may_set(tid: i32) -> bool {
    let first = std::fs::read_link(format!("/proc/{tid}/ns/user"))
        .is_ok_and(|namespace| namespace.as_os_str() == FIRST_USER_NAMESPACE);
    first && procfs::hexadecimal(tid, "CapEff:") & CAP_SYS_TIME != 0
}
