//! Deadlines that are due: wakes sleepers, sends the signals of timers, makes timer files readable.

use super::calls::Woken;
use super::quiet::Moved;
use super::task::{Pending, Slot};
use super::world::{Due, World};
use crate::clock::VirtualInstant;
use crate::trace::{Ended, LimitKind};

impl World<'_> {
    /// Fires what is due although something runs. Of threads one at a time: the next when the one before has had its turn.
    pub(super) fn fire_overdue(&mut self) -> Moved {
        let now = self.time.now();
        let mut moved = Moved::No;
        // Timers set themselves anew: what they set is not fired in the same round.
        let mut due = Vec::new();
        while !self.somebody_is_due() {
            let Some((key, one)) = self.deadlines.take_due(now) else { break };
            match one {
                Due::Wait(tid) => {
                    self.fire(one, key.at());
                    self.let_woken_first(tid);
                    moved = Moved::Yes;
                }
                _ => due.push((key, one)),
            }
        }
        for (key, one) in due {
            self.fire(one, key.at());
            moved = Moved::Yes;
        }
        if moved == Moved::Yes {
            self.end_grant();
            self.grants.make_room(self.time.now());
        }
        moved
    }

    /// Fires the earliest deadline, when it is due.
    pub(super) fn fire_first(&mut self) {
        if let Some((key, due)) = self.deadlines.take_due(self.time.now()) {
            self.fire(due, key.at());
            if let Due::Wait(tid) = due
                && self.others_wake_soon()
            {
                self.let_woken_first(tid);
            }
        }
    }

    pub(super) fn fire(&mut self, due: Due, at: VirtualInstant) {
        if let Some(turns) = &mut self.turns
            && matches!(due, Due::IntervalTimer(_) | Due::PosixTimer(..) | Due::TimerFile(_))
        {
            turns.sleepers.doubt(Woken::Anybody);
        }
        if let Due::IntervalTimer(pid) | Due::PosixTimer(pid, _) = due {
            self.timer_fired = Some((pid, at));
        }
        match due {
            Due::Wait(tid) => {
                self.note_vain_wait(tid);
                if let Some(turns) = &mut self.turns {
                    turns.time_has_come(tid);
                }
                self.end_wait(tid);
            }
            Due::Held(tid) => {
                if let Some(turns) = &mut self.turns {
                    turns.end_hold(tid);
                }
            }
            Due::IntervalTimer(pid) => self.interval_timer_expired(pid, at),
            Due::PosixTimer(pid, id) => self.posix_timer_expired(pid, id, at),
            Due::TimerFile(number) => self.timer_file_expired(number, at),
            Due::Unhold(tid) => self.unhold(tid),
            Due::TimeLimit => self.end_by_limit(LimitKind::Time, at.as_nanos()),
            Due::Linger => self.end(Ended::Exit, None),
        }
    }

    /// The time of a wait is up: the thread is asked to stop, which ends its call.
    fn end_wait(&mut self, tid: i32) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let Some(Pending::Wait(wait)) = &mut task.pending else { return };
        self.timed_out_since_held = true;
        wait.firing = true;
        wait.key = None;
        if let Slot::Running(running) = &task.slot {
            running.interrupt();
        }
    }
}
