//! `timerfd_settime` and `timerfd_gettime`.

use std::io;

use super::{Then, error};
use crate::clock::VirtualDuration;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, int};
use crate::tracer::timers::Armed;
use crate::tracer::world::{Caller, Due, World};

const TFD_TIMER_ABSTIME: i32 = 1;

fn words(armed: &Armed, world: &World<'_>) -> [i64; 4] {
    let [a, b] = memory::timespec_words(armed.period.as_nanos());
    let [c, d] = memory::timespec_words(armed.left(world.time.now()).as_nanos());
    [a, b, c, d]
}

pub(super) fn timerfd_settime(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let [a, b, c, d] = memory::read_words(caller.tid, registers.argument(2))?;
    let Some(place) = world.timer_files.find(caller.tid, int(registers.argument(0))) else { return Ok(Then::Go) };
    let (Some(period), Some(first)) = (memory::span(a, b), memory::span(c, d)) else {
        return Ok(error(libc::EINVAL));
    };
    let now = world.time.read();
    let old = *world.timer_files.armed(place);
    if registers.argument(3) != 0 {
        memory::write_words(caller.tid, registers.argument(3), &words(&old, world))?;
    }
    if let Some(key) = old.next {
        world.deadlines.cancel(key);
    }
    world.timer_files.reset(place);
    let next = if first == VirtualDuration::ZERO {
        None
    } else if int(registers.argument(1)) & TFD_TIMER_ABSTIME != 0 {
        world.time.moment(world.timer_files.clock(place), first)
    } else {
        Some(now.saturating_add(first))
    };
    let key = next.map(|at| world.deadlines.set(at, Due::TimerFile(place)));
    *world.timer_files.armed(place) = Armed { next: key, period };
    Ok(Then::Answer(0))
}

pub(super) fn timerfd_gettime(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let Some(place) = world.timer_files.find(caller.tid, int(registers.argument(0))) else { return Ok(Then::Go) };
    world.time.read();
    let armed = *world.timer_files.armed(place);
    let value = words(&armed, world);
    memory::write_words(caller.tid, registers.argument(1), &value)?;
    Ok(Then::Answer(0))
}
