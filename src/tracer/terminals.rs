//! Bytes on their way between the two ends of a pseudo-terminal.
//!
//! What one end writes a worker of the kernel's hands to the other, and on a busy machine it has its turn after ours: all threads
//! sleep, and yet one of them is about to get what it waits for. Asking a terminal whether there is something to read makes the
//! kernel finish that work first (`n_tty_poll`).

use std::fs;
use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::world::World;
use crate::sys::descriptor::copy_from;

/// How the two ends are named in `/proc/PID/fd`.
const ENDS: [&[u8]; 3] = [b"/dev/ptmx", b"/dev/pts/", b"/ptmx"];

impl World<'_> {
    /// Lets arrive what the tree's terminals have taken. Asked while all sleep: the copies are closed before anything of the program
    /// runs again.
    pub(super) fn let_terminals_deliver(&self) {
        for pid in self.processes.keys() {
            let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { continue };
            for entry in descriptors.filter_map(Result::ok) {
                let is_end = fs::read_link(entry.path()).is_ok_and(|link| {
                    let link = link.as_os_str().as_encoded_bytes();
                    ENDS.iter().any(|end| link.starts_with(end))
                });
                let number = entry.file_name().to_str().and_then(|number| number.parse().ok()).filter(|_| is_end);
                if let Some(end) = number.and_then(|number| copy_from(*pid, number).ok()) {
                    // Only the asking counts.
                    let _ready = poll(&mut [PollFd::new(end.as_fd(), PollFlags::POLLIN)], PollTimeout::ZERO);
                }
            }
        }
    }
}
