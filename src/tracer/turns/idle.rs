//! Threads that only pass the time: they yield, read the clock, or could go on and are held back together.

use super::Turns;
use crate::clock::{DeadlineKey, VirtualDuration};
use crate::schedule::Policy;
use crate::tracer::tracee::Resume;

/// How far time moves with each turn, as long as anybody does anything but look at it.
const STEP: VirtualDuration = VirtualDuration::from_micros(2);
/// After each so many stops of threads that only pass the time, while nobody else could go on, time moves twice as far with each; so
/// often at most. Who waits for another's sleep by asking again and again comes to its end in thousands of stops, not in a hundred
/// thousand.
const STOPS_TO_DOUBLE: u32 = 128;
const MOST_DOUBLINGS: u32 = 4;
/// After so many clock reads in a row a thread is taken to wait for the time.
const READS_THAT_ARE_A_WAIT: u32 = 16;

/// After so many turns in which nobody did anything else, times come between the stops of whoever runs, too.
const TURNS_AT_STOPS: u64 = 1_000;
/// So many instructions at most behind a stop: an interpreter makes hundreds for each of its own.
const LONGEST_WALK: usize = 2_048;
/// From one of so many stops at most.
const MOST_STOPS: usize = 3;

/// For how long a program has done nothing but pass the time.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::tracer) struct Idle {
    /// How many turns were given since.
    pub(in crate::tracer) turns: u64,
    /// What it had done by then.
    deeds: u64,
    /// How many deadlines had been set when half of those turns were given that are the most.
    deadlines: u64,
}

impl Idle {
    /// Another turn begins; so much has been done by now, and so many deadlines have been set.
    pub(in crate::tracer) const fn next_turn(&mut self, deeds: u64, deadlines: u64, most: u64) {
        if self.deeds != deeds {
            *self = Self { turns: 0, deeds, deadlines };
        }
        self.turns += 1;
        if self.turns == most / 2 {
            self.deadlines = deadlines;
        }
    }

    /// Whether this deadline was set in the second half of it.
    pub(in crate::tracer) const fn has_set(&self, deadline: DeadlineKey) -> bool {
        deadline.number() >= self.deadlines
    }
}

impl Turns {
    /// Somebody's time has come, and nobody has been told: whether the thread that ran last goes on first, for so many instructions;
    /// up to its next stop, where none are given.
    pub(in crate::tracer) fn goes_on_before_deadline(&mut self) -> Option<(i32, Option<u32>)> {
        if self.idle.turns < TURNS_AT_STOPS || self.went_on > MOST_STOPS {
            return None;
        }
        let last = self.last?;
        let tid = self.ready.get(&last).filter(|waits| waits.how == Resume::Go(0))?.tid;
        self.ready.remove(&last);
        self.fresh.remove(&last);
        self.begin_turn(tid);
        // The place where a thread is left comes from a number that goes through all of its values evenly.
        let walk = self.place_in_loop(LONGEST_WALK);
        if !walk.is_multiple_of(MOST_STOPS - self.went_on + 1) {
            self.went_on += 1;
            return Some((tid, None));
        }
        self.went_on = MOST_STOPS + 1;
        Some((tid, Some(u32::try_from(1 + walk).unwrap_or(1))))
    }

    /// Somebody's time has come, and was told.
    pub(in crate::tracer) const fn fired(&mut self) {
        self.went_on = 0;
    }

    /// A thread yields.
    pub(in crate::tracer) fn yields(&mut self, tid: i32) {
        self.idle_stops = self.idle_stops.saturating_add(1);
        self.tire(tid);
        self.note_yield(tid);
    }

    /// How far time moves with the next turn.
    pub(in crate::tracer) fn step(&self) -> VirtualDuration {
        if self.ready.len() > 1 {
            return STEP;
        }
        let doublings = (self.idle_stops / STOPS_TO_DOUBLE).saturating_sub(1).min(MOST_DOUBLINGS);
        VirtualDuration::from_nanos(STEP.as_nanos() << doublings)
    }

    /// Whether all that could go on are held back until a deadline that is so far away; they are where that is `wanted`.
    pub(in crate::tracer) fn pause(&mut self, time: VirtualDuration, wanted: bool) -> bool {
        let wanted = wanted || self.makes_room.is_some();
        // One of those that the last one held back gets on first.
        if self.ready.is_empty() || (!wanted && !self.paused.is_empty()) || time > self.pauses {
            return false;
        }
        let asked = self.asked_to_pause;
        self.asked_to_pause += u64::from(!wanted);
        let pauses = wanted || self.policy.pause(asked, time);
        self.makes_room = None;
        if pauses {
            self.pauses = VirtualDuration::from_nanos(self.pauses.as_nanos().saturating_sub(time.as_nanos()));
            // Who is woken by it does what it wakes for before them.
            self.tired.extend(self.ready.keys());
        }
        self.paused.extend(self.ready.keys());
        pauses
    }

    /// A thread reads a clock, or does something else. How many reads it made in a row.
    pub(in crate::tracer) fn reads_clock(&mut self, tid: i32, reads: bool) -> u32 {
        self.reads = if reads { self.reads.saturating_add(1) } else { 0 };
        self.idle_stops = if reads { self.idle_stops.saturating_add(1) } else { self.idle_stops / 2 };
        if !reads {
            self.passes = 0;
        }
        self.does_not_yield(tid);
        if self.reads > READS_THAT_ARE_A_WAIT {
            self.tire(tid);
        }
        self.reads
    }
}

#[cfg(test)]
mod tests {
    use super::Idle;
    use crate::clock::{Deadlines, VirtualInstant};

    #[test]
    fn who_waits_for_long_is_told_from_who_polls() {
        let (mut deadlines, mut idle) = (Deadlines::default(), Idle::default());
        let long = deadlines.set(VirtualInstant::from_nanos(1_000_000), "a long sleep");
        for turn in 0..100 {
            let poll = deadlines.set(VirtualInstant::from_nanos(turn), "a short one");
            idle.next_turn(7, deadlines.set_so_far(), 100);
            assert!(turn < 50 || idle.has_set(poll), "turn {turn}");
        }
        assert_eq!(idle.turns, 100);
        assert!(!idle.has_set(long));
        idle.next_turn(8, deadlines.set_so_far(), 100);
        assert_eq!(idle.turns, 1, "it has done something");
    }
}
