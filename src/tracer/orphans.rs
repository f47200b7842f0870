//! Orphans: processes whose parent ended before them.
//!
//! On most machines they get the first process of all for a parent, which meets their death at once. Some first processes
//! look only now and then, in their own real time: a program that polls until an orphan of its own is gone, as scripts that stop
//! a daemon do, would poll for hours of virtual time. So orphans come to us, and are gone when they have ended; what they are told
//! is that the first process has them. In a sandbox the run's own first process does it.

use std::collections::HashMap;

use nix::sys::prctl;
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use super::world::World;

/// What an orphan is told to be its parent.
const FIRST_PROCESS: i64 = 1;

/// Children that ended, by parents that live: what a parent never waited for comes to us when it ends.
#[derive(Debug, Default)]
pub(super) struct Orphans {
    ended: HashMap<i32, Vec<i32>>,
}

/// From now on orphans below this process come to it.
pub(super) fn adopt() {
    // Without it they go where they always went.
    let _ = prctl::set_child_subreaper(true);
}

impl Orphans {
    /// A process has ended, whose parent lives or not.
    pub(super) fn ended(&mut self, pid: i32, parent: i32, parent_lives: bool) {
        if parent_lives {
            self.ended.entry(parent).or_default().push(pid);
        }
        self.ended.remove(&pid).into_iter().flatten().for_each(bury);
    }

    /// All of a run have ended, and those who might have waited for them: in this order we were told of these last.
    pub(super) fn bury_all(&mut self, last: Vec<i32>) {
        self.ended.drain().flat_map(|(_, children)| children).chain(last).for_each(bury);
    }
}

/// Waits for one that has ended, if it is ours to wait for.
fn bury(pid: i32) {
    // ECHILD: its parent did.
    let _ = waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG | WaitPidFlag::__WALL));
}

impl World<'_> {
    /// What a process is told when it asks for its parent and the kernel says `parent`; none where that is right.
    pub(super) fn parent_told(&self, pid: i32, parent: i64) -> Option<i64> {
        let own = i64::from(std::process::id());
        (parent == own && pid != self.root && self.init.is_none()).then_some(FIRST_PROCESS)
    }
}
