//! Who holds the locks that the threads of a deadlock wait for.
//!
//! At the deadlock itself some of it stands in memory (`memory`): a lock of the kernel's with priority inheritance, a mutex
//! of glibc and a thread that is joined name a thread. A mutex of Rust's library and a lock of `CPython` name nobody. For
//! them the same run is made again (`again`), which is possible because a schedule repeats, and the processor itself
//! watches the words that were waited on (`watch`): whoever made a word *taken* last holds its lock (`history`).
//!
//! It does not guess. A word that is not used as a lock is used (a counter of notifications, a semaphore that another one
//! posts) has no holder, and neither has anything on a machine that has no debug registers to offer.

mod again;
mod history;
mod memory;
mod watch;

pub(super) use history::Kind;
pub(super) use watch::{Locks, is_trap};

pub use again::{Again, with_holders};

use crate::trace::Tid;

/// Where a thread stood when its run was stuck.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// As the trace calls it.
    tid: Tid,
    /// Its stack pointer, and where it would go on.
    place: Option<(u64, u64)>,
}

/// Where in memory a stack lies depends on which thread mapped its own first; where in its page it begins does not.
const PAGE: u64 = 4096;

impl Standing {
    /// What is the same wherever its stack lies.
    fn place(&self) -> Option<(u64, u64)> {
        self.place.map(|(stack, instruction)| (stack % PAGE, instruction))
    }
}

/// A word that threads waited on in vain, and whose writers are to be watched in another run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Which process of the run's it belongs to, by birth.
    pub(super) process: u32,
    pub(super) address: u64,
    pub(super) kind: Kind,
}
