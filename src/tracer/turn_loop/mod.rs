//! The loop of a run under a schedule: settle, choose, let one thread go on.

mod deadlines;
mod holder;
mod settle;

use std::time::{Duration, Instant};

use self::settle::Settled;
use super::error::TracerError;
use super::procfs::State;
use super::quiet::Moved;
use super::spin::FirstLook;
use super::task::{Pending, Slot, WaitKind};
use super::tracee::{Resume, Running};
use super::watch::{Watch, change, is_gone, wait_failed};
use super::world::{Due, World};
use crate::sys::tick::Tick;
use crate::sys::wait::{self, Waited};
use crate::trace::{Ended, EventKind};

/// After so many turns in which a program only passed the time a survey has seen what there is to see.
const TURNS_OF_A_SURVEY: u64 = 5_000;
/// How long after a turn began we look for the first time whether the thread sleeps, where it mostly did.
const FIRST_LOOK: Duration = Duration::from_micros(40);
/// How late at the most, where it mostly still ran: a look takes the processor from it.
const FIRST_LOOK_IN_VAIN: Duration = Duration::from_micros(640);
/// The longest pause between two looks.
const LAST_LOOK: Duration = Duration::from_millis(2);
/// The pause between two looks at a thread that makes single steps.
const STEPPING_LOOK: Duration = Duration::from_micros(500);
/// A thread that runs without having the turn is asked to stop after this long.
const PATIENCE: Duration = Duration::from_millis(50);

impl Watch {
    /// Goes on until the run must end, or `until` holds.
    pub(super) fn follow_in_turns(
        &mut self,
        world: &mut World<'_>,
        until: impl Fn(&World<'_>) -> bool,
    ) -> Result<(), TracerError> {
        let mut unsettled: Option<Instant> = None;
        // Whether somebody was let go on, or stopped, since we last waited.
        let mut moved = true;
        while world.ending.is_none() && !until(world) {
            if world.has_begun() && world.nobody_has_the_turn() {
                match world.settle() {
                    Settled::NotYet => {
                        if unsettled.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                            unsettled = None;
                            world.ask_all_to_stop();
                        }
                    }
                    Settled::Arrived => {
                        unsettled = None;
                        world.take_up_arrived()?;
                        moved = true;
                        continue;
                    }
                    Settled::Yes => {
                        unsettled = None;
                        if world.next_turn(&self.tick)? == Moved::Yes {
                            self.pause = self.first_look(world);
                            moved = true;
                            continue;
                        }
                    }
                }
            }
            let waited = self.wait_in_turns(world, std::mem::take(&mut moved))?;
            match waited {
                Waited::Changed(tid, status) => {
                    world.arrive(tid, status)?;
                    self.pause = self.first_look(world);
                    moved = true;
                    self.limits_now_and_then(world);
                    continue;
                }
                Waited::NoneLeft => return Ok(()),
                Waited::Nothing | Waited::Interrupted => {}
            }
            self.pause = (self.pause * 2).min(LAST_LOOK);
            if world.streams.feed() {
                self.pause = FIRST_LOOK;
            }
            world.advance(None);
            if !world.nobody_has_the_turn() {
                world.look_at_holder();
                if world.nobody_has_the_turn() {
                    self.patience = (self.patience / 4).max(FIRST_LOOK);
                } else if world.tasks.len() == 1 {
                    self.patience = (self.patience * 2).min(FIRST_LOOK_IN_VAIN);
                }
            }
            self.limits(world);
        }
        Ok(())
    }

    /// Waits for a stop, or until there is something to look at. What has just been let go on gets our processor first.
    fn wait_in_turns(&mut self, world: &mut World<'_>, moved: bool) -> Result<Waited, TracerError> {
        if moved && let Some(waited) = self.yields.give_way().map_err(wait_failed)? {
            if waited != Waited::Nothing {
                return Ok(waited);
            }
            // Who was on its way to a stop, or to a sleep, has come there by now, or is looked for by the next wait.
            if world.nobody_has_the_turn() || world.holder_sleeps() {
                return Ok(Waited::Nothing);
            }
            self.yields.failed();
        }
        self.tick.within(self.pause).map_err(wait_failed)?;
        wait::any(true).map_err(wait_failed)
    }

