//! Who was ended for want of memory, and whose that was: by the run's control group, where it is one.
//!
//! The group's limit stands behind the one that is counted in `/proc`. It is met by what is too quick for that, and by memory
//! that no process holds. When it is the machine that has none left, or a group around ours, nobody is to blame whom we judge.
//! Without a group only the machine's own count of those whom it has ended is known: then what the run itself used decides.

use std::io;

use super::error::TracerError;
use super::world::World;
use crate::sandbox::{MachineMemory, OutOfMemory};
use crate::sys::ptrace;
use crate::trace::{Ended, LimitKind};

/// How a process that `SIGKILL` ends says so, in the low bits of its status (wait(2)).
const KILLED: u64 = libc::SIGKILL.unsigned_abs() as u64;

impl World<'_> {
    /// Whether the kernel has ended a process of the program for want of memory. The run is over then.
    pub(super) fn ended_for_want_of_memory(&mut self) -> bool {
        let Some(group) = &self.group else { return false };
        let most = group.most_memory();
        match group.out_of_memory() {
            Some(OutOfMemory::OfTheGroup) => self.end_by_limit(LimitKind::Memory, most),
            // When a limit was passed before, that is what it ended by.
            Some(OutOfMemory::OfTheMachine) if self.ending.is_none() => {
                self.starved = true;
                self.end(Ended::Interrupted, None);
            }
            Some(OutOfMemory::OfTheMachine) => {}
            None => return false,
        }
        true
    }

    /// A process is about to end: where no group tells, whether the machine has ended it for want of memory. It still holds all
    /// that it held.
    pub(super) fn look_for_want_of_memory(&mut self, pid: i32) {
        let killed = || ptrace::event_message(pid).is_ok_and(|status| status & 0x7f == KILLED);
        let has_ended_somebody = || self.machine_memory.is_some_and(MachineMemory::has_ended_somebody);
        // The machine's count is of everybody on it, those who met a limit of their own, too: who was killed by its like is none of them.
        let by_its_own = self.processes.get(&pid).is_some_and(|process| process.killed_by_its_own);
        if self.group.is_some() || self.ending.is_some() || by_its_own || !killed() || !has_ended_somebody() {
            return;
        }
        if let Some(used) = self.options.limits.memory.and_then(|most| self.memory_above(most)) {
            self.end_by_limit(LimitKind::Memory, used);
        } else {
            self.starved = true;
            self.end(Ended::Interrupted, None);
        }
    }

    /// Gives the group back, when nobody of the program is left.
    ///
    /// # Errors
    /// When the run tells nothing of the program, since the machine had no memory for it.
    pub(super) fn leave_group(&mut self) -> Result<(), TracerError> {
        if let Some(group) = self.group.take() {
            group.end();
        }
        if !self.starved {
            return Ok(());
        }
        Err(TracerError::System {
            operation: "keep the program alive",
            tid: None,
            cause: io::Error::other("the machine ran out of memory, and ended it"),
        })
    }
}
