//! Deadlines that are due: wakes sleepers, sends the signals of timers, makes timer files readable.

use super::quiet::Moved;
use super::task::{Pending, Slot};
use super::time::Pace;
use super::world::{Due, World};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::trace::{Ended, LimitKind};

/// Beside running threads a deadline fires this much late at most. Two that lie close together then fire one after the
/// other, each when the one before has gone to sleep again: the order of what they do does not depend on luck.
pub(super) const GRACE: VirtualDuration = VirtualDuration::from_millis(2);

impl World<'_> {
    /// Fires what is due although something runs.
    pub(super) fn fire_overdue(&mut self) -> Moved {
        let now = match self.time.pace() {
            Pace::Real => self.time.now(),
            Pace::Virtual => VirtualInstant::from_nanos(self.time.now().as_nanos().saturating_sub(GRACE.as_nanos())),
        };
        let mut moved = Moved::No;
        // Timers set themselves anew: what they set is not fired in the same round.
        let due: Vec<_> = std::iter::from_fn(|| self.deadlines.take_due(now)).collect();
        for (key, due) in due {
            self.fire(due, key.at());
            if let Due::Wait(tid) = due {
                self.let_woken_first(tid);
            }
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
        }
    }

    pub(super) fn fire(&mut self, due: Due, at: VirtualInstant) {
        match due {
            Due::Wait(tid) => {
                if let Some(survey) = &mut self.survey {
                    survey.waited_in_vain(tid);
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
