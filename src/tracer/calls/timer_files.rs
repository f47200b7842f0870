//! `timerfd_settime` and `timerfd_gettime`.

use std::io;

use super::{ALWAYS, Then, error};
use crate::clock::VirtualDuration;
use crate::tracer::filter;
use crate::tracer::inject::Injected;
use crate::tracer::memory;
use crate::tracer::regs::{CALLS, Native, Registers, int};
use crate::tracer::task::Seen;
use crate::tracer::timers::Armed;
use crate::tracer::world::{Caller, Due, World};

const NAME: &str = "closing of timer files";
const TFD_TIMER_ABSTIME: i32 = 1;

fn words(armed: &Armed, world: &World<'_>) -> [i64; 4] {
    let [a, b] = memory::timespec_words(armed.period.as_nanos());
    let [c, d] = memory::timespec_words(armed.left(world.time.now()).as_nanos());
    [a, b, c, d]
}

/// `close` of a timer file, which may be the last of its descriptors.
pub(super) fn may_close(world: &World<'_>, caller: Caller, registers: &Native) -> Option<Then> {
    let sees = world.processes.get(&caller.pid).is_some_and(|process| process.sees_closes);
    let place = (sees && super::name(registers.number()) == "close")
        .then(|| world.timer_files.known(caller.tid, int(registers.argument(0))))??;
    Some(Then::See(Seen::Closed(place)))
}

/// Brings the process's calls of `close` to us; none when they do already.
fn see_closes(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Option<Then>> {
    let Some(process) = world.processes.get_mut(&caller.pid) else { return Ok(None) };
    if std::mem::replace(&mut process.sees_closes, true) {
        return Ok(None);
    }
    let calls: Vec<_> =
        CALLS.iter().filter(|(_, name, _)| *name == "close").map(|(number, ..)| (*number, ALWAYS)).collect();
    let program = filter::tracing(&calls).map_err(io::Error::other)?;
    let injected = Injected::filter(caller, registers, &program, Some(NAME))?;
    Ok(Some(Then::Replace(Seen::Injected(Box::new(injected)))))
}

pub(super) fn timerfd_settime(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    if let Some(then) = see_closes(world, caller, registers)? {
        return Ok(then);
    }
    let [a, b, c, d] = memory::read_words(caller.tid, registers.argument(2))?;
    let Some(place) = world.timer_files.find(caller.tid, int(registers.argument(0))) else { return Ok(Then::Go) };
    let (Some(period), Some(first)) = (memory::span(a, b), memory::span(c, d)) else {
        return Ok(error(libc::EINVAL));
    };
    let now = world.time.read();
    let old = world.timer_files.armed(place);
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
    world.timer_files.arm(place, Armed { next: key, period });
    Ok(Then::Answer(0))
}

pub(super) fn timerfd_gettime(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let Some(place) = world.timer_files.find(caller.tid, int(registers.argument(0))) else { return Ok(Then::Go) };
    world.time.read();
    let armed = world.timer_files.armed(place);
    let value = words(&armed, world);
    memory::write_words(caller.tid, registers.argument(1), &value)?;
    Ok(Then::Answer(0))
}
