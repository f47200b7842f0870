use super::natural::continue_or_next;
use super::pauses::Pauses;
use super::preemptions::Preemptions;
use super::random::Holds;
use super::splitmix::SplitMix64;
use super::{Natural, Pct, Place, Policy, Preemption, Random, Ready, ThreadNumber};
use crate::clock::VirtualDuration;

/// After so many choices a run is left alone but for one choice in [`CALM_ONE_IN`]. A program that takes a lock a hundred
/// thousand times would make millions of stops, if every one of them could bring another thread in; and what shows at all
/// shows early.
const CALM_AFTER: u64 = 2_048;
const CALM_ONE_IN: u64 = 32;

/// The policy that a seed stands for; 0 is the natural one. The seed alone decides, so that it replays anywhere: run
/// lengths and depths are drawn from it too, not estimated from an earlier run.
pub fn for_seed(seed: u64) -> Box<dyn Policy> {
    if seed == 0 {
        return Box::new(Natural::default());
    }
    let mut random = SplitMix64::new(seed);
    // Half of the schedules delay nobody: threads that woke together meet more often there.
    let holds = random.once_in(2).then(|| (2 << (2 * random.below(4)), random.next()));
    let kind = random.below(8);
    let policy: Box<dyn Policy> = if kind < 6 {
        let policy = match kind {
            0..3 => Random::switching_away(random.next()),
            3..5 => Random::new(random.next()),
            _ => Random::switching_once_in(2 << random.below(2), random.next()),
        };
        match holds {
            Some((one_in, seed)) => Box::new(policy.holding_one_in(one_in, seed)),
            None => Box::new(policy),
        }
    } else {
        // Depths 2 to 4 hold nearly all known bugs (Burckhardt et al., section 5). Lengths from 8 to 1024 steps, by
        // powers of two, the short ones more often: a change point is useless beyond the end of a run, and most are short.
        let depth = 2 + u32::try_from(random.below(3)).expect("below three");
        let length = 8 << random.below(8).min(random.below(8));
        let policy = Pct::new(random.next(), depth, length);
        match holds {
            Some((one_in, seed)) => Box::new(policy.holding_one_in(one_in, seed)),
            None => Box::new(policy),
        }
    };
    let preemptions = (!random.once_in(4)).then(|| Preemptions::new(&mut random));
    let calm = SplitMix64::new(random.next());
    let pauses = Pauses::new(random.next());
    // One thread alone meets nobody else, and what it does differs by being late alone.
    let alone = (!random.once_in(4)).then(|| Holds::new(1 << random.below(3), random.next()));
    Box::new(Seeded { policy, preemptions, pauses, alone, calm, previous: 0 })
}

/// A policy that calms down in a long run, and preempts threads between their stops in some seeds.
struct Seeded {
    policy: Box<dyn Policy>,
    preemptions: Option<Preemptions>,
    pauses: Option<Pauses>,
    /// Holds of a thread that is alone.
    alone: Option<Holds>,
    calm: SplitMix64,
    previous: ThreadNumber,
}

impl Policy for Seeded {
    fn choose(&mut self, ready: Ready<'_>) -> ThreadNumber {
        self.previous = if ready.step >= CALM_AFTER && !self.calm.once_in(CALM_ONE_IN) {
            continue_or_next(ready, self.previous)
        } else {
            let first = self.pauses.as_mut().and_then(|pauses| pauses.first(ready));
            first.unwrap_or_else(|| self.policy.choose(ready))
        };
        self.previous
    }

    fn hold(&mut self, thread: ThreadNumber, asked: u64, left: VirtualDuration) -> VirtualDuration {
        self.policy.hold(thread, asked, left)
    }

    fn hold_alone(&mut self, _: ThreadNumber, _: u64, left: VirtualDuration) -> VirtualDuration {
        self.alone.as_mut().map_or(VirtualDuration::ZERO, |holds| holds.next(left))
    }

    fn mark(&mut self, places: &[Vec<Place>]) -> Vec<Place> {
        self.preemptions.as_mut().map(|preemptions| preemptions.mark(places)).unwrap_or_default()
    }

    fn pause(&mut self, _: u64, _: VirtualDuration) -> bool {
        self.pauses.as_mut().is_some_and(Pauses::next)
    }

    fn preempt(&mut self, _: ThreadNumber, asked: u64, left: VirtualDuration) -> Option<Preemption> {
        self.preemptions.as_mut()?.next(asked, left)
    }
}

#[cfg(test)]
mod tests {
    use super::for_seed;
    use crate::clock::VirtualDuration;
    use crate::schedule::{Place, Ready};

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
        assert_eq!(policy.preempt(0, 0, VirtualDuration::from_millis(100)), None);
    }

    #[test]
    fn a_thread_alone_is_held_back_in_most_seeds_and_never_longer_than_is_left() {
        let left = VirtualDuration::from_millis(15);
        let holds = |seed: &u64| {
            let mut policy = for_seed(*seed);
            let longest = (0..16).map(|asked| policy.hold_alone(0, asked, left)).max().expect("sixteen");
            assert!(longest <= left, "seed {seed}");
            longest > VirtualDuration::ZERO
        };
        let count = (1..=300).filter(holds).count();
        assert!((195..=255).contains(&count), "{count} of 300");
        assert!(!holds(&0), "the natural schedule holds nobody back");
    }

    #[test]
    fn three_quarters_of_the_seeds_preempt_threads_between_their_stops() {
        let preempts = |seed: &u64| {
            let mut policy = for_seed(*seed);
            (0..64).any(|asked| policy.preempt(0, asked, VirtualDuration::ZERO).is_some())
        };
        let count = (1..=300).filter(preempts).count();
        assert!((195..=255).contains(&count), "{count} of 300");
    }

    #[test]
    fn a_seed_marks_at_most_four_of_the_places_and_always_the_same() {
        let places = [vec![1, 2, 3, 4, 5, 6], vec![7], vec![8, 9]]
            .map(|word| word.into_iter().map(Place::Instruction).collect());
        let marks = |seed: u64| for_seed(seed).mark(&places);
        let all: Vec<Vec<Place>> = (0..200).map(marks).collect();
        assert!(all.iter().all(
            |marks| marks.len() <= 4 && marks.iter().all(|mark| (1..=9).any(|at| *mark == Place::Instruction(at)))
        ));
        assert_eq!(all, (0..200).map(marks).collect::<Vec<_>>());
        assert!(
            (1..=9).all(|place| all.iter().any(|marks| marks.contains(&Place::Instruction(place)))),
            "each place comes up"
        );
        assert!(all.iter().filter(|marks| !marks.is_empty()).count() > 80, "most seeds mark some");
        assert!(all[0].is_empty(), "the natural schedule marks none");
    }

    #[test]
    fn the_forms_of_one_instruction_of_a_script_are_marked_together() {
        let forms: Vec<Place> = (1..=3).map(Place::Bytecode).collect();
        for seed in 1..100 {
            let marks = for_seed(seed).mark(std::slice::from_ref(&forms));
            assert!(marks.is_empty() || forms.iter().all(|form| marks.contains(form)), "seed {seed}: {marks:?}");
        }
    }

    #[test]
    fn a_long_run_is_left_alone_in_the_end() {
        for seed in 1..50 {
            let mut policy = for_seed(seed);
            let switches = (2_048..6_144)
                .filter(|step| policy.choose(Ready { threads: &[0, 1], last: Some(0), step: *step }) == 1)
                .count();
            assert!(switches < 300, "seed {seed}: {switches} of 4096");
        }
    }
}
