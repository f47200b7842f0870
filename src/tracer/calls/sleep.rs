//! Pure sleeps. In the kernel they become `pause`.

use std::io;

use super::{Then, error};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, calls, int};
use crate::tracer::task::WaitKind;
use crate::tracer::world::{Caller, World};

const TIMER_ABSTIME: i32 = 1;

fn pause(
    world: &World<'_>,
    registers: &mut Native,
    until: VirtualInstant,
    span: VirtualDuration,
    rest_at: Option<u64>,
) -> Then {
    if until <= world.time.now() {
        return Then::Answer(0);
    }
    registers.set_number(calls::PAUSE);
    Then::Wait { kind: WaitKind::Sleep { rest_at }, until, span }
}

fn place(pointer: u64) -> Option<u64> {
    (pointer != 0).then_some(pointer)
}

pub(super) fn nanosleep(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let Some(span) = memory::read_timespec(caller.tid, registers.argument(0))? else { return Ok(error(libc::EINVAL)) };
    let until = world.time.read().saturating_add(span);
    let rest_at = place(registers.argument(1));
    Ok(pause(world, registers, until, span, rest_at))
}

pub(super) fn clock_nanosleep(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let clock = int(registers.argument(0));
    let Some(span) = memory::read_timespec(caller.tid, registers.argument(2))? else { return Ok(error(libc::EINVAL)) };
    let now = world.time.read();
    if world.time.says(clock, now).is_none() {
        return Ok(Then::Go);
    }
    if int(registers.argument(1)) & TIMER_ABSTIME != 0 {
        let until = world.time.moment(clock, span).unwrap_or(now);
        return Ok(pause(world, registers, until, until.since(now), None));
    }
    let rest_at = place(registers.argument(3));
    Ok(pause(world, registers, now.saturating_add(span), span, rest_at))
}
