//! Whoever a deadline wakes beside running threads gets the processor first; and a new thread before its maker has gone far.
//!
//! A run is pinned to one processor. Bare, a sleeper whose time is up would go on at once beside the thread that computes; here
//! the two share what the machine leaves them, and on a busy one the woken thread may get its first instruction long after the
//! other has moved time on. So those who stop before a call meanwhile wait for it, and those who compute are asked to stop,
//! until it sleeps again or has computed for a moment.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, Instant};

use super::procfs::{self, State};
use super::regs::{Registers, negative};
use super::stop::Change;
use super::task::Slot;
use super::time::Pace;
use super::world::World;
use crate::clock::{VirtualDuration, VirtualInstant};

/// A woken thread that has used so much CPU time (ns) has had its turn.
const ITS_TURN: u64 = 1_000_000;
/// So much, when others are to be woken this soon after it: they go on one after the other, each when the one before has gone to sleep
/// again, so that the order of what they do does not depend on luck.
const ITS_TURN_BEFORE_OTHERS: u64 = 2_000_000;
const SOON: VirtualDuration = VirtualDuration::from_millis(2);
/// Nobody waits longer than this for a woken thread: the machine may have no time for it at all.
const PATIENCE: Duration = Duration::from_secs(5);
/// How far others may go on before a new thread begins. Bare, its maker is the quicker one.
const HEAD_START: VirtualDuration = VirtualDuration::from_millis(1);
/// Who computes was seen to have run in the last so long, in real time: only those are looked at.
const COMPUTES: Duration = Duration::from_millis(20);
/// A stop before a system call, as `waitpid` tells of it.
const BEFORE_A_CALL: i32 = libc::SIGTRAP | (libc::PTRACE_EVENT_SECCOMP << 8);
/// A stop that we asked for.
const ASKED: i32 = libc::SIGTRAP | (libc::PTRACE_EVENT_STOP << 8);

/// How the status of a stopped thread ends.
const STOPPED: i32 = 0x7f;

/// When a thread was woken, the CPU time (ns) up to which it has its turn, and from which moment on others wait for it.
#[derive(Clone, Copy, Debug)]
struct Since {
    until: u64,
    real: Instant,
    from: VirtualInstant,
}

/// Who was woken and has not had its turn, and the stops of those who wait for it.
#[derive(Debug, Default)]
pub(super) struct Woken {
    threads: BTreeMap<i32, Since>,
    waiting: Vec<(i32, i32)>,
    /// Who was asked to stop for their sake.
    asked: BTreeSet<i32>,
    /// Who did stop for that, and has not gone on.
    interrupted: BTreeSet<i32>,
}

impl Woken {
    /// Whether all who were woken have had their turn.
    pub(super) fn is_empty(&self) -> bool {
        self.threads.is_empty()
    }

    /// Whether somebody waits for a woken thread, or will when it stops.
    pub(super) fn are_waited_for(&self) -> bool {
        !self.waiting.is_empty() || !self.asked.is_empty()
    }

    /// Whether somebody stands still for one of them: then not all sleep.
    pub(super) fn hold_somebody(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether this is one of them.
    pub(super) fn has(&self, tid: i32) -> bool {
        self.threads.contains_key(&tid)
    }

    /// From which moment on others wait for one of them.
    pub(super) fn are_due(&self) -> Option<VirtualInstant> {
        self.threads.values().map(|since| since.from).min()
    }
}

impl World<'_> {
    /// The time of this thread's wait is up while others run.
    pub(super) fn let_woken_first(&mut self, tid: i32) {
        let cpu = self.tasks.get_mut(&tid).and_then(|task| task.procfs.ran()).map_or(0, |(cpu, _)| cpu);
        let turn = if self.others_wake_soon() { ITS_TURN_BEFORE_OTHERS } else { ITS_TURN };
        self.let_first(tid, cpu.saturating_add(turn), self.time.now());
    }

    /// Whether another deadline follows so soon after now that its thread might overtake the one that is woken now.
    pub(super) fn others_wake_soon(&self) -> bool {
        self.deadlines.earliest().is_some_and(|due| due <= self.time.now().saturating_add(SOON))
    }

    /// This thread is new.
    pub(super) fn let_new_begin(&mut self, tid: i32) {
        self.let_first(tid, ITS_TURN, self.time.now().saturating_add(HEAD_START));
    }

    /// A thread stands before a call that is to wait until these have had their turn; false when there is nothing to wait for.
    pub(super) fn stands_until(&mut self, tid: i32, others: &[i32]) -> bool {
        for other in others {
            self.let_woken_first(*other);
        }
        let waits = others.iter().any(|other| self.woken.threads.contains_key(other));
        if waits {
            self.woken.waiting.push((tid, (BEFORE_A_CALL << 8) | STOPPED));
        }
        waits
    }

