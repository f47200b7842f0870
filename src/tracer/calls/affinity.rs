//! Which processors a thread may use. A run may be pinned to one, but the program is told of all that it would have bare, or
//! of those that it asked for: it chooses its number of threads by that.

use std::io;

use super::{Then, error};
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, address, int};
use crate::tracer::world::{Caller, World};

const BITS: usize = 64;
/// The longest mask that is looked at, in bytes: the kernel knows 8192 processors.
const LONGEST: usize = 1024;

/// The thread that a call is about; none when it is not of the tree, and then the kernel knows.
fn meant(world: &World<'_>, caller: Caller, asked: i32) -> Option<i32> {
    let tid = if asked == 0 { caller.tid } else { world.called(asked)? };
    world.tasks.contains_key(&tid).then_some(tid)
}

/// The length of the mask, an `unsigned int`.
fn length(registers: &Native) -> usize {
    address(registers.argument(1) & u64::from(u32::MAX))
}

pub(super) fn get(world: &World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let Some(tid) = meant(world, caller, int(registers.argument(0))) else { return Ok(Then::Go) };
    let cpus = world.tasks[&tid].affinity.as_ref().unwrap_or(&world.cpus);
    let words = world.cpus.iter().max().map_or(1, |last| last / BITS + 1);
    let room = length(registers) / 8;
    if world.cpus.is_empty() || room < words {
        return Ok(Then::Go);
    }
    let mut mask = vec![0_i64; words];
    for cpu in cpus {
        mask[cpu / BITS] |= 1 << (cpu % BITS);
    }
    memory::write_words(caller.tid, registers.argument(2), &mask)?;
    Ok(Then::Answer(i64::try_from(words * 8).unwrap_or(8)))
}

/// A thread that pins itself gets its way where the machine's processors are the run's; else it is told so and stays.
pub(super) fn set(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let Some(tid) = meant(world, caller, int(registers.argument(0))) else { return Ok(Then::Go) };
    let at = registers.argument(2);
    // Of a longer mask the kernel may take less than we look at: what cannot be read is no processor, for a mask may stand at the
    // end of what is mapped.
    let bytes = memory::read_some(caller.tid, at, length(registers).min(LONGEST))?;
    let asked = |cpu: &usize| bytes.get(cpu / 8).is_some_and(|byte| byte & (1 << (cpu % 8)) != 0);
    let cpus: Vec<usize> = world.cpus.iter().copied().filter(asked).collect();
    if world.cpus.is_empty() {
        return Ok(Then::Go);
    }
    if cpus.is_empty() {
        return Ok(error(libc::EINVAL));
    }
    if let Some(task) = world.tasks.get_mut(&tid) {
        task.affinity = Some(cpus);
    }
    Ok(if world.options.processors > 1 { Then::Go } else { Then::Answer(0) })
}
