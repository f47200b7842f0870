use serde::{Deserialize, Serialize};

use super::StuckThread;
use crate::clock::VirtualInstant;

/// A process id as the program itself sees it.
pub type Pid = u32;
/// A thread id as the program itself sees it.
pub type Tid = u32;

/// One thing that happened in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Event {
    /// When, in virtual nanoseconds since the start.
    pub t: VirtualInstant,
    /// Its place among all events of the run, from 0.
    pub seq: u64,
    /// The process that did it; 0 where the engine cannot tell.
    pub pid: Pid,
    /// The thread that did it; 0 where the engine cannot tell.
    pub tid: Tid,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened, with the fields that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "ev", rename_all = "lowercase")]
pub enum EventKind {
    /// A process began; `pid` is the new one.
    Process {
        /// Its parent's process id.
        parent: Pid,
    },
    /// A thread began; `tid` is the new one.
    Thread {
        /// The thread that started it.
        parent: Tid,
    },
    /// The process became another program.
    Exec {
        /// The program's path.
        path: String,
    },
    /// A line that reached the program's own standard output or error. Its time is that of its newline.
    Line {
        /// 1 or 2: which of the program's own streams the open file is.
        fd: u8,
        /// The text without its newline.
        text: String,
        /// True when the line never got its newline.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        partial: bool,
        /// True when the text was not UTF-8 and was mended.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        lossy: bool,
        /// True when the line was longer than is kept.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cut: bool,
    },
    /// A thread began a timed wait.
    Sleep {
        /// How long it asked for, in virtual nanoseconds.
        ns: u64,
    },
    /// A thread waits until another one wakes it: for a lock, a condition, the end of a thread. Noted where time moves on by a
    /// millisecond or more meanwhile.
    Wait {
        /// What it waits on, by a number: threads of a process that wait on the same word of memory have the same.
        on: u32,
    },
    /// The wait ended: the timed one, or the one for another thread.
    Wake {},
    /// A process or thread ended. Of a thread that is not its process's last: neither code nor signal.
    Exit {
        /// The exit code of a process.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i32>,
        /// The signal that killed a process.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<i32>,
        /// CPU time that it used, in nanoseconds, without its children; of a process (code or signal): all its threads'.
        cpu: u64,
    },
    /// The schedule let this thread go first. Only where single switches are shown, as the next two.
    First {
        /// The thread that would have gone on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<Tid>,
    },
    /// The schedule held this thread back, as a busy machine might.
    Held {
        /// For how long, in virtual nanoseconds.
        ns: u64,
    },
    /// The schedule took the processor away from this thread between two of its calls.
    Preempted {
        /// For how long it was held back then, in virtual nanoseconds.
        ns: u64,
    },
    /// The HTTP fixture's own record of one connection or request.
    Http {
        /// Which connection or request, from 1. Both take their numbers from one counter, so that a `close` is either
        /// of a connection (it has an `open`) or of a request (it has a `request`, and the client gave it up).
        id: u64,
        /// What happened to it.
        phase: HttpPhase,
        /// The request's method.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<String>,
        /// The request's path and query.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// The response's status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// A child of the program that had ended and was never waited for, when the program itself is about to end; `pid` is
    /// the zombie's.
    Zombie {
        /// The parent.
        parent: Pid,
    },
    /// Nothing can ever move again: a deadlock.
    Stuck {
        /// Every living thread and what it waits on.
        threads: Vec<StuckThread>,
        /// The circles of locks that are known: each thread waits for the next one, the last for the first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cycles: Vec<Vec<Tid>>,
    },
}

/// A phase of the HTTP fixture's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HttpPhase {
    /// A connection was accepted.
    Open,
    /// A request's head was read.
    Request,
    /// A response was written to its end. One that never ends has none, and its `close` when the client gives up.
    Response,
    /// A connection was closed, or a request was given up by the client.
    Close,
}
