//! Waiting for the program by giving it the processor, instead of by going to sleep with an alarm set.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use crate::sys::wait::{self, Waited};

/// When it takes longer than this on average, somebody else has the processor meanwhile, or the thread computes: then to be woken
/// is the shorter way.
const TOO_LONG: Duration = Duration::from_micros(120);
/// What one that brought nothing cost besides: to be woken after all.
const IN_VAIN: Duration = Duration::from_micros(100);
/// The average is that of about so many.
const OVER: u32 = 16;
/// How often it is tried when it takes too long: at first, and in the end.
const NOW_AND_THEN: u32 = 32;
const HARDLY_EVER: u32 = 4096;

/// A thread that has the turn runs on our own processor (see [`Pin`](super::cpu::Pin)). So when we yield that (`sched_yield`(2)) we get it back
/// as soon as the thread stops or falls asleep: mostly everything has happened by then. To set a timer, to be interrupted by
/// it and to be woken costs a virtual machine three exits, more than all else at a stop. Where others want the same
/// processor a yield lets all of them go first, one time slice after the other, while who is woken comes at once: so it is
/// measured, and left out where it does not serve.
#[derive(Debug)]
pub(super) struct Yields {
    /// What one costs, on average.
    cost: Duration,
    /// How often it was left out since it was last tried, and how often it is.
    left_out: u32,
    every: u32,
}

impl Yields {
    pub(super) const fn new() -> Self {
        Self { cost: Duration::ZERO, left_out: 0, every: NOW_AND_THEN }
    }

    /// What has come once the program had the processor; none when that was not tried.
    pub(super) fn give_way(&mut self) -> io::Result<Option<Waited>> {
        if !self.is_tried() {
            return Ok(None);
        }
        let began = Instant::now();
        thread::yield_now();
        let waited = wait::any(false)?;
        self.took(began.elapsed());
        Ok(Some(waited))
    }

    /// The last one brought nothing.
    pub(super) fn failed(&mut self) {
        self.cost += IN_VAIN / OVER;
    }

    fn took(&mut self, time: Duration) {
        self.cost = (self.cost * (OVER - 1) + time) / OVER;
        // Trust comes back more slowly than it went: one that is late now and then costs more than all that are not save.
        self.every = if time > TOO_LONG { self.every * 2 } else { self.every - self.every / 8 };
        self.every = self.every.clamp(NOW_AND_THEN, HARDLY_EVER);
    }

    fn is_tried(&mut self) -> bool {
        self.left_out += 1;
        if self.cost > TOO_LONG && self.left_out < self.every {
            return false;
        }
        self.left_out = 0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{HARDLY_EVER, Yields};

    const SHORT: Duration = Duration::from_micros(20);
    const A_SLICE: Duration = Duration::from_millis(3);

    /// How many of so many stops it is tried at, when each takes what `time` says of its number.
    fn tried(yields: &mut Yields, stops: u32, time: impl Fn(u32) -> Duration) -> u32 {
        let mut tried = 0;
        for _ in 0..stops {
            if yields.is_tried() {
                yields.took(time(tried));
                tried += 1;
            }
        }
        tried
    }

    #[test]
    fn what_always_serves_is_always_tried_and_a_program_that_is_loaded_changes_nothing() {
        let mut yields = Yields::new();
        assert_eq!(tried(&mut yields, 1000, |_| SHORT), 1000);
        yields.took(Duration::from_millis(1));
        assert_eq!(tried(&mut yields, 1000, |_| SHORT), 1000);
    }

    #[test]
    fn where_others_want_the_processor_it_is_hardly_ever_tried_though_it_serves_most_times() {
        for one_in in [1, 3, 10] {
            let mut yields = Yields::new();
            let late = |number: u32| if number.is_multiple_of(one_in) { A_SLICE } else { SHORT };
            tried(&mut yields, 100_000, late);
            let tried = tried(&mut yields, 100 * HARDLY_EVER, late);
            assert!(tried < 100 * HARDLY_EVER / 25, "one in {one_in}: {tried}");
        }
    }

    #[test]
    fn what_brings_nothing_is_left_out() {
        let mut yields = Yields::new();
        let mut tried = 0;
        for _ in 0..1000 {
            if yields.is_tried() {
                yields.took(Duration::from_micros(50));
                yields.failed();
                tried += 1;
            }
        }
        assert!(tried < 100, "{tried}");
    }

    #[test]
    fn once_it_serves_again_it_is_trusted_again() {
        let mut yields = Yields::new();
        tried(&mut yields, 100_000, |_| A_SLICE);
        tried(&mut yields, 200_000, |_| SHORT);
        assert_eq!(tried(&mut yields, 100, |_| SHORT), 100);
    }
}
