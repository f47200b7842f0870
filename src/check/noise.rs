use crate::check::finding::{Failure, Finding, Found};
use crate::clock::VirtualDuration;
use crate::trace::{ClockKind, Trace};

/// How far a measured time may be off without anybody's fault.
///
/// The virtual clock measures all waiting exactly, and lets computing take the CPU time that it takes, which a slow processor or a busy
/// neighbour on the same core makes dearer: what misses a bound by less than half of the run's CPU time (and no more than the machine's clock
/// would be allowed) is not decided under the natural schedule, and no more is forgiven. Another schedule holds threads back, and lets
/// them compute one at a time: what that could have lengthened is no fault, and what is left beyond it is one, for another
/// order of the threads has made it. On the machine's clock a loaded machine makes everything
/// later, never earlier: what misses an upper bound by less than a quarter of it (or 250 ms, or the time that the machine
/// is known to have kept the program waiting, whichever is most) is not decided, rather than failed; a lower bound holds to the millisecond, which is the timers' slack. A time between two lines may be
/// shorter, too, when the first of them came late, so there the same allowance is made downwards. CPU time is a measurement under both clocks
/// (a busy neighbour on the same core makes the same work dearer), so its upper bounds always have the allowance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    upper: bool,
    lower: bool,
    /// By how much a value may miss a lower bound: what timers, and (of a time between two lines) a schedule, may have taken away.
    slack: VirtualDuration,
    known: VirtualDuration,
    /// What a schedule may have added.
    forced: VirtualDuration,
    /// The most that is put down to a loaded machine.
    most: VirtualDuration,
}

/// The least that is always put down to a loaded machine.
const LEAST_ALLOWANCE: VirtualDuration = VirtualDuration::from_millis(250);

const UNBOUNDED: VirtualDuration = VirtualDuration::from_nanos(u64::MAX);

impl Noise {
    /// Of a time since the start of the run.
    pub(crate) fn of_elapsed(trace: &Trace) -> Self {
        let known = VirtualDuration::from_nanos(trace.end.noise);
        let zero = VirtualDuration::ZERO;
        match trace.header.clock {
            ClockKind::Wall => {
                let slack = VirtualDuration::from_millis(1);
                Self { upper: true, lower: false, slack, known, forced: zero, most: UNBOUNDED }
            }
            ClockKind::Virtual if trace.header.schedule == 0 => {
                let most = VirtualDuration::from_nanos(trace.end.cpu / 2);
                Self { upper: true, lower: false, slack: zero, known, forced: zero, most }
            }
            ClockKind::Virtual => Self { upper: false, lower: false, slack: zero, known, forced: known, most: zero },
        }
    }

    /// Of a time between two lines.
    pub(crate) fn of_gap(trace: &Trace) -> Self {
        let elapsed = Self::of_elapsed(trace);
        Self { lower: elapsed.upper, slack: elapsed.slack.saturating_add(elapsed.forced), ..elapsed }
    }

    /// Of CPU time.
    pub(crate) const fn of_cpu() -> Self {
        let zero = VirtualDuration::ZERO;
        Self { upper: true, lower: false, slack: zero, known: zero, forced: zero, most: UNBOUNDED }
    }

    /// Judges a value against its least and most.
    pub(crate) fn judge(
        self,
        value: VirtualDuration,
        least: Option<VirtualDuration>,
        most: Option<VirtualDuration>,
    ) -> Measured {
        if let Some(least) = least.filter(|least| value.saturating_add(self.slack) < *least) {
            let near = self.lower && value.abs_diff(least) < self.allowance(least);
            return if near { Measured::Unclear } else { Measured::TooShort };
        }
        if let Some(most) = most.filter(|most| value > most.saturating_add(self.forced)) {
            let near = self.upper && value.abs_diff(most) < self.allowance(most);
            return if near { Measured::Unclear } else { Measured::TooLong };
        }
        Measured::Right
    }

    fn allowance(self, bound: VirtualDuration) -> VirtualDuration {
        VirtualDuration::from_nanos(bound.as_nanos() / 4).max(LEAST_ALLOWANCE).max(self.known).min(self.most)
    }
}

