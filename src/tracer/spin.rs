//! A thread that only asks memory again and again whether another one has changed it.
//!
//! Such a loop makes no call, and could go on for ever while time goes on by what it computes. It is known by this: made one
//! instruction at a time, the thread comes back to the same place with the same registers, and what it wrote on the way is
//! what stood there the time before. Then nothing of its own can end the loop, and it need not be run before another thread
//! did something, or a time has come. A loop that counts, or looks at a clock, is no such one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::error::TracerError;
use super::memory;
use super::preempt::Stretch;
use super::regs::{CALL_INSTRUCTION, LONGEST, Native, Operand, Registers};
use super::task::Slot;
use super::tracee::Resume;
use super::world::World;

/// After so much CPU time without a stop we look at a thread.
pub(super) const FIRST_LOOK: Duration = Duration::from_millis(15);
/// The longest loop that is looked at, in instructions.
const LONGEST_LOOP: usize = 600;
/// So often it has to come back the same.
const ROUNDS: u32 = 3;
/// After it came back so often in another state it is taken to compute.
const MOST_OTHERS: u32 = 8;

/// What a look at a thread found.
enum Look {
    Spins,
    Computes,
    Stopped(i32),
    Sleeps,
}

impl World<'_> {
    /// A thread that has computed for a while was stopped to be looked at. Where it does not spin it goes on as if nothing had been.
    pub(super) fn look_for_spin(&mut self, tid: i32) -> Result<(), TracerError> {
        match self.look_at_loop(tid)? {
            Look::Stopped(status) => return self.arrive(tid, status),
            Look::Sleeps => {}
            Look::Computes => {
                self.mark(tid);
                self.let_go(tid, Resume::Go(0));
            }
            Look::Spins => {
                if let Some(task) = self.tasks.get_mut(&tid) {
                    task.long_turns = 0;
                }
                if let Some(turns) = &mut self.turns {
                    turns.spins(tid);
                }
            }
        }
        Ok(())
    }

    fn look_at_loop(&mut self, tid: i32) -> Result<Look, TracerError> {
        let Some(start) = self.registers_of(tid) else { return Ok(Look::Sleeps) };
        let mut touched: BTreeSet<u64> = BTreeSet::new();
        let mut before: Option<BTreeMap<u64, i64>> = None;
        let (mut rounds, mut others) = (0, 0);
        let mut since = 0;
        while since < LONGEST_LOOP && others < MOST_OTHERS {
            let Some(registers) = self.registers_of(tid) else { return Ok(Look::Sleeps) };
            let code = memory::read_some(tid, registers.instruction(), LONGEST).unwrap_or_default();
            if code.starts_with(CALL_INSTRUCTION) {
                return Ok(Look::Computes);
            }
            if let Some(operand) = Operand::decode(&code).filter(|operand| operand.written) {
                let address = registers.address(&operand);
                touched.extend([address, address.wrapping_add(8)]);
            }
            match self.stretch(tid, None)? {
                Stretch::Made => since += 1,
                Stretch::Stopped(status) => return Ok(Look::Stopped(status)),
                Stretch::Sleeps => return Ok(Look::Sleeps),
            }
            let Some(now) = self.registers_of(tid) else { return Ok(Look::Sleeps) };
            if now.stack() < registers.stack() {
                touched.insert(now.stack());
            }
            if now.instruction() != start.instruction() {
                continue;
            }
            if !now.is_same_as(&start) {
                others += 1;
                continue;
            }
            since = 0;
            let word = |at: &u64| Some((*at, memory::read_words::<1>(tid, *at).ok()?[0]));
            let after: BTreeMap<u64, i64> = touched.iter().filter_map(word).collect();
            rounds = if before.as_ref() == Some(&after) { rounds + 1 } else { 1 };
            before = Some(after);
            if rounds == ROUNDS {
                return Ok(Look::Spins);
            }
            others += 1;
        }
        Ok(Look::Computes)
    }

    fn registers_of(&self, tid: i32) -> Option<Native> {
        match &self.tasks.get(&tid)?.slot {
            Slot::Stopped(stopped) => stopped.registers().ok(),
            _ => None,
        }
    }
}
