use super::splitmix::SplitMix64;
use super::{Policy, Ready, ThreadNumber};
use crate::clock::VirtualDuration;

/// Chooses evenly among the ready threads at each point (or only once in so many points, and goes on with the thread that
/// ran last at the others), and now and then holds one back.
#[derive(Clone, Debug)]
pub struct Random {
    choices: SplitMix64,
    one_in: u64,
    holds: Option<SplitMix64>,
}

impl Random {
    /// The policy of this seed.
    pub const fn new(seed: u64) -> Self {
        Self::switching_once_in(1, seed)
    }

    /// The policy of this seed that chooses at one point in `one_in` alone: long undisturbed stretches find what even
    /// choices, which never let anyone get far, do not.
    pub const fn switching_once_in(one_in: u64, seed: u64) -> Self {
        Self { choices: SplitMix64::new(seed), one_in, holds: Some(SplitMix64::new(!seed)) }
    }

    /// Whether it holds threads back at all: where it does, threads that woke together meet less often.
    #[must_use]
    pub fn holding(self, holds: bool) -> Self {
        Self { holds: self.holds.filter(|_| holds), ..self }
    }
}

impl Policy for Random {
    fn choose(&mut self, ready: Ready<'_>) -> ThreadNumber {
        match ready.last {
            Some(last) if self.one_in > 1 && !self.choices.once_in(self.one_in) => last,
            _ => choose_evenly(&mut self.choices, ready.threads),
        }
    }

    fn hold(&mut self, _: ThreadNumber, _: u64, left: VirtualDuration) -> VirtualDuration {
        self.holds.as_mut().map_or(VirtualDuration::ZERO, |holds| hold_now_and_then(holds, left))
    }
}

fn choose_evenly(random: &mut SplitMix64, threads: &[ThreadNumber]) -> ThreadNumber {
    let count = u64::try_from(threads.len()).expect("a list's length fits in u64");
    let index = usize::try_from(random.below(count)).expect("an index below a list's length fits in usize");
    threads[index]
}

/// One wait in eight is held, for up to all of what is left: delays that are long but few find code that is ordered
/// only by sleeps, and leave most of a run undisturbed.
pub(super) fn hold_now_and_then(random: &mut SplitMix64, left: VirtualDuration) -> VirtualDuration {
    if left == VirtualDuration::ZERO || !random.once_in(8) {
        return VirtualDuration::ZERO;
    }
    VirtualDuration::from_nanos(random.below(left.as_nanos()) + 1)
}
