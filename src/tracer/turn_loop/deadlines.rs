//! Time under a schedule: which deadlines fire, and in which order.

use super::settle::Settled;
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::trace::EventKind;
use crate::tracer::calls::Woken;
use crate::tracer::error::TracerError;
use crate::tracer::quiet::Moved;
use crate::tracer::regs::{Registers, negative};
use crate::tracer::task::Slot;
use crate::tracer::time::Pace;
use crate::tracer::tracee::Resume;
use crate::tracer::turns::{Idle, Turns};
use crate::tracer::world::{Due, World};

/// Deadlines this close to each other count as simultaneous.
const WINDOW: VirtualDuration = VirtualDuration::from_millis(20);
/// Deadlines this close to each other fire at once.
const TOGETHER: VirtualDuration = VirtualDuration::from_millis(1);

impl World<'_> {
    /// A thread gets the turn that stands before a wait whose time is up already: it does not begin to wait. To let it begin and ask it to
    /// stop would leave to chance which of the two comes first.
    pub(super) fn skip_wait(&mut self, tid: i32) {
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
    pub(super) fn pauses(&mut self) -> bool {
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
        for tid in self.turns.as_ref().map(Turns::waiting).unwrap_or_default() {
            self.note_forced(tid, EventKind::Held { ns: time.as_nanos() });
        }
        self.jumps.note(self.time.now(), until);
        self.time.jump(until);
        true
    }

    /// For long nobody has done anything but pass the time, and somebody's time has come: who ran last goes on for a while first. Time
    /// moves at stops alone, and who always makes its stops at the same places would otherwise find the others' times come at those places
    /// alone, such as where it holds a lock and looks at the clock while it tries another one.
    pub(super) fn goes_on_before_deadline(&mut self) -> Result<bool, TracerError> {
        let now = self.time.now();
        if self.deadlines.earliest().is_none_or(|due| due > now) {
            return Ok(false);
        }
        let Some((tid, instructions)) = self.turns.as_mut().and_then(Turns::goes_on_before_deadline) else {
            return Ok(false);
        };
        self.mend_torn(tid);
        match instructions {
            Some(instructions) => self.walk_on(tid, instructions)?,
            None => self.let_go(tid, Resume::Go(0)),
        }
        Ok(true)
    }

    /// Fires all that is due; whether something was.
    pub(super) fn fire_due(&mut self) -> bool {
        let now = self.time.now();
        let due: Vec<_> = std::iter::from_fn(|| self.deadlines.take_due(now)).collect();
        let any = !due.is_empty();
        if let Some(turns) = &mut self.turns {
            turns.unsettled |= any;
            if any {
                turns.end_spins();
                turns.fired();
            }
        }
        for (key, due) in due {
            self.fire(due, key.at());
        }
        any
    }

    /// Nobody can go on: time moves to a deadline.
    pub(super) fn quiet_in_turns(&mut self) -> Moved {
        let looks_again = self.let_all_arrive();
        if let Some(turns) = &mut self.turns {
            turns.unsettled = true;
            turns.sleepers.doubt(if looks_again { Woken::Anybody } else { Woken::Nobody });
        }
        if looks_again && self.settle() != Settled::Yes {
            return Moved::Yes;
        }
        // What the kernel will still bring by its own timers comes before any deadline.
        if self.time.pace() == Pace::Virtual && !self.segments.under_way {
            self.choose_deadline();
        }
        self.act_on_quiet()
    }

    /// Of the deadlines that lie close together any may come first.
    pub(super) fn choose_deadline(&mut self) {
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
        if let Some(turns) = &mut self.turns {
            turns.let_wait(until.since(first));
        }
        self.jumps.note(self.time.now(), until);
        self.time.jump(until);
    }

    /// Whether somebody waits for a time all along while the program does nothing else: what others poll for may come with it.
    pub(in crate::tracer) fn waits_since_before(&self, idle: Idle) -> bool {
        let of_the_program = |due: &Due| !matches!(due, Due::TimeLimit | Due::Linger);
        self.deadlines.iter().any(|(key, due)| of_the_program(due) && !idle.has_set(key))
    }

    /// Whether a time or somebody outside may end what the program waits for.
    pub(super) fn may_be_woken(&self) -> bool {
        self.anyone_waits_for_time() || self.network || self.streams.has_outside_input()
    }
}
