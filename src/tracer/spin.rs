//! A thread that only asks memory again and again whether another one has changed it.
//!
//! Such a loop makes no call but to yield, and could go on for ever while time goes on by what it computes. It is known by this: made one
//! instruction at a time, the thread comes back to the same place with the same registers, and what it wrote on the way is
//! what stood there the time before. Then nothing of its own can end the loop, and it need not be run before another thread
//! did something, or a time has come. A loop that counts, or looks at a clock, is no such one.
//!
//! When nobody but such threads is left, and none changes on its way what another one looks at, none of them can ever go on. One that
//! takes a lock, tries another, and lets the first go again does change something: two such loops keep each other out at some
//! places, and let each other in at others. So one of them is moved on to its next change, the others look again, and so on for a
//! bounded number of times.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::error::TracerError;
use super::memory;
use super::preempt::Stretch;
use super::regs::{CALL_INSTRUCTION, LONGEST, Native, Operand, Registers, calls};
use super::task::Slot;
use super::tracee::Resume;
use super::turns::OnlySpinners;
use super::world::World;
use crate::trace::Ended;

/// After so much CPU time without a stop we look at a thread.
pub(super) const FIRST_LOOK: Duration = Duration::from_millis(15);
/// The longest loop that is looked at, in instructions. A thread that computes for long is looked at ever less often, and longer:
/// up to so many times doubled.
const LONGEST_LOOP: usize = 600;
const MOST_DOUBLINGS: u32 = 3;
/// So often it has to come back the same.
const ROUNDS: u32 = 3;
/// After it came back so often in another state it is taken to compute.
const MOST_OTHERS: u32 = 8;
/// Accesses to the same word meet.
const WORD: u64 = 8;

/// When a thread is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstLook {
    /// Before it does anything in its turn.
    BeforeItsTurn,
    /// After it has computed for a while.
    InItsTurn,
}

/// What a thread does in its loop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SpinLoop {
    /// The words that it reads or writes.
    uses: BTreeSet<u64>,
    /// Those of them that it changes, and changes back.
    changes: BTreeSet<u64>,
}

impl SpinLoop {
    /// Whether what one does may keep the other one in its loop.
    pub(super) fn changes_what_is_used_by(&self, other: &Self) -> bool {
        self.changes.intersection(&other.uses).next().is_some()
    }
}

/// What a look at a thread found.
enum Look {
    Spins(SpinLoop),
    Computes,
    Stopped(i32),
    Sleeps,
}

/// One instruction of a loop.
enum Step {
    /// What it used: the word's address, and whether it stands there changed.
    Made(Option<(u64, bool)>),
    Ends(Look),
}

