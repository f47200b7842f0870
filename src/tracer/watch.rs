//! The loop: wait for a stop, act on it, let the thread go on; and when nothing moves, move time.

use std::io;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::calls;
use super::error::TracerError;
use super::options::PATIENCE;
use super::quiet::{Moved, Quiet};
use super::stop::{Change, Stop};
use super::task::Slot;
use super::time::Pace;
use super::tracee::{Resume, Running};
use super::world::World;
use super::yields::Yields;
use crate::sys::tick::Tick;
use crate::sys::wait::{self, Waited};
use crate::trace::{ClockKind, Ended, LimitKind};

/// How soon after a stop we look for the first time whether all sleep, where they mostly did.
const FIRST_LOOK: Duration = Duration::from_micros(50);
/// How late at the most, where something mostly still ran: a look takes the processor from it.
const FIRST_LOOK_IN_VAIN: Duration = Duration::from_micros(400);
/// Whether a woken thread has had its turn is looked for as soon as that at first; on a machine that has no time for it, less and
/// less often, each time after twice as long, so many times.
const MOST_DOUBLED: u32 = 3;
/// The longest pause between two looks, while the program stops now and then or a deadline is near.
const LAST_LOOK: Duration = Duration::from_millis(2);
/// The shortest pause for the sake of a deadline that is about to fire beside running threads.
const NEAR_LOOK: Duration = Duration::from_micros(500);
/// The longest pause between two looks at a program that computes.
const LONGEST_LOOK: Duration = Duration::from_millis(16);
/// One that has computed for so long without a stop is looked at again after this part of that: each look takes the processor
/// from it, and what we learn too late by is little against what it took.
const PART_OF_COMPUTING: u32 = 32;
/// So many times its limit of CPU time a program may use together with us, who watch it; and at least so much.
const WITH_WATCHING: u32 = 2;
const LEAST_WITH_WATCHING: Duration = Duration::from_secs(20);
/// One that gets less than this part of real time computes little: it waits for something.
const IDLE_PART: u32 = 20;
/// How often limits that cost a look into `/proc` are checked.
const LIMIT_LOOK: Duration = Duration::from_millis(50);
/// A look at the memory of very many processes takes long itself: then it is taken less often, this part of the time.
const PART_OF_LOOKING: u32 = 8;
/// But at least so often.
const RAREST_LIMIT_LOOK: Duration = Duration::from_millis(500);

/// Follows the tree until the run must end.
pub(super) struct Watch {
    pub(super) tick: Tick,
    pub(super) yields: Yields,
    pub(super) pause: Duration,
    /// How long after a stop we look for the first time: what served until now.
    pub(super) patience: Duration,
    /// When something last stopped or was woken.
    moved: Instant,
    /// How often we looked since, and found nothing to do.
    looks_in_vain: u32,
    limits_looked_at: Instant,
    limit_pause: Duration,
    began: Instant,
}

impl Watch {
    pub(super) fn new() -> Result<Self, TracerError> {
        let tick = Tick::for_this_thread().map_err(|cause| TracerError::System {
            operation: "make a timer",
            tid: None,
            cause,
        })?;
        let now = Instant::now();
        Ok(Self {
            tick,
            yields: Yields::new(),
            pause: FIRST_LOOK,
            patience: FIRST_LOOK,
            moved: now,
            looks_in_vain: 0,
            limits_looked_at: now,
            limit_pause: LIMIT_LOOK,
            began: now,
        })
    }

