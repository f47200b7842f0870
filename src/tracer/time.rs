use std::time::Instant;

use super::options::Epoch;
use crate::clock::{VirtualDuration, VirtualInstant};

/// What every monotonic clock of the program says at its start: as on a machine that has been up for a while.
const UPTIME_AT_START: u64 = 10_000 * 1_000_000_000;
/// Time moves at least this far between two readings.
const LEAST_STEP: u64 = 200;

/// The latest moment that the calendar may be set to: so far before the end of its 64 bits of nanoseconds that thirty years fit
/// between, as in the kernel.
const LATEST: u64 = i64::MAX.cast_unsigned() - 30 * 365 * 24 * 3600 * 1_000_000_000;

/// What moves the time of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// While the tree runs: the smaller of real time and the CPU time that it used. While all sleep: a jump.
    Virtual,
    /// Real time, one to one: the wall clock, or the fallback when a run used something that is not virtualised.
    Real,
}

/// The clock of a run.
#[derive(Debug)]
pub(super) struct Time {
    pace: Pace,
    now: VirtualInstant,
    /// Up to which moment threads have really run: ahead of `now` while somebody is due, or was just woken, whose turn it is first.
    reached: VirtualInstant,
    epoch: Epoch,
    /// When the wait for the outside world was last counted.
    waits_since: Option<Instant>,
}

impl Time {
    /// A clock that stands still until [`Time::start`].
    pub(super) const fn new(pace: Pace, epoch: Epoch) -> Self {
        Self { pace, now: VirtualInstant::START, reached: VirtualInstant::START, epoch, waits_since: None }
    }

    /// The program begins.
    pub(super) fn start(&mut self) {
        self.now = VirtualInstant::START;
        self.reached = VirtualInstant::START;
    }

    pub(super) const fn pace(&self) -> Pace {
        self.pace
    }

    /// From now on, time goes with real time.
    pub(super) fn fall_back_to_real(&mut self) {
        self.pace = Pace::Real;
    }

    /// The time when it was last brought up to date.
    pub(super) const fn now(&self) -> VirtualInstant {
        self.now
    }

    /// Up to which moment threads have run; never before [`Self::now`].
    pub(super) fn reached(&self) -> VirtualInstant {
        self.reached.max(self.now)
    }

    /// Threads have run up to `reached`; of that, the time until `now` counts already.
    pub(super) fn run_to(&mut self, reached: VirtualInstant, now: VirtualInstant) {
        self.reached = self.reached().max(reached);
        self.now = self.now.max(now);
    }

    /// Moves on by what ran.
    pub(super) fn move_on(&mut self, step: VirtualDuration) {
        self.now = self.now.saturating_add(step);
    }

    /// The tree does not wait for the outside world (any more).
    pub(super) fn something_ran(&mut self) {
        self.waits_since = None;
    }

    /// The tree waits for the outside world: real time counts, although nothing ran.
    pub(super) fn pass(&mut self) {
        if let Some(quiet_since) = self.waits_since.replace(Instant::now()) {
            let real = u64::try_from(quiet_since.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.now = self.now.saturating_add(VirtualDuration::from_nanos(real));
        }
    }

    /// A reading by the program: never the same twice, so that busy waits end and two deadlines set one after another
    /// differ.
    pub(super) fn read(&mut self) -> VirtualInstant {
        self.now = self.after_reading();
        self.now
    }

    /// What the next reading will tell.
    pub(super) const fn after_reading(&self) -> VirtualInstant {
        self.now.saturating_add(VirtualDuration::from_nanos(LEAST_STEP))
    }

    /// Moves on to a moment to come.
    pub(super) fn jump(&mut self, to: VirtualInstant) {
        self.now = self.now.max(to);
    }

    /// What the calendar says at `moment`: nanoseconds since 1970.
    pub(super) const fn calendar(&self, moment: VirtualInstant) -> u64 {
        self.epoch.0.saturating_add(moment.as_nanos())
    }

    /// What the calendar said at the start, or would have said as it was set since.
    pub(super) const fn calendar_at_start(&self) -> u64 {
        self.calendar(VirtualInstant::START)
    }

    /// Sets the calendar: from now on it goes on from `value`, counted from 1970. False, and nothing set, where the kernel would
    /// refuse it: time cannot have begun after the machine.
    pub(super) fn set_calendar(&mut self, value: VirtualDuration) -> bool {
        let since_start = self.now.as_nanos();
        if value.as_nanos() < Self::monotonic(self.now) || value.as_nanos() > LATEST {
            return false;
        }
        self.epoch = Epoch(value.as_nanos() - since_start);
        true
    }

    /// What the monotonic clocks say at `moment`.
    pub(super) const fn monotonic(moment: VirtualInstant) -> u64 {
        UPTIME_AT_START + moment.as_nanos()
    }

    /// The moment at which clock `clock` says `value`; the start for values before it. None for clocks of CPU time and
    /// those that do not exist.
    pub(super) fn moment(&self, clock: i32, value: VirtualDuration) -> Option<VirtualInstant> {
        let zero = if is_calendar(clock) {
            self.epoch.0
        } else if is_monotonic(clock) {
            UPTIME_AT_START
        } else {
            return None;
        };
        Some(VirtualInstant::from_nanos(value.as_nanos().saturating_sub(zero)))
    }

    /// What clock `clock` says at `moment`.
    pub(super) const fn says(&self, clock: i32, moment: VirtualInstant) -> Option<u64> {
        if is_calendar(clock) {
            Some(self.calendar(moment))
        } else if is_monotonic(clock) {
            Some(Self::monotonic(moment))
        } else {
            None
        }
    }
}

/// Whether a clock tells the calendar's time.
pub(super) const fn is_calendar(clock: i32) -> bool {
    matches!(clock, libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE | libc::CLOCK_REALTIME_ALARM | libc::CLOCK_TAI)
}

/// Whether a clock counts from the machine's start.
pub(super) const fn is_monotonic(clock: i32) -> bool {
    matches!(
        clock,
        libc::CLOCK_MONOTONIC
            | libc::CLOCK_MONOTONIC_RAW
            | libc::CLOCK_MONOTONIC_COARSE
            | libc::CLOCK_BOOTTIME
            | libc::CLOCK_BOOTTIME_ALARM
    )
}
