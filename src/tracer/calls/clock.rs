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

/// The kernel's clock discipline: it may be read, and its time is ours.
pub(super) fn adjtimex(caller: Caller, registers: &Native) -> io::Result<Then> {
    let at = if super::name(registers.number()) == "clock_adjtime" {
        if int(registers.argument(0)) != libc::CLOCK_REALTIME {
            return Ok(Then::Go);
        }
        registers.argument(1)
    } else {
        registers.argument(0)
    };
    let mut modes = [0; 4];
    memory::read(caller.tid, at, &mut modes)?;
    Ok(if modes == [0; 4] { Then::See(Seen::Adjtimex { at }) } else { error(libc::EPERM) })
}

/// `adjtimex` returned: in a `struct timex` the status is the sixth word, the time the tenth and eleventh.
pub(super) fn adjusted(world: &mut World<'_>, caller: Caller, at: u64) -> io::Result<()> {
    const STA_NANO: i64 = 0x2000;
    let moment = world.time.read();
    let now = world.time.calendar(moment);
    let [status] = memory::read_words(caller.tid, at + 40)?;
    let in_nanos = status & STA_NANO != 0;
    let words = if in_nanos { memory::timespec_words(now) } else { memory::timeval_words(now) };
    memory::write_words(caller.tid, at + 72, &words)
}
