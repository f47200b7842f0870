//! Futexes with a time-out.

use std::io;

use super::{Then, error};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, int};
use crate::tracer::task::WaitKind;
use crate::tracer::world::{Caller, World};

const FUTEX_WAIT: i32 = 0;
const FUTEX_LOCK_PI: i32 = 6;
const FUTEX_CLOCK_REALTIME: i32 = 256;
pub(super) const COMMAND: i32 = 0x7f;

const KIND: WaitKind = WaitKind::TimesOut { restarts: false };

fn wait(now: VirtualInstant, until: VirtualInstant) -> Then {
    Then::Wait { kind: KIND, until, span: until.since(now) }
}

/// Until when, by an absolute time on a clock.
fn until(world: &World<'_>, clock: i32, value: VirtualDuration) -> VirtualInstant {
    world.time.moment(clock, value).unwrap_or_default()
}

pub(super) fn futex(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let operation = int(registers.argument(1));
    let Some(value) = memory::read_timespec(caller.tid, registers.argument(3))? else { return Ok(error(libc::EINVAL)) };
    let now = world.time.read();
    // FUTEX_LOCK_PI is absolute on the calendar, whatever its flag says.
    let clock = match operation & COMMAND {
        FUTEX_LOCK_PI => libc::CLOCK_REALTIME,
        _ if operation & FUTEX_CLOCK_REALTIME != 0 => libc::CLOCK_REALTIME,
        _ => libc::CLOCK_MONOTONIC,
    };
    let until = match operation & COMMAND {
        FUTEX_WAIT => now.saturating_add(value),
        _ => until(world, clock, value),
    };
    registers.set_argument(3, 0);
    Ok(wait(now, until))
}

pub(super) fn futex_waitv(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let Some(value) = memory::read_timespec(caller.tid, registers.argument(3))? else { return Ok(error(libc::EINVAL)) };
    let now = world.time.read();
    let until = until(world, int(registers.argument(4)), value);
    registers.set_argument(3, 0);
    Ok(wait(now, until))
}

pub(super) fn futex_wait(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let Some(value) = memory::read_timespec(caller.tid, registers.argument(4))? else { return Ok(error(libc::EINVAL)) };
    let now = world.time.read();
    let until = until(world, int(registers.argument(5)), value);
    registers.set_argument(4, 0);
    Ok(wait(now, until))
}
