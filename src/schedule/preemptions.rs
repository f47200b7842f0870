use super::splitmix::SplitMix64;
use super::{Place, Preemption, Unit};
use crate::clock::VirtualDuration;

/// From the first of this many turns on, at most, threads are preempted.
const LATEST_BEGIN: u64 = 6;
/// The shortest mean stretch between two preemptions, in instructions, and how often it may be doubled.
const SHORTEST: u64 = 8;
const DOUBLINGS: u64 = 9;
/// After a preemption a few turns are left alone, in most seeds: fewer than 1, 2, 4 or 8.
const REST_DOUBLINGS: u64 = 4;
/// Every mark preempts in half of the seeds that mark. In the others the mean count between two preemptions is 2, doubled less often
/// than this.
const MARK_DOUBLINGS: u64 = 9;
/// The same of instructions of a script, of which a short one makes a few; the fewer the more often.
const BYTECODE_DOUBLINGS: u64 = 5;
/// A thread that is preempted with a delay is delayed for this long at least: an interpreter's thread that wants the global
/// lock waits 5 ms before it asks for it. At most it is delayed for long enough to outlast a short sleep of another one.
const DELAY: u64 = 6_000_000;
const LONGEST_DELAY: u64 = 40_000_000;
/// In one of so many of the seeds that mark, threads go from mark to mark in step.
const IN_STEP_ONE_IN: u64 = 3;
/// So many words are watched, and so many instructions marked, at most.
const MOST_WORDS: u64 = 3;
const MOST_MARKS: usize = 4;

/// Preempts threads between their stops: what a timer interrupt does on a real machine. Without it no race on plain memory or
/// atomics shows, for nothing of it reaches the kernel.
///
/// A race is between two accesses to the same memory, and those are few. So most seeds mark some of the instructions where
/// threads were seen to touch the same memory, and preempt at these alone: all of the marked places in some seeds, one
/// in a few in others, for a bug may need a thread to get far first. The other seeds count instructions, in long stretches and in
/// short ones, for what was not seen.
#[derive(Clone, Debug)]
pub(super) struct Preemptions {
    random: SplitMix64,
    unit: Unit,
    begin: u64,
    mean: u64,
    /// After a preemption fewer turns than this are left alone.
    rest: u64,
    /// The longest delay in this seed.
    longest: u64,
    /// Whether nobody is delayed: all get as far as the next mark before anyone goes on, so any number of threads meet at one place.
    in_step: bool,
}

impl Preemptions {
    pub(super) fn new(random: &mut SplitMix64) -> Self {
        let (unit, mean, begin) = if random.once_in(6) {
            (Unit::Instructions, SHORTEST << random.below(DOUBLINGS), 1 << random.below(LATEST_BEGIN + 1))
        } else {
            (Unit::Marks, if random.once_in(2) { 1 } else { 2 << random.below(MARK_DOUBLINGS) }, 1)
        };
        let longest = if random.once_in(3) { 2 * DELAY } else { LONGEST_DELAY };
        let (begin, rest, seed) = (random.below(begin), 1 << random.below(REST_DOUBLINGS), random.next());
        let in_step = SplitMix64::new(!seed).once_in(IN_STEP_ONE_IN);
        Self { unit, begin, mean, rest, longest, in_step, random: SplitMix64::new(seed) }
    }

    /// Which of these places are marked: all that touch one word of memory, or a few.
    pub(super) fn mark(&mut self, places: &[Vec<Place>]) -> Vec<Place> {
        // The instructions of an interpreter are not those of its script.
        if places.iter().flatten().any(|place| matches!(place, Place::Bytecode(_))) {
            (self.unit, self.begin) = (Unit::Marks, 0);
            let doublings = self.random.below(BYTECODE_DOUBLINGS).min(self.random.below(BYTECODE_DOUBLINGS));
            self.mean = if self.random.once_in(2) { 1 } else { 2 << doublings };
        }
        if self.unit != Unit::Marks {
            return Vec::new();
        }
        if places.is_empty() {
            // Single instructions are dear, so most of these seeds leave a program alone of which nothing is known.
            if self.random.once_in(3) {
                self.unit = Unit::Instructions;
                self.mean = SHORTEST << self.random.below(DOUBLINGS);
            }
            return Vec::new();
        }
        if self.in_step {
            (self.mean, self.rest) = (1, 1);
        }
        let mut marks = Vec::new();
        for _ in 0..=self.random.below(MOST_WORDS) {
            let mut word = places[self.index(places.len())].clone();
            // Not all of its places: between a reading and a writing is where the others must come in.
            // But the forms of one instruction of a script are one place: which of them stands there the interpreter decides.
            let is_bytecode = matches!(word.first(), Some(Place::Bytecode(_)));
            let mut wanted = if is_bytecode { word.len() } else { 1 + self.index(word.len()) };
            while wanted > 0 && marks.len() < MOST_MARKS {
                wanted -= 1;
                let mark = word.swap_remove(self.index(word.len()));
                if !marks.contains(&mark) {
                    marks.push(mark);
                }
            }
        }
        marks
    }

    fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).expect("a list's length fits in u64");
        usize::try_from(self.random.below(length)).expect("an index below a list's length fits in usize")
    }

    /// For the turn that is the `asked`th one; `left` is what remains of the run's budget for holding.
    pub(super) fn next(&mut self, asked: u64, left: VirtualDuration) -> Option<Preemption> {
        if asked < self.begin {
            return None;
        }
        let after =
            u32::try_from(1 + self.random.below(2 * self.mean - u64::from(self.mean == 1))).expect("a few thousand");
        let delay = DELAY + self.random.below(self.longest - DELAY);
        let in_step = self.in_step && self.unit == Unit::Marks;
        let delayed = !self.random.once_in(3) && !in_step && left.as_nanos() >= delay;
        let hold = if delayed { VirtualDuration::from_nanos(delay) } else { VirtualDuration::ZERO };
        let rest = u32::try_from(self.random.below(self.rest)).expect("a few");
        Some(Preemption { unit: self.unit, after, hold, rest })
    }
}
