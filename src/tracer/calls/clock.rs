//! Calls that tell the time.

use std::io;

use super::{Then, error};
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, int};
use crate::tracer::task::Seen;
use crate::tracer::time::Time;
use crate::tracer::world::{Caller, World};

pub(super) fn clock_gettime(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let clock = int(registers.argument(0));
    let moment = world.time.read();
    let Some(value) = world.time.says(clock, moment) else { return Ok(Then::Go) };
    world.tell_time(caller, registers, moment, registers.argument(1), &memory::timespec_words(value))?;
    Ok(Then::Answer(0))
}

pub(super) fn gettimeofday(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let moment = world.time.read();
    let value = world.time.calendar(moment);
    world.tell_time(caller, registers, moment, registers.argument(0), &memory::timeval_words(value))?;
    if registers.argument(1) != 0 {
        // The time zone: two ints, which Linux keeps at zero.
        memory::write(caller.tid, registers.argument(1), &[0; 8])?;
    }
    Ok(Then::Answer(0))
}

pub(super) fn time(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let moment = world.time.read();
    let [seconds, _] = memory::timespec_words(world.time.calendar(moment));
    let answer: &[i64] = if registers.argument(0) == 0 { &[] } else { &[seconds] };
    world.tell_time(caller, registers, moment, registers.argument(0), answer)?;
    Ok(Then::Answer(seconds))
}

/// `times` returns clock ticks (hundredths of a second) since the machine's start; the CPU times that it writes stay the kernel's.
pub(super) fn times() -> Then {
    Then::See(Seen::Times)
}

/// What `times` returns.
pub(super) fn times_result(world: &mut World<'_>) -> i64 {
    let moment = world.time.read();
    (Time::monotonic(moment) / 10_000_000).cast_signed()
}

/// Of what `sysinfo` tells, only the uptime is time: it is overwritten when the kernel has answered.
pub(super) fn sysinfo(registers: &Native) -> Then {
    Then::See(Seen::Sysinfo { at: registers.argument(0) })
}

/// `sysinfo` returned: the uptime is its first word, in seconds.
pub(super) fn uptime(world: &mut World<'_>, caller: Caller, at: u64) -> io::Result<()> {
    let moment = world.time.read();
    let [seconds, _] = memory::timespec_words(Time::monotonic(moment));
    memory::write_words(caller.tid, at, &[seconds])
}

/// The kernel's own clock discipline: reading it tells real time.
pub(super) fn adjtimex(world: &mut World<'_>) -> Then {
    world.not_virtualised("adjtimex");
    error(libc::EPERM)
}
