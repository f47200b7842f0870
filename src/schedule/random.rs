use super::splitmix::SplitMix64;
use super::{Policy, Ready, ThreadNumber};
use crate::clock::VirtualDuration;

/// Chooses evenly among the ready threads at each point, and now and then holds one back.
#[derive(Clone, Debug)]
pub struct Random {
    choices: SplitMix64,
    holds: SplitMix64,
}

impl Random {
    /// The policy of this seed.
    pub const fn new(seed: u64) -> Self {
        Self { choices: SplitMix64::new(seed), holds: SplitMix64::new(!seed) }
    }
}

impl Policy for Random {
    fn choose(&mut self, ready: Ready<'_>) -> ThreadNumber {
        choose_evenly(&mut self.choices, ready.threads)
    }

    fn hold(&mut self, _: ThreadNumber, _: u64, left: VirtualDuration) -> VirtualDuration {
        hold_now_and_then(&mut self.holds, left)
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
