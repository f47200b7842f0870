use super::Preemption;
use super::splitmix::SplitMix64;
use crate::clock::VirtualDuration;

/// From the first of this many turns on, at most, threads are preempted.
const LATEST_BEGIN: u64 = 6;
/// The shortest mean stretch between two preemptions, in instructions, and how often it may be doubled.
const SHORTEST: u64 = 8;
const DOUBLINGS: u64 = 10;
/// After a preemption a few turns are left alone, in most seeds: fewer than 1, 2, 4 or 8.
const REST_DOUBLINGS: u64 = 4;
/// A thread that is preempted with a delay is delayed for this long at least: an interpreter's thread that wants the global
/// lock waits 5 ms before it asks for it.
const DELAY: u64 = 6_000_000;

/// Preempts threads between their stops, after so many instructions: what a timer interrupt does on a real machine. Without it
/// no race on plain memory or atomics shows, for nothing of it reaches the kernel.
///
/// Stretches are long in some seeds and short in others, since how long the critical one is cannot be known.
#[derive(Clone, Debug)]
pub(super) struct Preemptions {
    random: SplitMix64,
    begin: u64,
    mean: u64,
    /// After a preemption fewer turns than this are left alone.
    rest: u64,
}

impl Preemptions {
    pub(super) fn new(random: &mut SplitMix64) -> Self {
        let most = 1 << random.below(LATEST_BEGIN + 1);
        Self {
            begin: random.below(most),
            mean: SHORTEST << random.below(DOUBLINGS),
            rest: 1 << random.below(REST_DOUBLINGS),
            random: SplitMix64::new(random.next()),
        }
    }

    /// For the turn that is the `asked`th one; `left` is what remains of the run's budget for holding.
    pub(super) fn next(&mut self, asked: u64, left: VirtualDuration) -> Option<Preemption> {
        if asked < self.begin {
            return None;
        }
        let instructions = u32::try_from(1 + self.random.below(2 * self.mean)).expect("a few thousand");
        let delay = DELAY + self.random.below(DELAY);
        let delayed = self.random.once_in(2) && left.as_nanos() >= delay;
        let hold = if delayed { VirtualDuration::from_nanos(delay) } else { VirtualDuration::ZERO };
        let rest = u32::try_from(self.random.below(self.rest)).expect("a few");
        Some(Preemption { instructions, hold, rest })
    }
}
