use super::splitmix::SplitMix64;
use super::{Natural, Pct, Policy, Random};

/// The policy that a seed stands for; 0 is the natural one. The seed alone decides, so that it replays anywhere: run
/// lengths and depths are drawn from it too, not estimated from an earlier run.
pub fn for_seed(seed: u64) -> Box<dyn Policy> {
    if seed == 0 {
        return Box::new(Natural::default());
    }
    let mut random = SplitMix64::new(seed);
    // Half of the schedules delay nobody: threads that woke together meet more often there.
    let holds = random.once_in(2).then(|| (8 << (2 * random.below(3)), random.next()));
    if !random.once_in(3) {
        let one_in = [1, 1, 2, 4][usize::try_from(random.below(4)).expect("below four")];
        let policy = Random::switching_once_in(one_in, random.next());
        return match holds {
            Some((one_in, seed)) => Box::new(policy.holding_one_in(one_in, seed)),
            None => Box::new(policy),
        };
    }
    // Depths 2 to 4 hold nearly all known bugs (Burckhardt et al., section 5). Lengths from 8 to 1024 steps, by powers
    // of two, the short ones more often: a change point is useless beyond the end of a run, and most are short.
    let depth = 2 + u32::try_from(random.below(3)).expect("below three");
    let length = 8 << random.below(8).min(random.below(8));
    let policy = Pct::new(random.next(), depth, length);
    match holds {
        Some((one_in, seed)) => Box::new(policy.holding_one_in(one_in, seed)),
        None => Box::new(policy),
    }
}

#[cfg(test)]
mod tests {
    use super::for_seed;
    use crate::schedule::Ready;

    #[test]
    fn the_same_seed_makes_the_same_choices_and_seeds_differ() {
        let choices = |seed| {
            let mut policy = for_seed(seed);
            (0..64).map(|step| policy.choose(Ready { threads: &[0, 1, 2], last: Some(0), step })).collect::<Vec<_>>()
        };
        assert!((0..100).all(|seed| choices(seed) == choices(seed)));
        let different: std::collections::BTreeSet<_> = (0..100).map(choices).collect();
        assert!(different.len() > 20, "only {} different schedules of 100", different.len());
    }

    #[test]
    fn seed_zero_never_forces_a_switch() {
        let mut policy = for_seed(0);
        assert!((0..50).all(|step| policy.choose(Ready { threads: &[0, 1, 2], last: Some(1), step }) == 1));
    }
}
