//! The run's control group, where it is one: who was ended for want of memory, and whose that was.
//!
//! The group's limit stands behind the one that is counted in `/proc`. It is met by what is too quick for that, and by memory
//! that no process holds. When it is the machine that has none left, or a group around ours, nobody is to blame whom we judge.

use std::io;

use super::error::TracerError;
use super::world::World;
use crate::sandbox::OutOfMemory;
use crate::trace::{Ended, LimitKind};

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
