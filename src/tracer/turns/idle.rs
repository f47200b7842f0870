//! Threads that only pass the time: they yield, read the clock, or could go on and are held back together.

use super::Turns;
use crate::clock::VirtualDuration;
use crate::schedule::Policy;

/// How far time moves with each turn, as long as anybody does anything but look at it.
const STEP: VirtualDuration = VirtualDuration::from_micros(2);
/// After each so many stops of threads that only pass the time, while nobody else could go on, time moves twice as far with each; so
/// often at most. Who waits for another's sleep by asking again and again comes to its end in thousands of stops, not in a hundred
/// thousand.
const STOPS_TO_DOUBLE: u32 = 128;
const MOST_DOUBLINGS: u32 = 4;
/// After so many clock reads in a row a thread is taken to wait for the time.
const READS_THAT_ARE_A_WAIT: u32 = 16;

impl Turns {
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
