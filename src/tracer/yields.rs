//! Waiting for the program by giving it the processor, instead of by going to sleep with an alarm set.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use crate::sys::wait::{self, Waited};

/// Later than this somebody else had the processor meanwhile, or the thread computes: then to be woken is the shorter way. Less than
/// a time slice of the kernel's, more than to load a program takes.
const LATE: Duration = Duration::from_micros(1500);
/// What a success takes from the doubt is 1. What one brings that came late, and one that brought nothing.
const CAME_LATE: u32 = 8;
const FAILED: u32 = 2;
/// From which doubt on it is tried only now and then, and how great that gets.
const DOUBTED: u32 = 16;
const MOST_DOUBT: u32 = 32;
/// How often it is tried then: at first, and in the end.
const NOW_AND_THEN: u32 = 32;
const HARDLY_EVER: u32 = 4096;

/// A thread that has the turn runs on our own processor (see [`Pin`](super::cpu::Pin)). So when we yield that (`sched_yield`(2)) we get it back
/// as soon as the thread stops or falls asleep: mostly everything has happened by then. To set a timer, to be interrupted by
/// it and to be woken costs a virtual machine three exits, more than all else at a stop. Where others want the same
/// processor a yield lets all of them go first, one time slice after the other, while who is woken comes at once: so it is
/// measured, and left out where it does not serve.
#[derive(Debug)]
pub(super) struct Yields {
    doubt: u32,
    /// How often it was left out since it was last tried, and how often it is.
    left_out: u32,
    every: u32,
    is_late: bool,
}

impl Yields {
    pub(super) const fn new() -> Self {
        Self { doubt: 0, left_out: 0, every: NOW_AND_THEN, is_late: false }
    }

    /// What has come once the program had the processor; none when that was not tried.
    pub(super) fn give_way(&mut self) -> io::Result<Option<Waited>> {
        if !self.is_tried() {
            return Ok(None);
        }
        let began = Instant::now();
        thread::yield_now();
        let waited = wait::any(false)?;
        self.is_late = began.elapsed() > LATE;
        if waited != Waited::Nothing {
            self.served();
        }
        Ok(Some(waited))
    }

    /// It brought something: a stop, or a thread has fallen asleep.
    pub(super) fn served(&mut self) {
        if self.is_late {
            return self.doubt_more(CAME_LATE);
        }
        self.doubt = self.doubt.saturating_sub(1);
        self.every = (self.every / 2).max(NOW_AND_THEN);
    }

    /// It brought nothing.
    pub(super) fn failed(&mut self) {
        self.doubt_more(if self.is_late { CAME_LATE } else { FAILED });
    }

    fn doubt_more(&mut self, by: u32) {
        self.doubt = (self.doubt + by).min(MOST_DOUBT);
        if self.doubt >= DOUBTED {
            self.every = (self.every * 2).min(HARDLY_EVER);
        }
    }

    fn is_tried(&mut self) -> bool {
        self.left_out += 1;
        if self.doubt >= DOUBTED && self.left_out < self.every {
            return false;
        }
        self.left_out = 0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{HARDLY_EVER, MOST_DOUBT, Yields};

    fn tried(yields: &mut Yields, times: u32, outcome: impl Fn(&mut Yields)) -> u32 {
        let mut tried = 0;
        for _ in 0..times {
            if yields.is_tried() {
                tried += 1;
                outcome(yields);
            }
        }
        tried
    }

    #[test]
    fn what_always_serves_is_always_tried_and_a_single_failure_changes_nothing() {
        let mut yields = Yields::new();
        assert_eq!(tried(&mut yields, 1000, Yields::served), 1000);
        yields.failed();
        assert_eq!(tried(&mut yields, 1000, Yields::served), 1000);
    }

    #[test]
    fn what_never_serves_is_hardly_ever_tried() {
        let mut yields = Yields::new();
        tried(&mut yields, 10_000, Yields::failed);
        assert_eq!(tried(&mut yields, 10 * HARDLY_EVER, Yields::failed), 10);
    }

    #[test]
    fn a_stop_that_comes_late_is_a_failure() {
        let mut yields = Yields::new();
        yields.is_late = true;
        tried(&mut yields, 10_000, Yields::served);
        assert_eq!(yields.doubt, MOST_DOUBT);
    }

    #[test]
    fn once_it_serves_again_it_is_trusted_again() {
        let mut yields = Yields::new();
        tried(&mut yields, 100_000, Yields::failed);
        tried(&mut yields, 20_000, Yields::served);
        assert_eq!(tried(&mut yields, 100, Yields::served), 100);
    }
}
