use super::natural::continue_or_next;
use super::{Place, Policy, Preemption, Ready, ThreadNumber, Unit};
use crate::clock::VirtualDuration;

/// A choice that the natural policy would not have made: at this step this thread went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// At this step this thread went on.
    To {
        /// Which choice of the run, from 0.
        step: u64,
        /// The thread that went on.
        thread: ThreadNumber,
    },
    /// This place was marked for the whole run.
    Mark {
        /// Which one.
        place: Place,
    },
    /// At this step this thread's wake-up was held back.
    Hold {
        /// Which choice of the run came next, from 0.
        step: u64,
        /// The thread that was held.
        thread: ThreadNumber,
        /// For how long, in virtual nanoseconds.
        ns: u64,
    },
    /// At this point everybody was held back until the next deadline.
    Pause {
        /// Which point of the run that could be so, from 0.
        step: u64,
    },
    /// In this turn this thread was preempted between its stops.
    Preempt {
        /// Which turn of the run that could be so cut short, from 0.
        step: u64,
        /// The thread that was preempted.
        thread: ThreadNumber,
        /// What was counted until then.
        #[serde(default)]
        unit: Unit,
        /// After how many.
        after: u32,
        /// For how long it was held then, in virtual nanoseconds.
        ns: u64,
    },
}

/// Makes recorded switches again and is natural elsewhere. A switch to a thread that is not ready is left out, so that a
/// list from which some were removed still runs.
#[derive(Clone, Debug)]
pub struct Replay {
    switches: Vec<Switch>,
    previous: ThreadNumber,
}

impl Replay {
    /// The policy that makes these switches.
    pub fn new(switches: impl IntoIterator<Item = Switch>) -> Self {
        Self { switches: switches.into_iter().collect(), previous: 0 }
    }
}

impl Policy for Replay {
    fn choose(&mut self, ready: Ready<'_>) -> ThreadNumber {
        let wanted = self.switches.iter().find_map(|switch| match switch {
            Switch::To { step, thread } if *step == ready.step && ready.threads.contains(thread) => Some(*thread),
            _ => None,
        });
        self.previous = wanted.unwrap_or_else(|| continue_or_next(ready, self.previous));
        self.previous
    }

    fn mark(&mut self, _: &[Vec<Place>]) -> Vec<Place> {
        let marks = self.switches.iter().filter_map(|switch| match switch {
            Switch::Mark { place } => Some(*place),
            _ => None,
        });
        marks.collect()
    }

    fn hold(&mut self, held: ThreadNumber, now: u64, left: VirtualDuration) -> VirtualDuration {
        let wanted = self.switches.iter().find_map(|switch| match switch {
            Switch::Hold { step, thread, ns } if *step == now && *thread == held => Some(*ns),
            _ => None,
        });
        VirtualDuration::from_nanos(wanted.unwrap_or(0)).min(left)
    }

    fn pause(&mut self, asked: u64, _: VirtualDuration) -> bool {
        self.switches.contains(&Switch::Pause { step: asked })
    }

    fn preempt(&mut self, preempted: ThreadNumber, now: u64, left: VirtualDuration) -> Option<Preemption> {
        self.switches.iter().find_map(|switch| match switch {
            Switch::Preempt { step, thread, unit, after, ns } if *step == now && *thread == preempted => {
                let hold = VirtualDuration::from_nanos(*ns).min(left);
                Some(Preemption { unit: *unit, after: *after, hold, rest: 0 })
            }
            _ => None,
        })
    }
}

/// Wraps a policy and writes down where it left the natural way.
pub struct Recorder<P> {
    policy: P,
    previous: ThreadNumber,
    switches: Vec<Switch>,
}

impl<P: Policy> Recorder<P> {
    /// Records what this policy does.
    pub const fn new(policy: P) -> Self {
        Self { policy, previous: 0, switches: Vec::new() }
    }

    /// What was recorded so far.
    pub fn switches(&self) -> &[Switch] {
        &self.switches
    }

