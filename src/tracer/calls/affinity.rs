//! Which processors a thread may use. A run may be pinned to one, but the program is told of all that it would have bare: it
//! chooses its number of threads by that.

use std::io;

use super::Then;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, address, int};
use crate::tracer::world::{Caller, World};

const BITS: usize = 64;

pub(super) fn get(world: &World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let asked = int(registers.argument(0));
    // Of threads outside the tree, the kernel knows.
    if world.cpus.is_empty() || (asked != 0 && !world.called(asked).is_some_and(|tid| world.tasks.contains_key(&tid))) {
        return Ok(Then::Go);
    }
    let words = world.cpus.iter().max().map_or(1, |last| last / BITS + 1);
    let room = address(registers.argument(1)) / 8;
    if room < words {
        return Ok(Then::Go);
    }
    let mut mask = vec![0_i64; words];
    for cpu in &world.cpus {
        mask[cpu / BITS] |= 1 << (cpu % BITS);
    }
    memory::write_words(caller.tid, registers.argument(2), &mask)?;
    Ok(Then::Answer(i64::try_from(words * 8).unwrap_or(8)))
}

/// A thread that pins itself gets its way where the machine's processors are the run's; else it is told so and stays.
pub(super) fn set(world: &World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    if world.cpus.is_empty() || world.options.processors > 1 {
        return Ok(Then::Go);
    }
    let length = address(registers.argument(1)).min(128);
    let mut bytes = vec![0; length];
    memory::read(caller.tid, registers.argument(2), &mut bytes)?;
    let allowed = |cpu: &usize| bytes.get(cpu / 8).is_some_and(|byte| byte & (1 << (cpu % 8)) != 0);
    if world.cpus.iter().any(allowed) { Ok(Then::Answer(0)) } else { Ok(Then::Go) }
}
