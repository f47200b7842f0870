//! Calls that write: those that reach the program's own output are recorded.
//!
//! Captured output never gets into a pipe: the tracer takes the bytes out of the program's memory and answers the call.
//! So there is no pipe to fill up, nobody to read it, and one stop instead of two. Output that goes through is
//! written by the kernel; its bytes are read when the call has told how many.

use std::io;

use super::{Then, error, file_times};
use crate::clock::VirtualInstant;
use crate::trace::LimitKind;
use crate::tracer::fixture::Fixture;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, address, int};
use crate::tracer::task::Seen;
use crate::tracer::world::{Caller, World};

/// One call takes at most this much, as `write(2)` may.
const MOST: u64 = 64 << 20;
/// The kernel's `IOV_MAX`.
const MOST_PARTS: u64 = 1024;

pub(super) fn write(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let Some(stream) = stream(world, caller, registers) else { return Ok(elsewhere(world, caller, registers)) };
    take(world, caller, stream, vec![(registers.argument(1), registers.argument(2))])
}

pub(super) fn writev(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let Some(stream) = stream(world, caller, registers) else { return Ok(elsewhere(world, caller, registers)) };
    // The kernel counts the parts by the lower half, and so 2^32 + 1 of them are one.
    let count = registers.argument(2) & u64::from(u32::MAX);
    if count > MOST_PARTS {
        return Ok(Then::Go);
    }
    let mut bytes = vec![0; address(count * 16)];
    memory::read(caller.tid, registers.argument(1), &mut bytes)?;
    let number = |half: &[u8]| u64::from_ne_bytes(half.try_into().expect("eight bytes"));
    let parts = bytes.chunks_exact(16).map(|part| (number(&part[..8]), number(&part[8..]))).collect();
    take(world, caller, stream, parts)
}

/// With a place to write at: a pipe or a terminal refuses, a file takes it.
pub(super) fn pwrite(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    if world.streams.is_captured() {
        return Ok(elsewhere(world, caller, registers));
    }
    write(world, caller, registers)
}

/// `pwritev` and `pwritev2`; the latter is `writev` where the place is -1.
pub(super) fn pwritev(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    if world.streams.is_captured() && registers.argument(3) != u64::MAX {
        return Ok(elsewhere(world, caller, registers));
    }
    writev(world, caller, registers)
}

/// `sendfile`, `splice`, `tee`, `vmsplice`, `copy_file_range` to the program's output would pass its bytes by us. They
/// fail there as they do on a file that cannot do it, and programs then write.
pub(super) fn transfer(world: &World<'_>, caller: Caller, registers: &Native) -> Then {
    let target = match super::name(registers.number()) {
        "tee" => 1,
        "splice" | "copy_file_range" => 2,
        _ => 0,
    };
    let number = int(registers.argument(target));
    if world.streams.stream(caller.tid, number).is_some() {
        error(libc::EINVAL)
    } else {
        file_times::written(world, caller, number)
    }
}

/// A write to something else than the program's streams.
fn elsewhere(world: &World<'_>, caller: Caller, registers: &Native) -> Then {
    if world.is_fixture(caller.pid) { Then::Go } else { file_times::written(world, caller, int(registers.argument(0))) }
}

fn stream(world: &World<'_>, caller: Caller, registers: &Native) -> Option<u8> {
    let number = int(registers.argument(0));
    if world.fixture.as_ref().is_some_and(|fixture| fixture.is(caller.pid)) {
        return Fixture::stream(number);
    }
    world.streams.stream(caller.tid, number)
}

/// The program writes these parts of its memory to a stream.
fn take(world: &mut World<'_>, caller: Caller, stream: u8, parts: Vec<(u64, u64)>) -> io::Result<Then> {
    if !world.streams.is_captured() && !world.is_fixture(caller.pid) {
        if world.waits_for_line(caller, stream) {
            return Ok(Then::Hold);
        }
        return Ok(Then::See(Seen::Write { stream, parts }));
    }
    let bytes = collect(caller.tid, &parts, MOST)?;
    let count = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if !world.is_fixture(caller.pid) {
        world.streams.pass_on(stream, &bytes);
    }
    record(world, caller, stream, &bytes);
    Ok(Then::Answer(count))
}

/// A write that went through returned.
pub(super) fn written(world: &mut World<'_>, caller: Caller, stream: u8, parts: &[(u64, u64)], result: i64) {
    let Ok(count) = u64::try_from(result) else { return };
    // What cannot be read any more was written all the same; another thread has taken it away.
    let bytes = collect(caller.tid, parts, count).unwrap_or_default();
    record(world, caller, stream, &bytes);
    let unfinished = world.lines.is_unfinished(caller.tid, stream);
    world.wrote(caller.tid, stream, unfinished);
}

fn collect(tid: i32, parts: &[(u64, u64)], most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut left = most;
    for (at, length) in parts {
        let length = left.min(*length);
        if length > 0 {
            bytes.extend(memory::read_some(tid, *at, address(length))?);
        }
        left -= length;
    }
    Ok(bytes)
}

fn record(world: &mut World<'_>, caller: Caller, stream: u8, bytes: &[u8]) {
    if world.is_fixture(caller.pid) {
        world.fixture_said(stream, bytes);
        return;
    }
    let now: VirtualInstant = world.time.now();
    for line in world.lines.write(caller.tid, stream, bytes) {
        world.record.note(now, caller.pid, caller.tid, line);
    }
    if world.options.limits.output.is_some_and(|most| world.lines.bytes() > most) {
        world.end_by_limit(LimitKind::Output, world.lines.bytes());
    }
}
