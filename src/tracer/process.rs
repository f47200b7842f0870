use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use super::timers::Timers;
use crate::clock::VirtualInstant;

/// A process of the traced tree.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: i32,
    pub(super) role: Role,
    /// Which process of the run's it is, by birth.
    pub(super) number: u32,
    /// Who made it, as far as it is one of the run's; 0 for the program itself.
    pub(super) parent: i32,
    /// When it was born.
    pub(super) born: VirtualInstant,
    /// How many of its threads live.
    pub(super) threads: u32,
    /// CPU nanoseconds that it had used when last asked.
    pub(super) cpu: u64,
    /// CPU nanoseconds as they are counted under a schedule.
    pub(super) counted: u64,
    /// Whether its calls that may block on a socket stop.
    pub(super) sees_sockets: bool,
    /// Whether its reads that may bring signals from a file stop.
    pub(super) sees_signal_files: bool,
    /// Whether its calls of `close` stop.
    pub(super) sees_closes: bool,
    /// Whether one of the run's sent it SIGKILL.
    pub(super) killed_by_its_own: bool,
    /// Whether the openings of files stop.
    pub(super) sees_openings: bool,
    /// Whether its reads that may bring times of packets stop.
    pub(super) sees_packets: bool,
    /// Where the page is by which it reads the clock; none: each reading is a call that stops.
    pub(super) clock_page: Option<u64>,
    /// Whether it runs an interpreter whose threads run one at a time; none while nobody asked.
    pub(super) interpreted: Option<bool>,
    /// Its timers that send signals.
    pub(super) timers: Timers,
}

/// Whose process it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The program that is graded, and its children.
    Program,
    /// The HTTP fixture: seen by the clock, not by the verdict.
    Fixture,
}

impl Process {
    pub(super) fn new(pid: i32, role: Role, number: u32, born: VirtualInstant) -> Self {
        Self {
            pid,
            role,
            number,
            parent: 0,
            born,
            threads: 0,
            cpu: 0,
            counted: 0,
            sees_sockets: false,
            sees_signal_files: false,
            sees_closes: false,
            killed_by_its_own: false,
            sees_openings: false,
            sees_packets: false,
            clock_page: None,
            interpreted: None,
            timers: Timers::default(),
        }
    }

    /// Asks the kernel what CPU time its threads, living and dead, have used.
    pub(super) fn measure(&mut self) -> u64 {
        // The kernel's name for the scheduler's clock of a whole process: see clock_getcpuclockid(3).
        let clock = ClockId::from_raw((!self.pid << 3) | 2);
        if let Ok(used) = clock_gettime(clock) {
            let used = Duration::from(used);
            self.cpu = self.cpu.max(u64::try_from(used.as_nanos()).unwrap_or(u64::MAX));
        }
        self.cpu
    }
}
