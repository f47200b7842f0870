//! Signals, semaphore sets and message queues, each with a time-out.

use std::io;

use super::{Then, error};
use crate::clock::VirtualDuration;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers};
use crate::tracer::task::{Seen, WaitKind};
use crate::tracer::world::{Caller, World};

/// A wait of a `timespec` from now that fails with EAGAIN.
fn relative(world: &mut World<'_>, caller: Caller, registers: &mut Native, index: usize) -> io::Result<Then> {
    let span = memory::read_timespec(caller.tid, registers.argument(index))?;
    let Some(span) = span else { return Ok(error(libc::EINVAL)) };
    if span == VirtualDuration::ZERO {
        return Ok(Then::Go);
    }
    registers.set_argument(index, 0);
    Ok(Then::Wait { kind: WaitKind::Again, until: world.time.read().saturating_add(span), span })
}

pub(super) fn rt_sigtimedwait(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    if registers.argument(2) == 0 {
        return Ok(Then::See(Seen::Sigwait));
    }
    relative(world, caller, registers, 2)
}

pub(super) fn semtimedop(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    relative(world, caller, registers, 3)
}

/// `mq_timedsend` and `mq_timedreceive`: absolute, on the calendar.
pub(super) fn mq_timed(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let Some(value) = memory::read_timespec(caller.tid, registers.argument(4))? else { return Ok(error(libc::EINVAL)) };
    let now = world.time.read();
    let until = world.time.moment(libc::CLOCK_REALTIME, value).unwrap_or(now);
    registers.set_argument(4, 0);
    Ok(Then::Wait { kind: WaitKind::TimesOut { restarts: true }, until, span: until.since(now) })
}

/// Asynchronous input and output of the old kind: its time-outs are the machine's.
pub(super) fn io_getevents(world: &mut World<'_>) -> Then {
    world.not_virtualised("io_getevents with a time-out");
    Then::Go
}
