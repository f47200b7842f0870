//! Before each choice everything must have settled: who may be on the way to a stop, and who sleeps for sure.

use crate::sys::ptrace;
use crate::tracer::calls::{Woken, Word};
use crate::tracer::procfs::State;
use crate::tracer::regs::{Native, Registers, calls};
use crate::tracer::stop::Change;
use crate::tracer::task::{Slot, Task};
use crate::tracer::time::Pace;
use crate::tracer::tracee::Running;
use crate::tracer::turns::Sleepers;
use crate::tracer::world::World;

/// What is known before a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// Somebody is on the way to a stop.
    NotYet,
    /// Stops were put aside and are to be taken up.
    Arrived,
    /// Every thread waits at a stop or sleeps.
    Yes,
}

/// Whom what has brought a thread to a stop may have woken.
fn woken_by(status: i32, is_first: bool, has_turn: bool, leaves: bool) -> Woken {
    const RETURN: i32 = libc::SIGTRAP | 0x80;
    match (Change::decode(status), status >> 16, libc::WSTOPSIG(status)) {
        // Of a process's first thread others know by other means, too.
        (Change::Exited(_), ..) if !is_first => Woken::Joiners,
        (Change::Exited(_) | Change::Killed(_), ..) => Woken::Anybody,
        // A call that has returned is asked itself; a new thread was never seen asleep.
        (_, 0, RETURN) | (_, libc::PTRACE_EVENT_STOP | libc::PTRACE_EVENT_CLONE | libc::PTRACE_EVENT_SECCOMP, _) => {
            Woken::Nobody
        }
        (_, libc::PTRACE_EVENT_EXIT, _) if leaves => Woken::Nobody,
        // What a thread brings on itself: it came to a mark, made a single step, or read the cycle counter.
        (_, 0, libc::SIGTRAP | libc::SIGSEGV) if has_turn => Woken::Nobody,
        _ => Woken::Anybody,
    }
}

/// Whether a thread that is about to end does so by itself, and takes no other with it.
fn leaves_alone(tid: i32) -> bool {
    Native::read(tid).is_ok_and(|registers| registers.number() == calls::EXIT)
}

fn is_firing(task: &Task) -> bool {
    task.wait().is_some_and(|wait| wait.firing)
}

/// Whether a thread that stands at no stop sleeps, or is held up by others; looked up.
fn rests(task: &mut Task, sleepers: &mut Sleepers, has_others: impl Fn(i32) -> bool) -> bool {
    match task.procfs.state() {
        State::Asleep => {
            let slices = task.procfs.ran().map_or(0, |(_, slices)| slices);
            if !sleepers.is_same(task.tid, slices) {
                if !task.procfs.is_off_cpu() {
                    return false;
                }
                sleepers.add(task.tid, slices, task.procfs.was_blocked_in().and_then(Word::of));
            }
            true
        }
        State::Dead => task.tid == task.pid && has_others(task.pid),
        State::Uninterruptible => task.vfork.is_some(),
        State::Stopped => task.in_group_stop,
        State::Runs => false,
    }
}

impl World<'_> {
    /// A thread stopped, or is gone: whom else it may have woken or ended must be looked at.
    pub(super) fn stir(&mut self, tid: i32, status: i32) {
        let is_first = self.tasks.get(&tid).is_none_or(|task| task.tid == task.pid);
        let outside = self.network || self.time.pace() == Pace::Real;
        let Some(turns) = &mut self.turns else { return };
        let leaves = status >> 16 == libc::PTRACE_EVENT_EXIT && leaves_alone(tid);
        let has_turn = turns.has_turn(tid);
        turns.killed |= match Change::decode(status) {
            Change::Stopped(_) if status >> 16 == libc::PTRACE_EVENT_EXIT => !leaves,
            Change::Stopped(_) => status >> 16 == libc::PTRACE_EVENT_EXEC,
            Change::Exited(_) => is_first,
            Change::Killed(_) => true,
        };
        // From one entry of a call to the next nobody else can have been woken: what wakes is a call, and its return a stop.
        let harmless = status >> 16 == libc::PTRACE_EVENT_SECCOMP && has_turn;
        let woken = if outside { Woken::Anybody } else { woken_by(status, is_first, has_turn, leaves) };
        turns.sleepers.doubt(woken);
        turns.unsettled |= !harmless || outside;
    }

    /// Whether every thread waits at a stop or sleeps.
    pub(super) fn settle(&mut self) -> Settled {
        let Some(turns) = &mut self.turns else { return Settled::Yes };
        if !turns.unsettled {
            return Settled::Yes;
        }
        if std::mem::take(&mut turns.killed) {
            for tid in turns.waiting() {
                let Some(task) = self.tasks.get_mut(&tid) else { continue };
                if task.procfs.state() != State::Stopped || has_come_to_its_end(tid, task) {
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
            if is_firing(task) || !(turns.sleepers.rests(task.tid) || rests(task, &mut turns.sleepers, has_others)) {
                return Settled::NotYet;
            }
        }
        let wanted =
            turns.sleepers.wanted(|tid| turns.is_put_aside(tid) && !self.tasks.get(&tid).is_some_and(is_firing));
        for tid in &wanted {
            if !turns.waits(*tid)
                && !turns.is_put_aside(*tid)
                && let Some(task) = self.tasks.get_mut(tid)
                && !rests(task, &mut turns.sleepers, has_others)
            {
                return Settled::NotYet;
            }
        }
        // Somebody was woken, and is not where we thought it was; or time would move, and nobody may be overlooked then.
        let astray = !wanted.is_empty();
        if astray || (!turns.sleepers.all_are_looked_at() && !arrived && turns.nobody_can_go_on()) {
            turns.sleepers.doubt(Woken::Anybody);
            return self.settle();
        }
        turns.sleepers.settled();
        if arrived {
            return Settled::Arrived;
        }
        turns.unsettled = false;
        Settled::Yes
    }
}

/// Whether a thread that waited at a stop was killed there and stands at its last one by now, of which a wait has not told yet. It looks like one
/// that still waits, and must not be let go on unseen.
fn has_come_to_its_end(tid: i32, task: &Task) -> bool {
    const AT_ITS_END: i32 = libc::SIGTRAP | libc::PTRACE_EVENT_EXIT << 8;
    task.ended.is_none() && ptrace::signal_info(tid).is_ok_and(|info| info.code() == AT_ITS_END)
}

#[cfg(test)]
mod tests {
    use super::{Woken, woken_by};

    #[test]
    fn what_a_thread_does_alone_wakes_nobody_and_an_end_may_wake_those_who_wait_for_it() {
        const RETURN: i32 = 0x857f;
        const CLONE: i32 = 0x3_057f;
        const EXIT: i32 = 0x6_057f;
        const FAULT: i32 = 0x0b7f;
        for stop in [RETURN, CLONE] {
            assert_eq!(woken_by(stop, false, false, false), Woken::Nobody);
        }
        assert_eq!(woken_by(EXIT, false, true, true), Woken::Nobody, "its end is still to come");
        assert_eq!(woken_by(EXIT, false, true, false), Woken::Anybody, "others end with it");
        assert_eq!(woken_by(FAULT, false, true, false), Woken::Nobody, "it read the cycle counter");
        assert_eq!(woken_by(FAULT, false, false, false), Woken::Anybody, "somebody sent it");
        assert_eq!(woken_by(0, false, true, false), Woken::Joiners);
        assert_eq!(woken_by(0, true, true, false), Woken::Anybody, "a process has ended");
        assert_eq!(woken_by(libc::SIGKILL, false, true, false), Woken::Anybody);
    }
}
