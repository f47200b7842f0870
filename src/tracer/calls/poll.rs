//! `poll` and `epoll` with a time-out.

use std::io;

use super::{Then, error};
use crate::clock::VirtualDuration;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, int, word};
use crate::tracer::task::WaitKind;
use crate::tracer::world::{Caller, World};

/// A wait of so many milliseconds from now; forever when negative, which the kernel does by itself.
fn milliseconds(world: &mut World<'_>, registers: &mut Native, index: usize) -> Then {
    let Ok(span) = u64::try_from(int(registers.argument(index))) else { return Then::Go };
    registers.set_argument(index, word(-1));
    let span = VirtualDuration::from_millis(span);
    Then::Wait { kind: WaitKind::Zero { rest_at: None }, until: world.time.read().saturating_add(span), span }
}

/// A wait by a `timespec` from now; the kernel only looks when it is zero.
fn timespec(
    world: &mut World<'_>,
    caller: Caller,
    registers: &mut Native,
    index: usize,
    tells_rest: bool,
) -> io::Result<Then> {
    let at = registers.argument(index);
    let Some(span) = memory::read_timespec(caller.tid, at)? else { return Ok(error(libc::EINVAL)) };
    if span == VirtualDuration::ZERO {
        return Ok(Then::Go);
    }
    registers.set_argument(index, 0);
    let kind = WaitKind::Zero { rest_at: tells_rest.then_some(at) };
    Ok(Then::Wait { kind, until: world.time.read().saturating_add(span), span })
}

pub(super) fn poll(world: &mut World<'_>, registers: &mut Native) -> Then {
    milliseconds(world, registers, 2)
}

pub(super) fn ppoll(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    timespec(world, caller, registers, 2, true)
}

/// `epoll_wait` and `epoll_pwait`.
pub(super) fn epoll_wait(world: &mut World<'_>, registers: &mut Native) -> Then {
    milliseconds(world, registers, 3)
}

pub(super) fn epoll_pwait2(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    timespec(world, caller, registers, 3, false)
}