    /// Goes on until the run must end, or `until` holds.
    pub(super) fn follow(
        &mut self,
        world: &mut World<'_>,
        until: impl Fn(&World<'_>) -> bool,
    ) -> Result<(), TracerError> {
        if world.turns.is_some() {
            return self.follow_in_turns(world, until);
        }
        while world.ending.is_none() && !until(world) {
            for (tid, status) in world.after_the_woken() {
                change(world, tid, status)?;
            }
            match self.next(world)? {
                Waited::Changed(tid, status) => {
                    self.something_moved();
                    for (tid, status) in Self::with_all_others(world, tid, status)? {
                        world.fire_before(tid, status);
                        if !world.waits_for_woken(tid, status) {
                            change(world, tid, status)?;
                        }
                    }
                    // A program may stop so often that there is never a pause.
                    world.fire_overdue();
                    world.stop_for_the_woken();
                    self.limits_now_and_then(world);
                    // Whatever else has stopped meanwhile comes first: a look is dear.
                    continue;
                }
                Waited::NoneLeft => return Ok(()),
                Waited::Nothing | Waited::Interrupted => {}
            }
            self.look(world)?;
        }
        Ok(())
    }

    /// All that can be waited for now. The kernel tells of the youngest thread first: two that stop all the time would keep
    /// the death of a third from us for ever, if they went on before it was asked for.
    fn with_all_others(world: &World<'_>, tid: i32, status: i32) -> Result<Vec<(i32, i32)>, TracerError> {
        let mut changes = vec![(tid, status)];
        let event = status >> 16;
        if world.tasks.len() == 1 && libc::WIFSTOPPED(status) && matches!(event, 0 | libc::PTRACE_EVENT_SECCOMP) {
            // It is alone and stands at a call or a signal: there is no other to ask for.
            return Ok(changes);
        }
        while let Waited::Changed(tid, status) = wait::any(false).map_err(wait_failed)? {
            changes.push((tid, status));
        }
        Ok(changes)
    }

    fn next(&mut self, world: &World<'_>) -> Result<Waited, TracerError> {
        let mut pause = self.pause;
        if let Some(due) = world.deadlines.earliest() {
            // Time never goes faster than real time while something runs, so an earlier look would be in vain.
            pause = match world.time.pace() {
                Pace::Real => due.since(world.time.now()).as_std().clamp(FIRST_LOOK, LAST_LOOK * 4),
                Pace::Virtual => {
                    let left = due.since(world.time.reached()).as_std();
                    // Only half of a long way: on a busy machine we may be late.
                    pause.min(if left > 2 * LAST_LOOK { left / 2 } else { left.max(NEAR_LOOK) })
                }
            };
        }
        if world.woken.are_waited_for() {
            pause = FIRST_LOOK * 2_u32.pow(self.looks_in_vain.min(MOST_DOUBLED));
        } else if let Some(from) = world.woken.are_due() {
            pause = pause.min(from.since(world.time.now()).as_std().max(FIRST_LOOK));
        } else if world.nothing_is_due() {
            pause = pause.max(LAST_LOOK);
        }
        self.tick.within(pause).map_err(wait_failed)?;
        wait::any(true).map_err(wait_failed)
    }

    /// A while without a stop: are deadlines due, does everything sleep, is a limit reached?
    fn look(&mut self, world: &mut World<'_>) -> Result<(), TracerError> {
        let longest = (self.moved.elapsed() / PART_OF_COMPUTING).clamp(LAST_LOOK, LONGEST_LOOK);
        self.pause = (self.pause * 2).min(longest);
        world.advance(None);
        if world.streams.feed() {
            self.something_moved();
        }
        let quiet = world.look_for_quiet();
        self.patience = match quiet {
            Quiet::Runs => (self.patience * 2).min(FIRST_LOOK_IN_VAIN),
            Quiet::Still => (self.patience / 4).max(FIRST_LOOK),
        };
        let moved = match quiet {
            Quiet::Runs => world.fire_overdue(),
            // A thread may have been on its way to a stop; then it is not asleep.
            Quiet::Still => match wait::any(false).map_err(wait_failed)? {
                Waited::Changed(tid, status) => {
                    for (tid, status) in Self::with_all_others(world, tid, status)? {
                        world.fire_before(tid, status);
                        if !world.waits_for_woken(tid, status) {
                            change(world, tid, status)?;
                        }
                    }
                    Moved::Yes
                }
                _ => world.act_on_quiet(),
            },
        };
        if moved == Moved::Yes {
            self.something_moved();
        } else {
            self.looks_in_vain = self.looks_in_vain.saturating_add(1);
        }
        world.stop_for_the_woken();
        self.limits(world);
        Ok(())
    }

    fn something_moved(&mut self) {
        self.pause = self.patience;
        self.moved = Instant::now();
        self.looks_in_vain = 0;
    }

    /// For a program that stops so often that there is never a pause, in which limits would be looked at.
    pub(super) fn limits_now_and_then(&mut self, world: &mut World<'_>) {
        if self.limits_looked_at.elapsed() > self.limit_pause {
            self.limits(world);
        }
    }

    pub(super) fn limits(&mut self, world: &mut World<'_>) {
        if world.options.interrupt.load(Ordering::SeqCst) {
            world.end(Ended::Interrupted, None);
        }
        if self.began.elapsed() > world.options.real_limit && !self.is_kept_from_its_limit(world) {
            let elapsed = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            world.end_by_limit(LimitKind::RealTime, elapsed);
        }
        if let Some(most) = world.options.limits.cpu {
            let used = world.cpu().saturating_sub(world.cpu_at_start);
            if Duration::from_nanos(used) > most {
                world.end_by_limit(LimitKind::Cpu, used);
            }
        }
        if self.limits_looked_at.elapsed() > self.limit_pause {
            let began = Instant::now();
            Self::limit_of_watching(world);
            world.ended_for_want_of_memory();
            if let Some(used) = world.options.limits.memory.and_then(|most| world.memory_above(most)) {
                world.end_by_limit(LimitKind::Memory, used);
            }
            self.limits_looked_at = Instant::now();
            self.limit_pause = (began.elapsed() * PART_OF_LOOKING).clamp(LIMIT_LOOK, RAREST_LIMIT_LOOK);
        }
    }
}

impl Watch {
    /// Whether a run is still on its way to its limit of CPU time, which tells more than ours of real time: it computes, or
    /// has us compute, on a machine that gives it little.
    fn is_kept_from_its_limit(&self, world: &mut World<'_>) -> bool {
        let elapsed = self.began.elapsed();
        let options = world.options;
        if options.clock != ClockKind::Virtual
            || options.limits.cpu.is_none()
            || elapsed > options.real_limit * PATIENCE
        {
            return false;
        }
        let both = Duration::from_nanos(world.cpu().saturating_sub(world.cpu_at_start) + world.watching());
        both > elapsed / IDLE_PART
    }

