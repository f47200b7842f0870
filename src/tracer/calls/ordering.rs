//! What is different about calls under a schedule.

use std::io;

use super::{Condition, Test, Then, When};
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, address, calls};
use crate::tracer::tracee::Resume;
use crate::tracer::world::{Caller, World};

/// The kernel's most for one call.
const MOST_CHANCE: u64 = 256 << 10;

/// Whether a call is one that the virtual clock wants to see: under a schedule others stop, too.
pub(super) fn concerns_time(when: When, registers: &Native) -> bool {
    when.is_empty() || when.iter().any(|all| all.iter().all(|condition| holds(condition, registers)))
}

fn holds(condition: &Condition, registers: &Native) -> bool {
    let whole = registers.argument(usize::from(condition.argument));
    let value = if condition.wide { whole } else { whole & 0xffff_ffff };
    match condition.test {
        Test::Is(wanted) => value == wanted,
        Test::IsNot(unwanted) => value != unwanted,
        Test::Masked(mask, wanted) => value & mask == wanted,
        Test::AtLeast(least) => value >= least,
    }
}

/// What a schedule does about a call itself.
pub(super) fn before(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Option<Then>> {
    let Some(turns) = &mut world.turns else { return Ok(None) };
    match registers.number() {
        calls::SCHED_YIELD => {
            turns.yields(caller.tid);
            Ok(Some(Then::Answer(0)))
        }
        // Chance is the same in each run of the schedule, or the program would go another way.
        calls::GETRANDOM => {
            let length = registers.argument(1).min(MOST_CHANCE);
            let bytes: Vec<u8> = std::iter::repeat_with(|| turns.next_chance())
                .flat_map(u64::to_ne_bytes)
                .take(address(length))
                .collect();
            memory::write(caller.tid, registers.argument(0), &bytes)?;
            Ok(Some(Then::Answer(length.cast_signed())))
        }
        number => {
            turns.reads_clock(caller.tid, calls::CLOCK_READS.contains(&number));
            Ok(None)
        }
    }
}

/// How a call goes on that the kernel does: under a schedule its return is a stop, for it may block or wake somebody.
pub(super) fn going_on(world: &World<'_>) -> Resume {
    let several = world.tasks.len() > 1 || !world.strangers.is_empty();
    if world.turns.is_some() && several { Resume::UntilReturn } else { Resume::Go(0) }
}
