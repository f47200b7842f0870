use super::splitmix::SplitMix64;
use super::{Policy, Ready, ThreadNumber};
use crate::clock::VirtualDuration;

/// Chooses evenly among the ready threads at each point (or only once in so many points, and goes on with the thread that
/// ran last at the others).
#[derive(Clone, Debug)]
pub struct Random {
    choices: SplitMix64,
    one_in: u64,
    /// Whether it prefers other threads to the one that ran last.
    away: bool,
    holds: Option<Holds>,
}

impl Random {
    /// The policy of this seed.
    pub const fn new(seed: u64) -> Self {
        Self::switching_once_in(1, seed)
    }

    /// The policy of this seed that chooses at one point in `one_in` alone: long undisturbed stretches find what even
    /// choices, which never let anyone get far, do not.
    pub const fn switching_once_in(one_in: u64, seed: u64) -> Self {
        Self { choices: SplitMix64::new(seed), one_in, away: false, holds: None }
    }

    /// The policy of this seed that goes on with another thread than the one that ran last three times in four: each gets
    /// but a step, and steps that belong together are torn apart.
    pub const fn switching_away(seed: u64) -> Self {
        Self { choices: SplitMix64::new(seed), one_in: 1, away: true, holds: None }
    }

    /// Holds one in so many threads that become ready back, too; by chance of its own.
    #[must_use]
    pub const fn holding_one_in(mut self, one_in: u64, seed: u64) -> Self {
        self.holds = Some(Holds::new(one_in, seed));
        self
    }
}

impl Policy for Random {
    fn choose(&mut self, ready: Ready<'_>) -> ThreadNumber {
        match ready.last {
            Some(last) if self.one_in > 1 && !self.choices.once_in(self.one_in) => last,
            Some(last) if self.away && ready.threads.len() > 1 && !self.choices.once_in(4) => {
                let others: Vec<ThreadNumber> = ready.threads.iter().copied().filter(|other| *other != last).collect();
                choose_evenly(&mut self.choices, &others)
            }
            _ => choose_evenly(&mut self.choices, ready.threads),
        }
    }

    fn hold(&mut self, _: ThreadNumber, _: u64, left: VirtualDuration) -> VirtualDuration {
        self.holds.as_mut().map_or(VirtualDuration::ZERO, |holds| holds.next(left))
    }
}

fn choose_evenly(random: &mut SplitMix64, threads: &[ThreadNumber]) -> ThreadNumber {
    let count = u64::try_from(threads.len()).expect("a list's length fits in u64");
    let index = usize::try_from(random.below(count)).expect("an index below a list's length fits in usize");
    threads[index]
}

/// The longest that a thread is held at once.
const LONGEST: VirtualDuration = VirtualDuration::from_millis(40);

/// Holds threads back now and then, with delays that are long but few: they find code that is ordered only by sleeps, and
/// leave most of a run undisturbed.
#[derive(Clone, Debug)]
pub(super) struct Holds {
    random: SplitMix64,
    one_in: u64,
}

impl Holds {
    /// Those of a seed: one in so many.
    pub(super) const fn new(one_in: u64, seed: u64) -> Self {
        Self { random: SplitMix64::new(seed), one_in }
    }

    pub(super) fn next(&mut self, left: VirtualDuration) -> VirtualDuration {
        if left == VirtualDuration::ZERO || !self.random.once_in(self.one_in) {
            return VirtualDuration::ZERO;
        }
        // Short ones more often: of these a run may have more.
        let longest = LONGEST.as_nanos() >> self.random.below(3);
        VirtualDuration::from_nanos(self.random.below(left.as_nanos().min(longest)) + 1)
    }
}