    /// When the thread that has the turn is looked at first. Only one that is alone may be left to itself for long: nobody waits
    /// for what it does.
    fn first_look(&self, world: &World<'_>) -> Duration {
        if world.tasks.len() == 1 && !world.nobody_has_the_turn() { self.patience } else { FIRST_LOOK }
    }
}

impl World<'_> {
    fn nobody_has_the_turn(&self) -> bool {
        self.turns.as_ref().is_some_and(|turns| turns.holder.is_none())
    }

    /// A thread stopped, or is gone.
    pub(super) fn arrive(&mut self, tid: i32, status: i32) -> Result<(), TracerError> {
        if self
            .saw_write(tid, status)
            .or_else(|error| if is_gone(&error) { Ok(false) } else { Err(wait_failed(error)) })?
        {
            return Ok(());
        }
        let Some(turns) = &mut self.turns else { return Ok(()) };
        if status >> 16 == libc::PTRACE_EVENT_STOP
            && turns.has_turn(tid)
            && let Some(task) = self.tasks.get_mut(&tid)
            && std::mem::take(&mut task.is_looked_for)
            && libc::WSTOPSIG(status) == libc::SIGTRAP
            && let Slot::Running(running) = std::mem::replace(&mut task.slot, Slot::Between)
        {
            let gone = |cause| TracerError::System { operation: "look at a thread", tid: Some(tid), cause };
            task.slot = Slot::Stopped(running.stopped(status).map_err(gone)?.0);
            return self.look_for_spin(tid, FirstLook::InItsTurn);
        }
        if turns.waits(tid) {
            // It was killed where it waited.
            turns.left(tid);
            if let Some(task) = self.tasks.get_mut(&tid) {
                task.slot = Slot::Running(Running::attached(tid));
            }
        }
        self.stir(tid, status);
        let Some(turns) = &mut self.turns else { return Ok(()) };
        if self.started.is_none() && self.fixture.is_none() {
            return self.take_up(tid, status);
        }
        if turns.puts_aside(tid) {
            turns.put_aside(tid, status);
            return Ok(());
        }
        self.take_up(tid, status)
    }

    /// What a stop means for a thread that has the turn, or whose time it is to be asked.
    fn take_up(&mut self, tid: i32, status: i32) -> Result<(), TracerError> {
        change(self, tid, status)?;
        match self.turns.as_mut().and_then(|turns| turns.walks.take()) {
            Some((tid, preemption)) => self.step_through(tid, preemption),
            None => Ok(()),
        }
    }

    fn take_up_arrived(&mut self) -> Result<(), TracerError> {
        let arrived = self.turns.as_mut().map(super::turns::Turns::take_arrived).unwrap_or_default();
        for (tid, status) in arrived {
            if let Some(turns) = &mut self.turns {
                turns.sleepers.remove(tid);
            }
            self.take_up(tid, status)?;
        }
        Ok(())
    }

    /// All have settled: time moves on by a step, what is due fires, and somebody gets the turn.
    fn next_turn(&mut self, tick: &Tick) -> Result<Moved, TracerError> {
        let Some(turns) = &mut self.turns else { return Ok(Moved::No) };
        let most = if self.survey.is_some() { TURNS_OF_A_SURVEY } else { self.options.idle_turns };
        turns.idle.next_turn(self.record.deeds(), self.deadlines.set_so_far(), most);
        let idle = turns.idle;
        if idle.turns > most {
            if self.survey.is_some() || !self.waits_since_before(idle) {
                self.end(Ended::NoProgress, None);
                return Ok(Moved::Yes);
            }
            if let Some(turns) = &mut self.turns {
                turns.idle.turns = 0;
            }
        }
        let Some(turns) = &mut self.turns else { return Ok(Moved::No) };
        let step = turns.step();
        self.time.move_on(step);
        for (tid, time) in turns.take_holds() {
            self.deadlines.set(self.time.now().saturating_add(time), Due::Held(tid));
            self.note_forced(tid, EventKind::Held { ns: time.as_nanos() });
        }
        if self.goes_on_before_deadline()? {
            return Ok(Moved::Yes);
        }
        if self.fire_due() {
            return Ok(Moved::Yes);
        }
        if self.pauses() {
            return Ok(Moved::Yes);
        }
        let Some((tid, how)) = self.turns.as_mut().and_then(super::turns::Turns::give) else {
            if self.turns.as_ref().is_some_and(super::turns::Turns::somebody_spins) && !self.may_be_woken() {
                self.only_spinners_are_left()?;
                return Ok(Moved::Yes);
            }
            return Ok(self.quiet_in_turns());
        };
        self.note_first();
        if how == Resume::Go(0) && self.turns.as_ref().is_some_and(|turns| turns.is_looked_at_first(tid)) {
            tick.start(STEPPING_LOOK, STEPPING_LOOK).map_err(wait_failed)?;
            self.look_for_spin(tid, FirstLook::BeforeItsTurn)?;
            return Ok(Moved::Yes);
        }
        self.survey_shared(tid);
        self.count_cpu(tid, step);
        self.mend_torn(tid);
        self.mark(tid);
        if how == Resume::Go(0) && self.is_surveyed(tid) {
            tick.start(STEPPING_LOOK, STEPPING_LOOK).map_err(wait_failed)?;
            self.survey(tid)?;
            return Ok(Moved::Yes);
        }
        if how == Resume::Go(0)
            && self.preemption_matters(tid)
            && !self.is_interpreted(tid)
            && let Some(preemption) = self.turns.as_mut().and_then(super::turns::Turns::preemption)
        {
            // A tick that comes as often as while all settle would leave the thread no time for its steps.
            tick.start(STEPPING_LOOK, STEPPING_LOOK).map_err(wait_failed)?;
            self.step_through(tid, preemption)?;
            return Ok(Moved::Yes);
        }
        self.skip_wait(tid);
        self.let_go(tid, how);
        Ok(Moved::Yes)
    }

    /// A choice left the natural way.
    fn note_first(&mut self) {
        let Some((first, instead)) = self.turns.as_mut().and_then(super::turns::Turns::take_first) else { return };
        let instead = instead.map(|tid| self.record.name(tid));
        self.note_forced(first, EventKind::First { instead });
    }

    /// Notes what the schedule did, where it was given as single switches: under a seed there are hundreds.
    pub(super) fn note_forced(&mut self, tid: i32, kind: EventKind) {
        if self.options.switches.is_some()
            && let Some(pid) = self.tasks.get(&tid).map(|task| task.pid)
        {
            self.note(pid, tid, kind);
        }
    }

    /// Threads that run without having the turn (they woke from a call that was not watched) are asked to stop.
    fn ask_all_to_stop(&mut self) {
        let Some(turns) = &self.turns else { return };
        for task in self.tasks.values_mut().filter(|task| !turns.waits(task.tid) && !turns.is_put_aside(task.tid)) {
            if task.procfs.state() == State::Runs
                && let Slot::Running(running) = &task.slot
            {
                running.interrupt();
            }
        }
    }

    /// A thread stopped and is to go on: under a schedule it waits for its turn.
    pub(super) fn queue(&mut self, tid: i32, how: Resume) {
        let gives_way = self.gives_way_in_survey();
        let Some(task) = self.tasks.get(&tid) else { return };
        let alone = self.tasks.len() == 1 && self.strangers.is_empty();
        let due = self.deadlines.earliest().is_some_and(|due| due <= self.time.now());
        let Some(turns) = &mut self.turns else { return };
        // A pure sleep is sure to block, and a group-stop is no choice.
        let sleeps = matches!(&task.pending, Some(Pending::Wait(wait)) if !wait.firing && matches!(wait.kind, WaitKind::Sleep { .. }));
        if (sleeps && how == Resume::UntilReturn) || how == Resume::Listen {
            if turns.has_turn(tid) {
                turns.end_turn();
            }
            self.let_go(tid, how);
        } else if alone && turns.has_turn(tid) && !due {
            if let Some(holder) = &mut turns.holder {
                holder.cpu_before = None;
                holder.grains = 0;
                holder.asked = false;
                holder.looked_at = false;
            }
            let step = turns.step();
            self.time.move_on(step);
            self.count_cpu(tid, step);
            self.renew_grant(tid);
            self.let_go(tid, how);
        } else {
            if gives_way || turns.holder.is_some_and(|holder| holder.tid == tid && holder.asked) {
                turns.tire(tid);
            }
            turns.queue(tid, how);
        }
    }
}
