//! Where a thread that has the turn loses it between two of its calls.

use super::Turns;
use crate::clock::VirtualDuration;
use crate::schedule::{Place, Policy, Preemption, Unit};
use crate::tracer::tracee::Resume;

/// What a marked instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tracer) enum Deed {
    Reads,
    Writes,
    Calls,
    /// Anything else, or it can be torn itself.
    Other,
}

impl Turns {
    /// Asks the policy whether the thread that has the turn is preempted in it.
    pub(in crate::tracer) fn preemption(&mut self) -> Option<Preemption> {
        let number = *self.numbers.get(&self.holder?.tid)?;
        let asked = self.asked_to_preempt;
        self.asked_to_preempt += 1;
        if self.rest > 0 {
            self.rest -= 1;
            return None;
        }
        if self.under_way.is_some() || (self.instructions == 0 && self.marks.is_empty()) {
            return None;
        }
        let preemption = self.policy.preempt(number, asked, self.budget)?;
        match preemption.unit {
            Unit::Instructions => Some(Preemption { after: preemption.after.min(self.instructions), ..preemption }),
            Unit::Marks => {
                self.under_way = Some(preemption);
                None
            }
        }
    }

    /// Whether anything is marked in this run.
    pub(in crate::tracer) fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    /// The instructions at which the next thread to have the turn is to stop.
    pub(in crate::tracer) fn marks(&self) -> &[Place] {
        if self.hits == 0 || self.passed == 0 { &[] } else { &self.marks }
    }

    /// A thread came to a mark that does not count.
    pub(in crate::tracer) const fn passes_mark(&mut self) {
        self.passed = self.passed.saturating_sub(1);
    }

    /// The thread that has the turn came to a marked instruction; `matters` tells whether others could go on. The preemption
    /// that this brings, if it does.
    pub(in crate::tracer) fn came_to_mark(&mut self, matters: bool) -> Option<Preemption> {
        self.hits = self.hits.saturating_sub(1);
        if !matters {
            return None;
        }
        if self.under_way.is_none() {
            // Nothing was to be counted when its turn began.
            let _ = self.preemption();
        }
        let under_way = self.under_way.as_mut()?;
        under_way.after = under_way.after.saturating_sub(1);
        if under_way.after > 0 { None } else { self.under_way.take() }
    }

    /// Whether a thread that is preempted before an instruction has read already what that reads: so in one of two preemptions. What it goes by is the
    /// same when the switches are replayed.
    pub(in crate::tracer) const fn tears(&self, preemption: Preemption) -> bool {
        self.chance_of(preemption) >> 63 == 1
    }

    /// How many instructions behind a mark a thread is preempted that came there, by what the marked one does: mostly behind what
    /// reads, mostly before what writes, and in half of all cases within what is called.
    pub(in crate::tracer) fn goes_further(&self, preemption: Preemption, deed: Deed) -> u32 {
        let chance = self.chance_of(preemption);
        let one_in_four = (chance >> 59 & 7) < 2;
        let further = match deed {
            Deed::Reads => u32::from(!one_in_four),
            Deed::Writes => u32::from(one_in_four),
            Deed::Calls if chance >> 60 & 1 == 0 => 2 << (chance >> 57 & 7),
            Deed::Calls | Deed::Other => 0,
        };
        self.instructions.min(further)
    }

    /// Chance that belongs to a preemption: the higher a bit, the better.
    const fn chance_of(&self, preemption: Preemption) -> u64 {
        // Fibonacci hashing (Knuth, volume 3, section 6.4): the highest bit depends on all.
        let known = preemption.hold.as_nanos() ^ self.asked_to_preempt << 32 ^ (preemption.rest as u64) << 16;
        known.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// A thread made so many single instructions.
    pub(in crate::tracer) const fn made_instructions(&mut self, made: u32) {
        self.instructions = self.instructions.saturating_sub(made);
    }

    /// The thread that had the turn was preempted: others go first, and it may be held back. For how long it is held.
    pub(in crate::tracer) fn preempted(&mut self, tid: i32, hold: VirtualDuration, rest: u32) -> VirtualDuration {
        self.rest = rest;
        self.queue(tid, Resume::Go(0));
        self.tire(tid);
        self.unsettled = true;
        let Some(number) = self.numbers.get(&tid).copied() else { return VirtualDuration::ZERO };
        self.fresh.remove(&number);
        let hold = hold.min(self.budget);
        if hold > VirtualDuration::ZERO
            && let Some(waits) = self.ready.remove(&number)
        {
            self.budget = VirtualDuration::from_nanos(self.budget.as_nanos().saturating_sub(hold.as_nanos()));
            self.held.insert(number, waits);
        }
        hold
    }

    /// The thread that was just preempted goes on when those that wait for a time near by have had theirs, and not before.
    pub(in crate::tracer) fn makes_room(&mut self, tid: i32) {
        self.makes_room = self.numbers.get(&tid).copied();
    }
}
