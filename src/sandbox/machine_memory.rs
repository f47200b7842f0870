use std::fs;

/// Whether the machine has ended anybody for want of memory since a run began.
///
/// For runs that are no control group: they share the machine's memory with all others, and who is ended when it runs out sees
/// a `SIGKILL` like any other. The kernel counts them (`oom_kill` in proc(5)'s `/proc/vmstat`, from Linux 4.13 on) and tells of
/// nobody who it was, so that this is a reason to blame nobody, never one to blame somebody.
#[derive(Clone, Copy, Debug)]
pub struct MachineMemory {
    /// How many it had ended before; none where it does not count them.
    before: Option<u64>,
}

impl MachineMemory {
    /// As it is now.
    pub fn read() -> Self {
        Self { before: ended() }
    }

    /// Whether somebody was ended since.
    pub fn has_ended_somebody(self) -> bool {
        self.before.is_some_and(|before| ended() > Some(before))
    }
}

fn ended() -> Option<u64> {
    ended_in(&fs::read_to_string("/proc/vmstat").ok()?)
}

fn ended_in(counters: &str) -> Option<u64> {
    counters.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{MachineMemory, ended, ended_in};

    #[test]
    fn those_whom_the_kernel_ended_are_counted() {
        assert_eq!(ended_in("nr_free_pages 3\noom_kill_before 9\noom_kill 4\ndrop_pagecache 0\n"), Some(4));
        assert_eq!(ended_in("nr_free_pages 3\n"), None, "an old kernel counts none");
        assert!(ended().is_some(), "this one does");
    }

    #[test]
    fn only_more_of_them_say_that_somebody_was_ended() {
        let now = ended().expect("it counts them");
        assert!(MachineMemory { before: now.checked_sub(1) }.has_ended_somebody() || now == 0);
        assert!(!MachineMemory { before: Some(u64::MAX) }.has_ended_somebody());
        assert!(!MachineMemory { before: None }.has_ended_somebody());
    }
}
