use super::splitmix::SplitMix64;
use super::{Ready, ThreadNumber};

/// Every chance is taken in a part of the seeds that pause; in the others one in 2 or 4.
const LONGEST_ODDS: u64 = 3;
/// Who goes first changes once in so many choices, in the seeds that have an order.
const CHANGE_ONE_IN: u64 = 24;

/// Lets time pass while threads could go on: what a busy machine does to all of them. Who waits for a short while gets in
/// between two stops of a thread that would have gone on. An interpreter's thread that waits for the global lock asks for it
/// in this way, and the other one gives it away at its next chance: so a script is torn apart wherever it can be.
///
/// For that the others have to wait already when a thread goes on. So in half of these seeds threads have an order: the
/// first one goes on until it waits, and the last one only when all others do.
#[derive(Clone, Debug)]
pub(super) struct Pauses {
    random: SplitMix64,
    one_in: u64,
    order: Option<u64>,
}

impl Pauses {
    /// Those of a seed; none in half of the seeds.
    pub(super) fn new(seed: u64) -> Option<Self> {
        let mut random = SplitMix64::new(seed);
        if random.once_in(2) {
            return None;
        }
        let order = random.once_in(2).then(|| random.next());
        let one_in = 1 << random.below(if order.is_some() { 2 } else { LONGEST_ODDS });
        Some(Self { random, one_in, order })
    }

    /// Who goes on, where there is an order.
    pub(super) fn first(&mut self, ready: Ready<'_>) -> Option<ThreadNumber> {
        let order = self.order.as_mut()?;
        if self.random.once_in(CHANGE_ONE_IN) {
            *order = self.random.next();
        }
        let place = |thread: &ThreadNumber| SplitMix64::new(*order ^ u64::from(*thread)).next();
        ready.threads.iter().copied().min_by_key(place)
    }

    /// Whether this chance is taken.
    pub(super) fn next(&mut self) -> bool {
        self.random.once_in(self.one_in)
    }
}
