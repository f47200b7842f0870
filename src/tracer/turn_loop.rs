//! The loop of a run under a schedule: settle, choose, let one thread go on.

use std::time::{Duration, Instant};

use super::error::TracerError;
use super::procfs::State;
use super::quiet::Moved;
use super::regs::{Registers, negative};
use super::stop::Change;
use super::task::{Pending, Slot, WaitKind};
use super::time::Pace;
use super::tracee::{Resume, Running};
use super::watch::{Watch, change, is_gone, wait_failed};
use super::world::{Due, World};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::sys::tick::Tick;
use crate::sys::wait::{self, Waited};
use crate::trace::{Ended, EventKind};

/// Computing is counted in whole grains of this much CPU time.
const GRAIN: Duration = Duration::from_millis(10);
/// After so many grains without a stop, others may go on.
const GRAINS_A_TURN: u64 = 3;
/// Deadlines this close to each other count as simultaneous.
const WINDOW: VirtualDuration = VirtualDuration::from_millis(20);
/// Deadlines this close to each other fire at once.
const TOGETHER: VirtualDuration = VirtualDuration::from_millis(1);
/// A program that was given so many turns in a row and did nothing but wait for a moment now and then gets nowhere.
const TURNS_WITHOUT_PROGRESS: u64 = 200_000;
/// How long after a turn began we look for the first time whether the thread sleeps.
const FIRST_LOOK: Duration = Duration::from_micros(40);
/// The longest pause between two looks.
const LAST_LOOK: Duration = Duration::from_millis(2);
/// The pause between two looks at a thread that makes single steps.
const STEPPING_LOOK: Duration = Duration::from_micros(200);
/// A thread that runs without having the turn is asked to stop after this long.
const PATIENCE: Duration = Duration::from_millis(50);

/// What is known before a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    /// Somebody is on the way to a stop.
    NotYet,
    /// Stops were put aside and are to be taken up.
    Arrived,
    /// Every thread waits at a stop or sleeps.
    Yes,
}

