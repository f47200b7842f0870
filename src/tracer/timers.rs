//! The timers of a process that send signals: the interval timer (`setitimer`, `alarm`) and POSIX timers.
//!
//! The kernel never arms them. Their deadlines are ours, and at a deadline we send what the kernel would have sent.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::{DeadlineKey, VirtualDuration, VirtualInstant};

/// All of one process.
#[derive(Debug, Default)]
pub(super) struct Timers {
    pub(super) interval: Armed,
    pub(super) posix: BTreeMap<i32, PosixTimer>,
    /// Those on clocks of CPU time, which are the kernel's.
    pub(super) of_cpu: BTreeSet<i32>,
    /// How many SIGALRM of ours are on their way.
    pub(super) alarms_sent: u32,
}

/// When a timer is due, and how often after that.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Armed {
    pub(super) next: Option<DeadlineKey>,
    pub(super) period: VirtualDuration,
}

impl Armed {
    /// How long until it is due; zero when it is not armed.
    pub(super) fn left(&self, now: VirtualInstant) -> VirtualDuration {
        // What is due and has not fired yet is never told as "not armed".
        self.next.map_or(VirtualDuration::ZERO, |key| key.at().since(now).max(VirtualDuration::from_nanos(1)))
    }
}

/// What `timer_create` was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewTimer {
    pub(super) clock: i32,
    pub(super) notify: Notify,
}

/// Whom a POSIX timer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notify {
    Nobody,
    Process { signal: i32, value: [i32; 2] },
    Thread { tid: i32, signal: i32, value: [i32; 2] },
}

/// A POSIX timer on a virtual clock.
#[derive(Debug)]
pub(super) struct PosixTimer {
    pub(super) new: NewTimer,
    pub(super) armed: Armed,
    /// Expirations besides the first since its signal was sent and not taken yet.
    pub(super) overrun: i32,
    /// The same, of the signal that was taken last: what `timer_getoverrun` tells.
    pub(super) overrun_told: i32,
    /// Whether its signal is on its way.
    pub(super) sent: bool,
}

impl PosixTimer {
    pub(super) const fn new(new: NewTimer) -> Self {
        Self {
            new,
            armed: Armed { next: None, period: VirtualDuration::ZERO },
            overrun: 0,
            overrun_told: 0,
            sent: false,
        }
    }

    /// Its signal was taken.
    pub(super) const fn taken(&mut self) {
        self.overrun_told = self.overrun;
        self.overrun = 0;
        self.sent = false;
    }
}

impl Timers {
    /// Forgets the POSIX timers, as an exec does; their deadlines.
    pub(super) fn delete_posix(&mut self) -> Vec<DeadlineKey> {
        self.of_cpu.clear();
        std::mem::take(&mut self.posix).into_values().filter_map(|timer| timer.armed.next).collect()
    }

    /// Forgets all; their deadlines.
    pub(super) fn delete_all(&mut self) -> Vec<DeadlineKey> {
        let mut keys = self.delete_posix();
        keys.extend(self.interval.next.take());
        keys
    }
}
