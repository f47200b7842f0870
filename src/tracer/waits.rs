//! Waits for other threads: who sleeps on a futex without a time-out while time moves on.
//!
//! They are seen where all sleep and time is about to jump: no call has to stop for it. The first sign that such a thread ran
//! ends its wait.

use std::collections::HashMap;

use super::calls::Word;
use super::task::{Slot, Task};
use super::world::World;
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::trace::EventKind;

/// What lasts less than this is not noted: an interpreter's lock alone makes hundreds of short ones.
pub(super) const NOTABLE: VirtualDuration = VirtualDuration::from_millis(1);

/// The words that threads were seen to wait on, by process and address, numbered as they came up.
#[derive(Debug, Default)]
pub(super) struct Waits {
    numbers: HashMap<(i32, u64), u32>,
}

impl Waits {
    fn number(&mut self, word: (i32, u64)) -> u32 {
        let next = u32::try_from(self.numbers.len() + 1).unwrap_or(u32::MAX);
        *self.numbers.entry(word).or_insert(next)
    }
}

/// The word that a thread waits on which was just found asleep.
fn word(task: &Task) -> Option<u64> {
    task.procfs.was_blocked_in().and_then(Word::of).map(|word| word.address)
}

impl World<'_> {
    /// All sleep, and time jumps to this moment.
    pub(super) fn note_waits(&mut self, until: VirtualInstant) {
        if until.since(self.time.now()) < NOTABLE {
            return;
        }
        let sleeps = |task: &&Task| {
            task.waits.is_none()
                && matches!(task.slot, Slot::Running(_))
                && task.wait().is_none()
                && task.vfork.is_none()
        };
        let found = self.tasks.values().filter(sleeps).filter_map(|task| Some((task.pid, task.tid, word(task)?)));
        let mut found: Vec<(i32, i32, u64)> = found.collect();
        // In the order of their names: that of a table says nothing, and would not come again.
        found.sort_by_key(|(pid, tid, _)| (self.record.name(*pid), self.record.name(*tid)));
        for (pid, tid, word) in found {
            let on = self.waits.number((pid, word));
            if self.note(pid, tid, EventKind::Wait { on }).is_some()
                && let Some(task) = self.tasks.get_mut(&tid)
            {
                task.waits = Some(task.procfs.ran().map_or(0, |(cpu, _)| cpu));
            }
        }
    }

    /// A thread has run.
    pub(super) fn note_end_of_wait(&mut self, tid: i32) {
        if let Some(task) = self.tasks.get_mut(&tid)
            && task.waits.take().is_some()
        {
            let pid = task.pid;
            self.note(pid, tid, EventKind::Wake {});
        }
    }
}