    fn note_hold(&mut self, thread: ThreadNumber, step: u64, held: VirtualDuration) -> VirtualDuration {
        if held > VirtualDuration::ZERO {
            self.switches.push(Switch::Hold { step, thread, ns: held.as_nanos() });
        }
        held
    }
}

impl Policy for Box<dyn Policy> {
    fn choose(&mut self, ready: Ready<'_>) -> ThreadNumber {
        (**self).choose(ready)
    }

    fn mark(&mut self, places: &[Vec<Place>]) -> Vec<Place> {
        (**self).mark(places)
    }

    fn hold(&mut self, thread: ThreadNumber, step: u64, left: VirtualDuration) -> VirtualDuration {
        (**self).hold(thread, step, left)
    }

    fn hold_alone(&mut self, thread: ThreadNumber, step: u64, left: VirtualDuration) -> VirtualDuration {
        (**self).hold_alone(thread, step, left)
    }

    fn pause(&mut self, asked: u64, time: VirtualDuration) -> bool {
        (**self).pause(asked, time)
    }

    fn preempt(&mut self, thread: ThreadNumber, step: u64, left: VirtualDuration) -> Option<Preemption> {
        (**self).preempt(thread, step, left)
    }
}

impl<P: Policy> Policy for Recorder<P> {
    fn choose(&mut self, ready: Ready<'_>) -> ThreadNumber {
        let thread = self.policy.choose(ready);
        if thread != continue_or_next(ready, self.previous) {
            self.switches.push(Switch::To { step: ready.step, thread });
        }
        self.previous = thread;
        thread
    }

    fn mark(&mut self, places: &[Vec<Place>]) -> Vec<Place> {
        let marks = self.policy.mark(places);
        self.switches.extend(marks.iter().map(|place| Switch::Mark { place: *place }));
        marks
    }

    fn hold(&mut self, thread: ThreadNumber, step: u64, left: VirtualDuration) -> VirtualDuration {
        let held = self.policy.hold(thread, step, left);
        self.note_hold(thread, step, held)
    }

    fn hold_alone(&mut self, thread: ThreadNumber, step: u64, left: VirtualDuration) -> VirtualDuration {
        let held = self.policy.hold_alone(thread, step, left);
        self.note_hold(thread, step, held)
    }

    fn pause(&mut self, asked: u64, time: VirtualDuration) -> bool {
        let pauses = self.policy.pause(asked, time);
        if pauses {
            self.switches.push(Switch::Pause { step: asked });
        }
        pauses
    }

    fn preempt(&mut self, thread: ThreadNumber, step: u64, left: VirtualDuration) -> Option<Preemption> {
        let preemption = self.policy.preempt(thread, step, left)?;
        let Preemption { unit, after, hold, .. } = preemption;
        self.switches.push(Switch::Preempt { step, thread, unit, after, ns: hold.as_nanos() });
        Some(preemption)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Recorder, Replay};
    use crate::clock::VirtualDuration;
    use crate::schedule::{Policy, Random, Ready, ThreadNumber};

    /// Asks a policy the same series of questions, some of them for holds.
    fn answers(policy: &mut dyn Policy, questions: &[Vec<ThreadNumber>]) -> Vec<(ThreadNumber, VirtualDuration)> {
        let mut last = None;
        (0..)
            .zip(questions)
            .map(|(step, threads)| {
                let last_ready = last.filter(|last| threads.contains(last));
                let chosen = policy.choose(Ready { threads, last: last_ready, step });
                last = Some(chosen);
                (chosen, policy.hold(chosen, step, VirtualDuration::from_millis(100)))
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_recorded_run_replays(seed in any::<u64>(), masks in proptest::collection::vec(1_u8..=255, 1..60)) {
            let ready = |mask: &u8| (0..8).filter(|bit| mask & (1 << bit) != 0).collect::<Vec<ThreadNumber>>();
            let questions: Vec<_> = masks.iter().map(ready).collect();
            let mut recorder = Recorder::new(Random::new(seed));
            let first = answers(&mut recorder, &questions);
            let mut replay = Replay::new(recorder.switches().iter().copied());
            prop_assert_eq!(first, answers(&mut replay, &questions));
        }
    }
}
