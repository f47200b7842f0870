//! Two threads' halves of lines on the way through.
//!
//! An unbuffered interpreter writes a text and its newline by two calls, some microseconds apart, and bare another thread
//! nearly never gets in between. Our stops make the pause long, and on one processor whoever was woken meanwhile goes first.
//! So a thread that is about to write to a stream on which another one is in the middle of a line is held, until that line
//! is ended or its writer has let a moment pass.

use super::task::{Pending, Seen, Slot, WaitKind};
use super::world::{Caller, Due, World};
use crate::clock::VirtualDuration;

/// A line that is not ended by then is not going to be.
const MOMENT: VirtualDuration = VirtualDuration::from_millis(2);

impl World<'_> {
    /// Whether `caller` is to wait before it writes to `stream`; it stands still then.
    pub(super) fn waits_for_line(&mut self, caller: Caller, stream: u8) -> bool {
        // Under a schedule, its policy decides who writes when.
        if self.turns.is_some() || !self.is_amid_line(caller.tid, stream) {
            return false;
        }
        let key = self.deadlines.set(self.time.now().saturating_add(MOMENT), Due::Unhold(caller.tid));
        if let Some(task) = self.tasks.get_mut(&caller.tid) {
            task.manners.held = true;
            task.manners.waits_for_line = Some((stream, key));
        }
        true
    }

    /// Whether another thread than `tid` is in the middle of a line.
    fn is_amid_line(&self, tid: i32, stream: u8) -> bool {
        let now = self.time.now();
        self.tasks.values().filter(|task| task.tid != tid && task.ended.is_none()).any(|task| {
            let writes = matches!(&task.pending, Some(Pending::Seen(Seen::Write { stream: to, .. })) if *to == stream);
            let amid = task.manners.amid_line.is_some_and(|(of, since)| of == stream && now.since(since) < MOMENT);
            // Who waits for an interpreter's lock goes on soon; who sleeps does not.
            let sleeps = task.wait().is_some_and(|wait| !matches!(wait.kind, WaitKind::TimesOut { .. }));
            writes || (amid && !sleeps && task.manners.waits_for_line.is_none())
        })
    }

    /// A thread has written to a stream that goes through; `unfinished`: not to the end of a line.
    pub(super) fn wrote(&mut self, tid: i32, stream: u8, unfinished: bool) {
        let now = self.time.now();
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        if unfinished {
            task.manners.amid_line.get_or_insert((stream, now));
            return;
        }
        task.manners.amid_line = None;
        let waits = |task: &&super::task::Task| {
            matches!(task.slot, Slot::Stopped(_)) && task.manners.waits_for_line.is_some_and(|(of, _)| of == stream)
        };
        let mut waiting: Vec<i32> = self.tasks.values().filter(waits).map(|task| task.tid).collect();
        waiting.sort_unstable();
        for tid in waiting {
            self.unhold(tid);
        }
    }
}