impl Watch {
    /// Goes on until the run must end, or `until` holds.
    pub(super) fn follow_in_turns(
        &mut self,
        world: &mut World<'_>,
        until: impl Fn(&World<'_>) -> bool,
    ) -> Result<(), TracerError> {
        let mut unsettled: Option<Instant> = None;
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
                        continue;
                    }
                    Settled::Yes => {
                        unsettled = None;
                        if world.next_turn(&self.tick)? == Moved::Yes {
                            self.pause = FIRST_LOOK;
                            continue;
                        }
                    }
                }
            }
            self.tick.within(self.pause).map_err(wait_failed)?;
            match wait::any(true).map_err(wait_failed)? {
                Waited::Changed(tid, status) => {
                    self.pause = FIRST_LOOK;
                    world.arrive(tid, status)?;
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
            world.look_at_holder();
            self.limits(world);
        }
        Ok(())
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
            return self.look_for_spin(tid);
        }
        if turns.waits(tid) {
            // It was killed where it waited.
            turns.left(tid);
            if let Some(task) = self.tasks.get_mut(&tid) {
                task.slot = Slot::Running(Running::attached(tid));
            }
        }
        let stopped = matches!(Change::decode(status), Change::Stopped(_));
        let ends = !stopped || matches!(status >> 16, libc::PTRACE_EVENT_EXIT | libc::PTRACE_EVENT_EXEC);
        turns.killed |= ends;
        // From one entry of a call to the next nobody else can have been woken: what wakes is a call, and its return a stop.
        let harmless = status >> 16 == libc::PTRACE_EVENT_SECCOMP && turns.has_turn(tid);
        turns.unsettled |= !harmless || self.network || self.time.pace() == Pace::Real;
        if self.started.is_none() && self.fixture.is_none() {
            return change(self, tid, status);
        }
        if turns.puts_aside(tid) {
            turns.put_aside(tid, status);
            return Ok(());
        }
        change(self, tid, status)
    }

    fn take_up_arrived(&mut self) -> Result<(), TracerError> {
        let arrived = self.turns.as_mut().map(super::turns::Turns::take_arrived).unwrap_or_default();
        for (tid, status) in arrived {
            change(self, tid, status)?;
        }
        Ok(())
    }

    /// Whether every thread waits at a stop or sleeps.
    fn settle(&mut self) -> Settled {
        let Some(turns) = &mut self.turns else { return Settled::Yes };
        if !turns.unsettled {
            return Settled::Yes;
        }
        if std::mem::take(&mut turns.killed) {
            for tid in turns.waiting() {
                let Some(task) = self.tasks.get_mut(&tid) else { continue };
                if task.procfs.state() != State::Stopped {
                    turns.left(tid);
                    task.slot = Slot::Running(Running::attached(tid));
                }
            }
        }
        let mut arrived = false;
        // A process's first thread is told of last: it stays while others of the process live.
        let has_others = |pid| self.processes.get(&pid).is_some_and(|process| process.threads > 1);
        for task in self.tasks.values_mut() {
            if turns.waits(task.tid) {
                continue;
            }
            if turns.is_put_aside(task.tid) {
                arrived = true;
                continue;
            }
            if let Some(wait) = task.wait()
                && wait.firing
            {
                return Settled::NotYet;
            }
            match task.procfs.state() {
                State::Asleep => {
                    let slices = task.procfs.ran().map_or(0, |(_, slices)| slices);
                    if turns.asleep.get(&task.tid) != Some(&slices) {
                        if !task.procfs.is_off_cpu() {
                            return Settled::NotYet;
                        }
                        turns.asleep.insert(task.tid, slices);
                    }
                }
                State::Dead if task.tid == task.pid && has_others(task.pid) => {}
                State::Uninterruptible if task.vfork.is_some() => {}
                State::Stopped if task.in_group_stop => {}
                State::Dead | State::Uninterruptible | State::Stopped | State::Runs => return Settled::NotYet,
            }
        }
        if arrived {
            return Settled::Arrived;
        }
        turns.unsettled = false;
        Settled::Yes
    }

    /// All have settled: time moves on by a step, what is due fires, and somebody gets the turn.
    fn next_turn(&mut self, tick: &Tick) -> Result<Moved, TracerError> {
        let Some(turns) = &mut self.turns else { return Ok(Moved::No) };
        let deeds = self.record.deeds();
        turns.idle = if turns.idle.1 == deeds { (turns.idle.0 + 1, deeds) } else { (0, deeds) };
        if turns.idle.0 > TURNS_WITHOUT_PROGRESS {
            self.end(Ended::NoProgress, None);
            return Ok(Moved::Yes);
        }
        let step = turns.step();
        self.time.move_on(step);
        for (tid, time) in turns.take_holds() {
            self.deadlines.set(self.time.now().saturating_add(time), Due::Held(tid));
            self.note_forced(tid, EventKind::Held { ns: time.as_nanos() });
        }
        if self.fire_due() {
            return Ok(Moved::Yes);
        }
        if self.pauses() {
            return Ok(Moved::Yes);
        }
        let Some((tid, how)) = self.turns.as_mut().and_then(super::turns::Turns::give) else {
            if self.turns.as_ref().is_some_and(super::turns::Turns::somebody_spins) && !self.may_be_woken() {
                if self.turns.as_mut().is_some_and(super::turns::Turns::only_spin) {
                    self.end(Ended::NoProgress, None);
                }
                return Ok(Moved::Yes);
            }
            return Ok(self.quiet_in_turns());
        };
        self.note_first();
        self.count_cpu(tid, step);
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

    /// A thread gets the turn that stands before a wait whose time is up already: it does not begin to wait. To let it begin and ask it to
    /// stop would leave to chance which of the two comes first.
    fn skip_wait(&mut self, tid: i32) {
        let Some(task) = self.tasks.get(&tid).filter(|task| task.wait().is_some_and(|wait| wait.firing)) else {
            return;
        };
        let Slot::Stopped(stopped) = &task.slot else { return };
        // A thread that was killed where it stood is told of by a wait.
        if let Ok(mut registers) = stopped.registers() {
            registers.answer(negative(libc::EINTR));
            let _ = stopped.set_registers(&registers);
        }
    }

    /// Whether all that could go on are held back until somebody's wait is over: time has moved there, then.
    fn pauses(&mut self) -> bool {
        let now = self.time.now();
        let Some(turns) = &self.turns else { return false };
        let waits = |due: &Due| matches!(due, Due::Wait(tid) if !turns.waits(*tid));
        let waits = self.deadlines.iter().find(|(_, due)| waits(due)).map(|(key, _)| key.at());
        let Some(until) = waits.filter(|at| *at > now && *at <= now.saturating_add(WINDOW)) else { return false };
        let time = until.since(now);
        let wanted = self.survey.is_some();
        if self.time.pace() != Pace::Virtual || !self.turns.as_mut().is_some_and(|turns| turns.pause(time, wanted)) {
            return false;
        }
        for tid in self.turns.as_ref().map(super::turns::Turns::waiting).unwrap_or_default() {
            self.note_forced(tid, EventKind::Held { ns: time.as_nanos() });
        }
        self.time.jump(until);
        true
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

    /// Fires all that is due; whether something was.
    fn fire_due(&mut self) -> bool {
        let now = self.time.now();
        let due: Vec<_> = std::iter::from_fn(|| self.deadlines.take_due(now)).collect();
        let any = !due.is_empty();
        if let Some(turns) = &mut self.turns {
            turns.unsettled |= any;
            if any {
                turns.end_spins();
            }
        }
        for (key, due) in due {
            self.fire(due, key.at());
        }
        any
    }

    /// Nobody can go on: time moves to a deadline.
    fn quiet_in_turns(&mut self) -> Moved {
        if let Some(turns) = &mut self.turns {
            turns.unsettled = true;
        }
        if self.let_all_arrive() && self.settle() != Settled::Yes {
            return Moved::Yes;
        }
        if self.time.pace() == Pace::Virtual {
            self.choose_deadline();
        }
        self.act_on_quiet()
    }

    /// Of the deadlines that lie close together any may come first.
    fn choose_deadline(&mut self) {
        let others = |due: &Due| matches!(due, Due::TimeLimit | Due::Linger);
        let Some(first) = self.deadlines.iter().find(|(_, due)| !others(due)).map(|(key, _)| key.at()) else { return };
        let last = first.saturating_add(WINDOW);
        let sleepers: Vec<(i32, VirtualDuration, VirtualInstant)> = self
            .deadlines
            .iter()
            .take_while(|(key, due)| key.at() <= last && !matches!(due, Due::TimeLimit))
            .filter_map(|(key, due)| match due {
                Due::Wait(tid) | Due::Held(tid) => Some((*tid, key.at().since(first), key.at())),
                _ => None,
            })
            .collect();
        let late: Vec<(i32, VirtualDuration)> = sleepers.iter().map(|(tid, late, _)| (*tid, *late)).collect();
        let chosen = self.turns.as_mut().and_then(|turns| turns.choose_sleeper(&late));
        self.note_first();
        let at = sleepers.iter().find(|(tid, _, _)| Some(*tid) == chosen).map_or(first, |(_, _, at)| *at);
        // Whoever is due at nearly the same time wakes with it: the few microseconds between them are our own invention.
        let together = at.saturating_add(TOGETHER);
        let last = sleepers.iter().map(|(_, _, at)| *at).filter(|at| *at <= together).max();
        let until = last.unwrap_or(at);
        self.note_waits(until);
        self.time.jump(until);
    }

    /// The thread that has the turn made no stop for a while: it may sleep, be gone, or compute.
    fn look_at_holder(&mut self) {
        // Where nobody waits for its turn or for the time, how long a computation took changes nothing, and is not
        // counted: how many grains it were does not repeat on a busy machine.
        let matters = self.turns.as_ref().is_some_and(|turns| turns.others_are_ready() || self.anyone_waits_for_time());
        let Some(turns) = &mut self.turns else { return };
        let Some(holder) = &mut turns.holder else { return };
        let Some(task) = self.tasks.get_mut(&holder.tid) else {
            turns.end_turn();
            turns.unsettled = true;
            return;
        };
        let sleeps = match task.procfs.state() {
            State::Asleep => task.procfs.is_off_cpu(),
            State::Dead => true,
            State::Uninterruptible => task.vfork.is_some(),
            State::Stopped => task.in_group_stop,
            State::Runs => false,
        };
        if sleeps {
            turns.end_turn();
            turns.unsettled = true;
            return;
        }
        let Some((cpu, _)) = task.procfs.ran() else { return };
        let used = Duration::from_nanos(cpu.saturating_sub(*holder.cpu_before.get_or_insert(cpu)));
        if used >= super::spin::FIRST_LOOK && !holder.looked_at {
            holder.looked_at = true;
            task.long_turns += 1;
            // One that computes long is looked at ever less often.
            if task.long_turns.is_power_of_two()
                && let Slot::Running(running) = &task.slot
            {
                task.is_looked_for = true;
                running.interrupt();
            }
        }
        if !matters {
            turns.idle.0 = 0;
            return;
        }
        let mut grains = 0;
        while used >= GRAIN * u32::try_from(holder.grains + 1).unwrap_or(u32::MAX) {
            holder.grains += 1;
            grains += 1;
            turns.idle.0 = 0;
            self.time.move_on(VirtualDuration::from_nanos(u64::try_from(GRAIN.as_nanos()).unwrap_or_default()));
        }
        if holder.grains >= GRAINS_A_TURN && !holder.asked {
            holder.asked = true;
            if let Slot::Running(running) = &task.slot {
                running.interrupt();
            }
        }
        let tid = holder.tid;
        for _ in 0..grains {
            self.count_cpu(tid, VirtualDuration::from_nanos(u64::try_from(GRAIN.as_nanos()).unwrap_or_default()));
        }
    }

    /// Whether a time or somebody outside may end what the program waits for.
    fn may_be_woken(&self) -> bool {
        self.anyone_waits_for_time() || self.network || self.streams.has_outside_input()
    }

    /// Whether a deadline is set that is the program's own.
    fn anyone_waits_for_time(&self) -> bool {
        self.deadlines.iter().any(|(_, due)| !matches!(due, Due::TimeLimit | Due::Linger))
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
            self.let_go(tid, how);
        } else {
            if turns.holder.is_some_and(|holder| holder.tid == tid && holder.asked) {
                turns.tire(tid);
            }
            turns.queue(tid, how);
        }
    }
}