    /// A program may keep us busy for ever and compute little itself: by timers, sleeps of a microsecond, signals and writes
    /// without end. What it makes us compute is its doing, too, above what any right program needs.
    fn limit_of_watching(world: &mut World<'_>) {
        let Some(most) = world.options.limits.cpu else { return };
        let both = world.cpu().saturating_sub(world.cpu_at_start) + world.watching();
        if Duration::from_nanos(both) > (most * WITH_WATCHING).max(LEAST_WITH_WATCHING) {
            world.end_by_limit(LimitKind::Cpu, both);
        }
    }
}

pub(super) fn wait_failed(cause: io::Error) -> TracerError {
    TracerError::System { operation: "wait for the program", tid: None, cause }
}

/// A thread vanished in the middle: the next wait tells of it.
pub(super) fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ESRCH | libc::EIO))
}

/// Acts on one change of one thread.
pub(super) fn change(world: &mut World<'_>, tid: i32, status: i32) -> Result<(), TracerError> {
    if world
        .saw_write(tid, status)
        .or_else(|error| if is_gone(&error) { Ok(false) } else { Err(wait_failed(error)) })?
    {
        return Ok(());
    }
    match Change::decode(status) {
        Change::Exited(code) => world.reaped(tid, crate::trace::ExitStatus::Code(code)),
        Change::Killed(signal) => world.reaped(tid, crate::trace::ExitStatus::Signal(signal)),
        Change::Stopped(status) => {
            world.counts.stops += 1;
            world.note_end_of_wait(tid);
            match stopped(world, tid, status) {
                Err(error) if is_gone(&error) => world.release(tid, Resume::Go(0)),
                Err(cause) => {
                    return Err(TracerError::System { operation: "follow a thread", tid: Some(tid), cause });
                }
                Ok(()) => {}
            }
        }
    }
    Ok(())
}

fn stopped(world: &mut World<'_>, tid: i32, status: i32) -> io::Result<()> {
    let Some(task) = world.tasks.get_mut(&tid) else { return world.stranger(tid, status) };
    let running = match std::mem::replace(&mut task.slot, Slot::Between) {
        Slot::Running(running) => running,
        // It was killed while we held it: this is its last stop.
        Slot::Stopped(_) | Slot::Between => Running::attached(tid),
    };
    task.manners.held = false;
    task.delivered = None;
    let (thread, stop) = running.stopped(status)?;
    task.slot = Slot::Stopped(thread);
    task.in_group_stop = stop == Stop::InGroup;
    if world.advanced_at.take() != Some(tid) {
        world.advance(Some(tid));
    }
    match stop {
        Stop::Call => calls::enter(world, tid),
        Stop::Return => calls::leave(world, tid),
        Stop::Made { child, vfork } => {
            world.made(tid, child, vfork);
            Ok(())
        }
        Stop::Exec { former } => match world.became(tid, former)? {
            Some(status) => change(world, tid, status).map_err(io::Error::other),
            None => Ok(()),
        },
        Stop::Exiting => {
            world.exiting(tid);
            Ok(())
        }
        Stop::InGroup => {
            world.release(tid, Resume::Listen);
            Ok(())
        }
        Stop::Asked => {
            world.mend_interrupted_call(tid)?;
            world.resume_as_before(tid);
            Ok(())
        }
        Stop::Signal(libc::SIGTRAP)
            if std::mem::take(&mut world.tasks.get_mut(&tid).expect("it stopped").stepping)
                || world.has_come_back(tid) =>
        {
            world.resume_as_before(tid);
            Ok(())
        }
        Stop::Signal(libc::SIGTRAP) if world.is_at_mark(tid) => {
            world.came_to_mark(tid);
            Ok(())
        }
        Stop::Signal(libc::SIGTRAP) if world.is_at_gate(tid) => {
            world.came_to_gate(tid);
            Ok(())
        }
        Stop::Signal(signal) => world.signalled(tid, signal),
    }
}
