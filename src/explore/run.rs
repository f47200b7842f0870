use std::cmp;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Exploration;
use super::outcome::{Outcomes, is_same_outcome};
use crate::schedule::{Switch, minimise};
use crate::trace::{Ended, Trace};
use crate::tracer::{self, Options, TracerError};

/// Which schedules are tried, and how many side by side.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The first seed; 0 is the natural schedule.
    pub first_seed: u64,
    /// How many, one after the other.
    pub schedules: u64,
    /// How many at once.
    pub jobs: NonZeroUsize,
}

impl Plan {
    /// The seed whose turn it is in this place. The natural schedule comes when some others have ended: where a program polls for ever it
    /// takes far longer to be sure of that there, and they tell whether it does.
    fn seed(self, place: u64) -> u64 {
        let before = u64::try_from(self.jobs.get()).unwrap_or(u64::MAX).saturating_add(IN_VAIN_TO_BE_KNOWN);
        let place_of_natural = before.min(self.schedules.saturating_sub(1));
        let place = match place.cmp(&place_of_natural) {
            _ if self.first_seed > 0 => place,
            cmp::Ordering::Less => place + 1,
            cmp::Ordering::Equal => 0,
            cmp::Ordering::Greater => place,
        };
        self.first_seed.saturating_add(place)
    }
}

/// After so many runs that got nowhere a program is known for that, and the others need not go on in vain for so long: a part of it only.
const IN_VAIN_TO_BE_KNOWN: u64 = 2;
const KNOWN_IDLER: u64 = 10;

/// Runs a program under the schedules of a plan. `done` is told the seed of each run that ended.
///
/// # Errors
/// The first error of the tracer; what had not begun by then is not begun.
pub fn explore(options: &Options, plan: Plan, done: &(dyn Fn(u64) + Sync)) -> Result<Exploration, TracerError> {
    let outcomes = Mutex::new(Outcomes::default());
    let failed = Mutex::new(None);
    let next = AtomicU64::new(0);
    let in_vain = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs.get() {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let stopped = options.interrupt.load(Ordering::SeqCst)
                        || failed.lock().unwrap_or_else(PoisonError::into_inner).is_some();
                    if place >= plan.schedules || stopped {
                        return;
                    }
                    let seed = plan.seed(place);
                    let known = in_vain.load(Ordering::Relaxed) >= IN_VAIN_TO_BE_KNOWN;
                    let idle_turns = if known { options.idle_turns / KNOWN_IDLER } else { options.idle_turns };
                    match tracer::run(&Options { schedule: seed, idle_turns, ..options.clone() }) {
                        // What it would have come to is not known.
                        Ok(trace) if trace.end.ended == Ended::Interrupted => return,
                        Ok(trace) => {
                            in_vain.fetch_add(u64::from(trace.end.ended == Ended::NoProgress), Ordering::Relaxed);
                            outcomes.lock().unwrap_or_else(PoisonError::into_inner).add(seed, &trace);
                        }
                        Err(error) => {
                            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                        }
                    }
                    done(seed);
                }
            });
        }
    });
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let mut found = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
    for outcome in found.outcomes.iter_mut().filter(|outcome| outcome.ended == Ended::Stuck) {
        if options.interrupt.load(Ordering::SeqCst) {
            break;
        }
        let trace = shown(&Options { schedule: outcome.seed, ..options.clone() })?;
        outcome.cycles = trace.stuck().map_or_else(Vec::new, |stuck| stuck.cycles.to_vec());
    }
    Ok(found)
}

/// The run of these options; when it gets stuck, with who holds what.
///
/// # Errors
/// When it cannot be run.
pub fn shown(options: &Options) -> Result<Trace, TracerError> {
    let first = tracer::run_recorded(options)?;
    Ok(tracer::with_holders(first, |again| tracer::run_recorded(&again.options(options.clone())).ok()))
}

/// With the places at which schedules may preempt its threads, which are a part of what a seed means: whoever looks at a
/// seed again has to go by the same ones.
///
/// # Errors
/// When the program cannot be run.
pub fn surveyed(options: Options) -> Result<Options, TracerError> {
    Ok(Options { places: tracer::survey(&options)?.into(), ..options })
}

/// So much real time is spent on leaving switches out.
const PATIENCE: Duration = Duration::from_secs(10);

/// The fewest switches found with which a schedule still leads to the same outcome, in at most `budget` more runs, and the run
/// under them, whose trace tells of each.
///
/// # Errors
/// When the schedule cannot be run again.
pub fn fewest_switches(options: &Options, seed: u64, budget: u32) -> Result<(Vec<Switch>, Trace), TracerError> {
    let recorded = tracer::run_recorded(&Options { schedule: seed, ..options.clone() })?;
    let (trace, switches) = (recorded.trace, recorded.switches);
    let with = |switches: &[Switch]| Options { schedule: seed, switches: Some(switches.to_vec()), ..options.clone() };
    let began = Instant::now();
    let shows = |tried: &[Switch]| {
        // A run that cannot be made shows nothing.
        began.elapsed() < PATIENCE && tracer::run(&with(tried)).is_ok_and(|again| is_same_outcome(&trace, &again))
    };
    let fewest = minimise(&switches, budget, shows);
    let trace = shown(&with(&fewest))?;
    Ok((fewest, trace))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{IN_VAIN_TO_BE_KNOWN, NonZeroUsize, Plan};

    #[test]
    fn each_seed_has_its_turn_once_and_the_natural_one_after_some_others() {
        let two = NonZeroUsize::new(2).unwrap();
        for (first_seed, schedules) in [(0, 0), (0, 1), (0, 2), (0, 5), (0, 100), (7, 100)] {
            let plan = Plan { first_seed, schedules, jobs: two };
            let seeds: Vec<u64> = (0..schedules).map(|place| plan.seed(place)).collect();
            let once: BTreeSet<u64> = seeds.iter().copied().collect();
            assert!(once.into_iter().eq(first_seed..first_seed + schedules), "{seeds:?}");
        }
        let plan = Plan { first_seed: 0, schedules: 100, jobs: two };
        assert_eq!(plan.seed(2 + IN_VAIN_TO_BE_KNOWN), 0);
    }
}
