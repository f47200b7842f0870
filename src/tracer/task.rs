use std::path::PathBuf;

use super::fairness::Manners;
use super::hand_over::HandOver;
use super::procfs::Procfs;
use super::progress::Progress;
use super::record::Entry;
use super::regs::{Breakpoint, Native};
use super::torn::Torn;
use super::tracee::{Running, Stopped};
use crate::clock::{DeadlineKey, VirtualInstant};
use crate::sys::signal::SignalInfo;

/// A thread of the traced tree.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) tid: i32,
    pub(super) pid: i32,
    pub(super) slot: Slot,
    /// What is to be done when its present system call returns.
    pub(super) pending: Option<Pending>,
    /// A timed wait that a signal interrupted: when the kernel restarts the very same call, its deadline stays.
    pub(super) interrupted: Option<Interrupted>,
    /// A signal to the process that another thread was about to take instead of this one, as it was sent.
    pub(super) handed_on: Option<SignalInfo>,
    /// The signal that it was let go on with, until its next stop.
    pub(super) delivered: Option<i32>,
    /// The CPU nanoseconds that it had used when it was noted that it waits for another thread.
    pub(super) waits: Option<u64>,
    /// The vfork child that it waits for.
    pub(super) vfork: Option<i32>,
    /// Whether its last stop was a group-stop that it is still in.
    pub(super) in_group_stop: bool,
    /// Whether it is on its way through single instructions: then a SIGTRAP is ours.
    pub(super) stepping: bool,
    /// Where it stops between its calls.
    pub(super) breakpoints: Vec<Breakpoint>,
    /// What it had read when it was preempted within an instruction.
    pub(super) torn: Option<Torn>,
    /// How far it is with giving its interpreter's lock away.
    pub(super) hand_over: Option<Box<HandOver>>,
    /// CPU time as it is counted under a schedule, in nanoseconds.
    pub(super) counted: u64,
    /// In how many of its turns it computed for a while, and whether it was asked to stop to be looked at for that.
    pub(super) long_turns: u32,
    pub(super) is_looked_for: bool,
    /// Whether it stood at its end, and the CPU time that it had used then.
    pub(super) ended: Option<u64>,
    /// The processors that it asked for; none: all that the run may use.
    pub(super) affinity: Option<Vec<usize>>,
    pub(super) procfs: Procfs,
    pub(super) progress: Progress,
    pub(super) manners: Manners,
}

/// Who has the thread: the kernel or we.
#[derive(Debug)]
pub(super) enum Slot {
    Running(Running),
    Stopped(Stopped),
    /// Only while it changes hands.
    Between,
}

/// What a thread's present system call is, to us.
#[derive(Debug)]
pub(super) enum Pending {
    /// A wait whose time-out we keep.
    Wait(Box<TimedWait>),
    /// A call whose result we want to see.
    Seen(Seen),
}

/// Calls that run as they are and whose result we want.
#[derive(Debug)]
pub(super) enum Seen {
    /// A write of the program's own output.
    Write {
        /// 1 or 2.
        stream: u8,
        /// Where the bytes are: address and length.
        parts: Vec<(u64, u64)>,
    },
    /// `timer_create`.
    TimerCreate {
        /// What the timer will be.
        timer: super::timers::NewTimer,
        /// Where the kernel writes its id.
        id_at: u64,
    },
    /// A read of signals from a file, and where they come.
    SignalFile {
        /// The first one's address.
        at: u64,
    },
    /// `rt_sigtimedwait` without a time-out.
    Sigwait,
    /// `times`: its result is a time.
    Times,
    /// `getppid`.
    Parent,
    /// `sysinfo`, and where it writes the uptime.
    Sysinfo {
        /// The structure's address.
        at: u64,
    },
    /// `adjtimex`, and where it writes what it knows.
    Adjtimex {
        /// The structure's address.
        at: u64,
    },
    /// A read of messages that may bring the times of packets.
    Packets,
    /// `close` of a descriptor of this timer file.
    Closed(usize),
    /// A change of the file behind this descriptor.
    FileWrite(i32),
    /// A large piece of memory, or one that others share.
    Mapped,
    /// The opening of a file of `/proc` that tells the time, for which the program gets a copy with this in it: the registers as
    /// the program made the call.
    TellsTime(Box<Native>, String),
    /// The opening of a file that may be new or emptied by it.
    FileOpened,
    /// Names that are made, moved or taken away.
    Names(Vec<PathBuf>),
    /// A watch that is set on what has this name.
    Watch(PathBuf),
    /// A change of a file's times, with times of ours in it: the registers as the program made the call.
    FileTimes(Box<Native>),
    /// Another call in place of the program's: the registers as the program made it.
    Instead(Box<Native>),
    /// A look at a name in place of a call that is not permitted, if there is what it names: the registers as the program made it.
    NotPermitted(Box<Native>),
    /// `bind` or `listen` on this descriptor: a door of the tree's own.
    Door(i32),
    /// A call to a peer outside the tree: whether it comes to anything.
    Peer,
    /// A call of ours that stands in place of the program's: what to put back.
    Injected(Box<super::inject::Injected>),
}

/// A wait without time-out for the kernel, and with a deadline for us.
#[derive(Debug)]
pub(super) struct TimedWait {
    pub(super) kind: WaitKind,
    /// The registers as the program made the call.
    pub(super) original: Native,
    pub(super) deadline: VirtualInstant,
    /// The deadline; none once it fired.
    pub(super) key: Option<DeadlineKey>,
    /// Whether its time is up and the thread was asked to stop.
    pub(super) firing: bool,
    pub(super) begun: VirtualInstant,
    pub(super) sleep: Option<Entry>,
}

/// What a timed wait leaves in memory and returns when its time is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitKind {
    /// A pure sleep; where the rest goes when a signal ends it early.
    Sleep { rest_at: Option<u64> },
    /// Returns `-ETIMEDOUT`; whether the kernel makes it again after a handler that wants that.
    TimesOut { restarts: bool },
    /// Returns `-EAGAIN`.
    Again,
    /// Returns `-EINPROGRESS`.
    InProgress,
    /// Returns 0; where the remaining time goes.
    Zero { rest_at: Option<u64> },
    /// `select`: 0, with its sets cleared; where the remaining time goes, and whether as a `timeval`.
    Select { rest_at: u64, timeval: bool },
}

/// A timed wait that a signal interrupted.
#[derive(Debug)]
pub(super) struct Interrupted {
    pub(super) number: i64,
    pub(super) arguments: [u64; 6],
    pub(super) deadline: VirtualInstant,
    pub(super) begun: VirtualInstant,
    pub(super) sleep: Option<Entry>,
}

impl Task {
    pub(super) fn new(tid: i32, pid: i32, slot: Slot) -> Self {
        Self {
            tid,
            pid,
            slot,
            pending: None,
            interrupted: None,
            handed_on: None,
            delivered: None,
            waits: None,
            vfork: None,
            in_group_stop: false,
            stepping: false,
            breakpoints: Vec::new(),
            torn: None,
            hand_over: None,
            counted: 0,
            long_turns: 0,
            is_looked_for: false,
            ended: None,
            affinity: None,
            procfs: Procfs::new(pid, tid),
            progress: Progress::default(),
            manners: Manners::default(),
        }
    }

    /// Its timed wait, when it is in one.
    pub(super) const fn wait(&self) -> Option<&TimedWait> {
        match &self.pending {
            Some(Pending::Wait(wait)) => Some(wait),
            _ => None,
        }
    }
}