    fn let_first(&mut self, tid: i32, until: u64, from: VirtualInstant) {
        if self.options.processors > 1
            || self.turns.is_some()
            || self.started.is_none()
            || self.time.pace() == Pace::Real
        {
            return;
        }
        self.woken.threads.insert(tid, Since { until, real: Instant::now(), from });
    }

    /// A thread stands before a call: what was due before it came there fires first.
    pub(super) fn fire_before(&mut self, tid: i32, status: i32) {
        if status >> 8 == BEFORE_A_CALL && self.turns.is_none() && self.time.pace() == Pace::Virtual {
            self.advance(Some(tid));
            self.advanced_at = Some(tid);
            if self.deadlines.earliest().is_some_and(|due| due <= self.time.now()) {
                self.fire_overdue();
            }
        }
    }

    /// A thread has changed. Whether it is to stand where it is until the woken ones have had their turn.
    pub(super) fn waits_for_woken(&mut self, tid: i32, status: i32) -> bool {
        // Any stop takes the place of one that was asked for.
        let asked = self.woken.asked.remove(&tid);
        if asked && status >> 8 == ASKED {
            self.woken.interrupted.insert(tid);
        }
        if self.woken.is_empty() {
            return false;
        }
        if self.woken.threads.contains_key(&tid) {
            // Before its first step a thread makes calls that stop, and one that was woken reads the clock: it goes on until it sleeps.
            if !matches!(Change::decode(status), Change::Stopped(_)) || status >> 16 == libc::PTRACE_EVENT_EXIT {
                self.woken.threads.remove(&tid);
            }
            return false;
        }
        // One that was killed where it stood is told of as it is.
        self.woken.waiting.retain(|(waiting, _)| *waiting != tid);
        let waits = matches!(Change::decode(status), Change::Stopped(_))
            && (status >> 8 == BEFORE_A_CALL || (asked && status >> 8 == ASKED))
            && self.somebody_is_due();
        if waits {
            self.advanced_at = None;
            self.woken.waiting.push((tid, status));
        }
        waits
    }

    pub(super) fn somebody_is_due(&self) -> bool {
        self.woken.are_due().is_some_and(|from| from <= self.time.now())
    }

    /// Those who compute are asked to stop, when somebody who was woken has not had its turn.
    pub(super) fn stop_for_the_woken(&mut self) {
        if self.woken.is_empty() || !self.somebody_is_due() {
            return;
        }
        let woken = &mut self.woken;
        for task in self.tasks.values_mut() {
            if let Slot::Running(running) = &task.slot
                && task.pending.is_none()
                && !woken.threads.contains_key(&task.tid)
                && !woken.asked.contains(&task.tid)
                && task.progress.ran_within(COMPUTES)
                && task.procfs.state() == State::Runs
            {
                running.interrupt();
                woken.asked.insert(task.tid);
            }
        }
    }

    /// A thread stands where we asked it to. It may have been about to sleep in a call of which a stop is an interruption, and that the
    /// kernel does not make again by itself: then it makes it again.
    pub(super) fn mend_interrupted_call(&mut self, tid: i32) -> io::Result<()> {
        if !self.woken.interrupted.remove(&tid) {
            return Ok(());
        }
        let Some(task) = self.tasks.get(&tid).filter(|task| task.pending.is_none()) else { return Ok(()) };
        let Slot::Stopped(stopped) = &task.slot else { return Ok(()) };
        let mut registers = stopped.registers()?;
        let number = registers.number();
        let waits_for = procfs::hexadecimal(tid, "SigPnd:") | procfs::hexadecimal(tid, "ShdPnd:");
        if number >= 0
            && registers.result() == negative(libc::EINTR)
            && waits_for & !procfs::hexadecimal(tid, "SigBlk:") == 0
        {
            registers.rewind(number);
            stopped.set_registers(&registers)?;
        }
        Ok(())
    }

    /// The stops that waited, once all who were woken have had their turn.
    pub(super) fn after_the_woken(&mut self) -> Vec<(i32, i32)> {
        let tasks = &mut self.tasks;
        self.woken.threads.retain(|tid, since| {
            let Some(task) = tasks.get_mut(tid) else { return false };
            if since.real.elapsed() > PATIENCE {
                return false;
            }
            if task.wait().is_some_and(|wait| wait.firing) {
                return true;
            }
            let computes = task.procfs.ran().is_some_and(|(cpu, _)| cpu < since.until);
            // One that stands at a stop will be told of by a wait.
            let rests = match task.procfs.state() {
                State::Asleep | State::Uninterruptible | State::Dead => true,
                State::Stopped => task.in_group_stop,
                State::Runs => false,
            };
            computes && matches!(task.slot, Slot::Running(_)) && !rests
        });
        self.woken.asked.retain(|tid| tasks.contains_key(tid));
        if self.woken.is_empty() { std::mem::take(&mut self.woken.waiting) } else { Vec::new() }
    }
}