/// What a measured time is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    Right,
    TooShort,
    TooLong,
    /// It missed by no more than a loaded machine could explain.
    Unclear,
}

impl Measured {
    /// The finding for a time that is not right.
    pub(crate) fn found(self, failure: Failure) -> Found {
        match self {
            Self::Unclear => Ok(Finding::Inconclusive(format!(
                "{} That is so little that a busy machine could be the reason.",
                super::sentence(&failure.message)
            ))),
            _ => failure.found(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Measured, Noise};
    use crate::clock::VirtualDuration;
    use crate::trace::Builder;

    const fn ms(millis: u64) -> VirtualDuration {
        VirtualDuration::from_millis(millis)
    }

    #[test]
    fn computing_that_a_slow_processor_makes_dearer_is_not_held_against_a_run() {
        let mut trace = Builder::new().build();
        trace.end.cpu = 400_000_000;
        let judge = |value| Noise::of_elapsed(&trace).judge(ms(value), Some(ms(2_000)), Some(ms(3_000)));
        assert_eq!(judge(3_000), Measured::Right);
        assert_eq!(judge(3_199), Measured::Unclear);
        assert_eq!(judge(3_201), Measured::TooLong);
        assert_eq!(judge(1_999), Measured::TooShort, "computing makes nothing faster");
        trace.end.cpu = 3_900_000_000;
        let judge = |value| Noise::of_elapsed(&trace).judge(ms(value), None, Some(ms(2_000)));
        assert_eq!(judge(2_499), Measured::Unclear);
        assert_eq!(judge(2_501), Measured::TooLong, "one who computes instead of waiting is not forgiven for it");
    }

    #[test]
    fn the_virtual_clock_forgives_no_waiting() {
        let noise = Noise::of_gap(&Builder::new().build());
        let judge = |value| noise.judge(value, Some(ms(2_000)), Some(ms(2_200)));
        assert_eq!(judge(ms(2_000)), Measured::Right);
        assert_eq!(judge(VirtualDuration::from_nanos(1_999_999_999)), Measured::TooShort);
        assert_eq!(judge(VirtualDuration::from_nanos(2_200_000_001)), Measured::TooLong);
    }

    #[test]
    fn what_a_schedule_held_back_is_no_fault_and_what_is_beyond_it_is_one() {
        let mut trace = Builder::new().schedule(7).build();
        trace.end.noise = 50_000_000;
        let judge = |noise: Noise, value| noise.judge(ms(value), Some(ms(2_000)), Some(ms(2_200)));
        assert_eq!(judge(Noise::of_elapsed(&trace), 2_250), Measured::Right);
        assert_eq!(judge(Noise::of_elapsed(&trace), 2_251), Measured::TooLong);
        assert_eq!(judge(Noise::of_elapsed(&trace), 1_999), Measured::TooShort, "nobody is held back into the past");
        assert_eq!(judge(Noise::of_gap(&trace), 1_950), Measured::Right, "its first line may have been held back");
        assert_eq!(judge(Noise::of_gap(&trace), 1_949), Measured::TooShort);
    }

    #[test]
    fn on_the_machines_clock_a_small_delay_is_not_decided_and_a_great_one_fails() {
        let noise = Noise::of_elapsed(&Builder::new().wall().build());
        let judge = |value| noise.judge(value, Some(ms(2_000)), Some(ms(2_200)));
        assert_eq!(judge(ms(2_700)), Measured::Unclear);
        assert_eq!(judge(ms(2_751)), Measured::TooLong);
        assert_eq!(judge(ms(1_999)), Measured::Right, "a timer's slack");
        assert_eq!(judge(ms(1_990)), Measured::TooShort, "load makes nothing faster");
        let gap = Noise::of_gap(&Builder::new().wall().build());
        assert_eq!(gap.judge(ms(1_990), Some(ms(2_000)), None), Measured::Unclear, "the first line may have been late");
        assert_eq!(gap.judge(ms(1_400), Some(ms(2_000)), None), Measured::TooShort);
    }
}
