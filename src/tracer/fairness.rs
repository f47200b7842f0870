//! A thread that never lets another one in is held for a moment, as the scheduler of a busy machine would.
//!
//! An interpreter's lock is given away for microseconds around each system call; whoever waits for it is woken then, and
//! tries to be quick enough. On one processor, and with our stops always falling where the lock is held, it never is: the
//! same thread gets the lock again and again. The one that waits shows by waits with a time-out that end early, one after
//! another. So the busy one is held until a time-out has come true (which makes it hand the lock over, as bare).

use super::calls::Call;
use super::task::Task;
use super::world::{Due, World};
use crate::clock::{DeadlineKey, VirtualDuration, VirtualInstant};

/// So many waits in a row that were called off and led to nothing else.
const VAIN_WAITS: u32 = 24;
/// So many calls in a row without a wait.
const BUSY_CALLS: u32 = 24;
/// The longest time that a thread is held.
const HELD_FOR: VirtualDuration = VirtualDuration::from_millis(12);

/// How a thread gets on with others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manners {
    /// Waits in a row that were called off before their time, with nothing between but looks at the clock.
    pub(super) vain_waits: u32,
    /// Calls in a row without a timed wait.
    pub(super) busy_calls: u32,
    /// Whether it is to be held at its next call.
    pub(super) to_be_held: bool,
    /// Whether it is held, standing before a call.
    pub(super) held: bool,
    /// The stream on which it has begun a line and not ended it, and since when.
    pub(super) amid_line: Option<(u8, VirtualInstant)>,
    /// The stream on which it waits for another thread's line to end, and until when at most.
    pub(super) waits_for_line: Option<(u8, DeadlineKey)>,
}

impl World<'_> {
    /// A thread's timed wait was called off. After too many of these, the busiest of its neighbours is held.
    pub(super) fn waited_in_vain(&mut self, tid: i32) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        task.manners.vain_waits += 1;
        let pid = task.pid;
        // Under a schedule, the policy sees to it.
        if task.manners.vain_waits < VAIN_WAITS || self.turns.is_some() {
            return;
        }
        task.manners.vain_waits = 0;
        let neighbours = self.tasks.values_mut().filter(|task| task.pid == pid && task.tid != tid);
        let busiest = neighbours.max_by_key(|task| (task.manners.busy_calls, task.tid));
        if let Some(task) = busiest.filter(|task| task.manners.busy_calls >= BUSY_CALLS) {
            task.manners.to_be_held = true;
        }
    }

    /// A thread makes a call.
    pub(super) fn count_call(&mut self, tid: i32, call: Option<Call>) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        task.manners.busy_calls += 1;
        if !matches!(call, Some(Call::ClockGettime | Call::Futex)) {
            task.manners.vain_waits = 0;
        }
    }

    /// A thread stands before a call: whether it is to stay there for now.
    pub(super) fn is_held_here(&mut self, tid: i32) -> bool {
        let until = self.time.now().saturating_add(HELD_FOR);
        let Some(task) = self.tasks.get_mut(&tid) else { return false };
        if !std::mem::take(&mut task.manners.to_be_held) {
            return false;
        }
        task.manners.busy_calls = 0;
        task.manners.held = true;
        self.timed_out_since_held = false;
        self.deadlines.set(until, Due::Unhold(tid));
        true
    }

    /// All sleep, and a time-out has come true since some were held: they go on.
    pub(super) fn let_held_go_on(&mut self) -> bool {
        let held = |task: &&Task| task.manners.held && task.manners.waits_for_line.is_none();
        if !self.timed_out_since_held {
            return false;
        }
        let tids: Vec<i32> = self.tasks.values().filter(held).map(|task| task.tid).collect();
        for tid in &tids {
            self.unhold(*tid);
        }
        !tids.is_empty()
    }

    /// A held thread makes its call now.
    pub(super) fn unhold(&mut self, tid: i32) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        if let Some((_, key)) = task.manners.waits_for_line.take() {
            self.deadlines.cancel(key);
        }
        if std::mem::take(&mut task.manners.held) && super::calls::enter(self, tid).is_err() {
            // It was killed while it stood there.
            self.release(tid, super::tracee::Resume::Go(0));
        }
    }
}