impl World<'_> {
    /// A thread is looked at. Where it does not spin it goes on as if nothing had been.
    pub(super) fn look_for_spin(&mut self, tid: i32, when: FirstLook) -> Result<(), TracerError> {
        let since_its_turn = when == FirstLook::BeforeItsTurn;
        let doublings = self.tasks.get(&tid).map_or(0, |task| task.long_turns.max(1).ilog2());
        let look = self.look_at_loop(tid, LONGEST_LOOP << doublings.min(MOST_DOUBLINGS))?;
        if let (Look::Computes | Look::Stopped(_) | Look::Sleeps, Some(turns)) = (&look, &mut self.turns) {
            turns.does_not_spin(tid);
        }
        match look {
            Look::Stopped(status) => return self.arrive(tid, status),
            Look::Sleeps => {}
            Look::Computes => {
                self.mark(tid);
                self.let_go(tid, Resume::Go(0));
            }
            Look::Spins(found) => {
                if let Some(task) = self.tasks.get_mut(&tid) {
                    task.long_turns = 0;
                }
                if let Some(turns) = &mut self.turns {
                    turns.spins(tid, found, since_its_turn);
                }
            }
        }
        Ok(())
    }

    /// Nobody is left but threads that spin: one of them is moved on within its loop, or the run ends.
    pub(super) fn only_spinners_are_left(&mut self) -> Result<(), TracerError> {
        let left = self.turns.as_mut().map(super::turns::Turns::only_spinners);
        let Some(OnlySpinners::MoveOn(tid)) = left else {
            self.end(Ended::NoProgress, None);
            return Ok(());
        };
        for _ in 0..LONGEST_LOOP << MOST_DOUBLINGS {
            match self.step_in_loop(tid)? {
                Step::Made(Some((_, true))) => break,
                Step::Made(_) => {}
                Step::Ends(Look::Stopped(status)) => return self.arrive(tid, status),
                Step::Ends(Look::Sleeps) => return Ok(()),
                // It stands before a call, which it makes in its next turn.
                Step::Ends(_) => break,
            }
        }
        if let Some(turns) = &mut self.turns {
            turns.queue(tid, Resume::Go(0));
            turns.unsettled = true;
        }
        Ok(())
    }

    fn look_at_loop(&mut self, tid: i32, longest: usize) -> Result<Look, TracerError> {
        let Some(start) = self.registers_of(tid) else { return Ok(Look::Sleeps) };
        let mut found = SpinLoop::default();
        let mut before: Option<BTreeMap<u64, i64>> = None;
        let (mut rounds, mut others) = (0, 0);
        let (mut since, mut lowest) = (0, start.instruction());
        while since < longest && others < MOST_OTHERS {
            match self.step_in_loop(tid)? {
                Step::Made(used) => {
                    since += 1;
                    if let Some((address, changed)) = used {
                        found.uses.extend([address / WORD, address / WORD + 1]);
                        if changed {
                            found.changes.extend([address / WORD, address / WORD + 1]);
                        }
                    }
                }
                Step::Ends(look) => return Ok(look),
            }
            let Some(now) = self.registers_of(tid) else { return Ok(Look::Sleeps) };
            lowest = lowest.min(now.instruction());
            if now.instruction() != start.instruction() {
                continue;
            }
            if !now.is_same_as(&start) {
                others += 1;
                continue;
            }
            let length = std::mem::take(&mut since);
            let word = |at: &u64| Some((*at, memory::read_words::<1>(tid, at * WORD).ok()?[0]));
            let after: BTreeMap<u64, i64> = found.changes.iter().filter_map(word).collect();
            rounds = if before.as_ref() == Some(&after) { rounds + 1 } else { 1 };
            before = Some(after);
            if rounds == ROUNDS {
                return self.leave_in_loop(tid, lowest, length, found);
            }
            others += 1;
        }
        Ok(Look::Computes)
    }

    /// Lets a thread that spins stand at a place of its loop that does not depend on where we came upon it, so that it repeats:
    /// some way behind the place `at` that comes first in memory, and each time another one. Two who take turns in loops like that
    /// would otherwise find each other at the same place again and again.
    fn leave_in_loop(&mut self, tid: i32, at: u64, length: usize, found: SpinLoop) -> Result<Look, TracerError> {
        let further = self.turns.as_mut().map_or(0, |turns| turns.place_in_loop(length));
        let mut left: Option<usize> = None;
        for _ in 0..2 * length {
            left = match left {
                Some(left) => Some(left - 1),
                None => self.registers_of(tid).filter(|registers| registers.instruction() == at).map(|_| further),
            };
            if left == Some(0) {
                break;
            }
            if let Step::Ends(look) = self.step_in_loop(tid)? {
                return Ok(look);
            }
        }
        Ok(Look::Spins(found))
    }

    /// Makes one instruction of what may be a loop. A yield is passed over: whether others do something is for them to say.
    fn step_in_loop(&mut self, tid: i32) -> Result<Step, TracerError> {
        let Some(mut registers) = self.registers_of(tid) else { return Ok(Step::Ends(Look::Sleeps)) };
        let code = memory::read_some(tid, registers.instruction(), LONGEST).unwrap_or_default();
        if code.starts_with(CALL_INSTRUCTION) {
            if registers.result() != calls::SCHED_YIELD {
                return Ok(Step::Ends(Look::Computes));
            }
            registers.skip_call(0);
            // A thread that was killed where it stood is told of by the next wait.
            let skipped = registers.write(tid).is_ok();
            return Ok(if skipped { Step::Made(None) } else { Step::Ends(Look::Sleeps) });
        }
        // What a call or a push writes is below where its stack ends now.
        let stack = registers.stack().wrapping_sub(WORD);
        let operand = Operand::decode(&code);
        let address = operand.as_ref().map_or(stack, |operand| registers.address(operand));
        let value = || memory::read_words::<2>(tid, address / WORD * WORD).ok();
        let before = value();
        match self.stretch(tid, None)? {
            Stretch::Made => {}
            Stretch::Stopped(status) => return Ok(Step::Ends(Look::Stopped(status))),
            Stretch::Sleeps => return Ok(Step::Ends(Look::Sleeps)),
        }
        Ok(Step::Made(Some((address, value() != before))))
    }

    fn registers_of(&self, tid: i32) -> Option<Native> {
        match &self.tasks.get(&tid)?.slot {
            Slot::Stopped(stopped) => stopped.registers().ok(),
            _ => None,
        }
    }
}
