//! Marked instructions: where a schedule may preempt a thread at full speed between its stops.
//!
//! The processor's debug registers watch up to four of them, and a thread that comes to one stops. So a race on plain memory
//! costs a stop for each access in question, and not one for each instruction; and the same accesses come in the same order
//! in each run of the schedule.
//!
//! An interpreter with one lock for all of its threads is marked elsewhere: at the word that its threads read wherever they may be
//! asked to give the lock away. There they stop, and who waits for the lock asks for it while they are held.

use super::regs::Places;
use super::task::Slot;
use super::tracee::Resume;
use super::world::World;
use crate::sys::ptrace;

/// `si_code` of a SIGTRAP by a debug register.
const TRAP_HWBKPT: i32 = 4;

impl World<'_> {
    /// A thread gets the turn: from now on it stops at the marks, if it did not before. Only the first program's code is known, so
    /// children that become others have none.
    pub(super) fn mark(&mut self, tid: i32) {
        // Where nobody else could go on, its turn is over before anybody can.
        let matters = self.preemption_matters(tid);
        let are = if self.is_interpreted(tid) { Places::Words } else { Places::Instructions };
        let (Some(turns), Some(task)) = (&self.turns, self.tasks.get_mut(&tid)) else { return };
        let marks = if matters && task.pid == self.root { turns.marks() } else { &[] };
        if self.survey.is_none()
            && task.breakpoints != marks.len()
            && let Slot::Stopped(stopped) = &task.slot
            && stopped.set_breakpoints(marks, are).is_ok()
        {
            task.breakpoints = marks.len();
        }
    }

    /// Whether a thread that stopped by a SIGTRAP came to a mark.
    pub(super) fn is_at_mark(&self, tid: i32) -> bool {
        // It may be told of one after the turn in which it came there.
        self.turns.as_ref().is_some_and(super::turns::Turns::has_marks)
            && ptrace::signal_info(tid).is_ok_and(|info| info.code() == TRAP_HWBKPT)
    }

    /// A thread came to a mark: it goes on, or is preempted.
    pub(super) fn came_to_mark(&mut self, tid: i32) {
        let matters = self.preemption_matters(tid);
        let preemption =
            self.turns.as_mut().filter(|turns| turns.has_turn(tid)).and_then(|turns| turns.came_to_mark(matters));
        match preemption {
            Some(preemption) => self.preempt(tid, preemption),
            None if self.turns.as_ref().is_some_and(|turns| turns.has_turn(tid)) => {
                self.mark(tid);
                self.let_go(tid, Resume::Go(0));
            }
            None => self.release(tid, Resume::Go(0)),
        }
    }
}
