//! `select` and `pselect6` with a time-out.

use std::io;

use super::{Then, error};
use crate::clock::VirtualDuration;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers};
use crate::tracer::task::WaitKind;
use crate::tracer::world::{Caller, World};

fn wait(world: &mut World<'_>, registers: &mut Native, span: Option<VirtualDuration>, timeval: bool) -> Then {
    let Some(span) = span else { return error(libc::EINVAL) };
    if span == VirtualDuration::ZERO {
        return Then::Go;
    }
    let rest_at = registers.argument(4);
    registers.set_argument(4, 0);
    let until = world.time.read().saturating_add(span);
    Then::Wait { kind: WaitKind::Select { rest_at, timeval }, until, span }
}

pub(super) fn select(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let [seconds, micros] = memory::read_words(caller.tid, registers.argument(4))?;
    // Here, and nowhere else, microseconds may exceed a second.
    let span = memory::timeval(seconds, micros);
    Ok(wait(world, registers, span, true))
}

pub(super) fn pselect6(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let span = memory::read_timespec(caller.tid, registers.argument(4))?;
    Ok(wait(world, registers, span, false))
}
