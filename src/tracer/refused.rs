//! What the sandbox refused the program for want of more: seen in what calls return, and at a bad end in what is used up.
//!
//! Nothing of it ends a run. Not every call is looked at: what is used up when a process ends badly tells the rest.

use std::io;

use nix::sys::statvfs::statvfs;

use super::procfs::status_field;
use super::world::World;
use crate::sandbox::Rung;
use crate::sys::ptrace;
use crate::trace::{Refusable, Refused};

/// So little is left of the memory that a process may ask for: the next piece did not fit.
const CLOSE: u64 = 8 << 20;

impl World<'_> {
    fn refuse(&mut self, what: Refusable, most: u64) {
        self.refused.insert(Refused { what, most });
    }

    /// A call that changes a file, or makes one, returned with an error; `makes`: it was to make one.
    pub(super) fn call_on_file_failed(&mut self, errno: i64, makes: bool) {
        let Some(sandbox) = &self.options.sandbox else { return };
        let (view, limits, own_files) = (&sandbox.view, sandbox.limits, sandbox.rung == Rung::Namespaces);
        let found = match i32::try_from(-errno) {
            // On a disk that it shares with others, somebody else may have taken the room.
            Ok(libc::ENOSPC) if own_files && makes => Some((Refusable::Files, view.fresh_files)),
            Ok(libc::ENOSPC) if own_files => Some((Refusable::FileBytes, view.fresh_bytes)),
            Ok(libc::EFBIG) => limits.file_size.map(|most| (Refusable::FileSize, most)),
            Ok(libc::EMFILE) => limits.open_files.map(|most| (Refusable::OpenFiles, most)),
            _ => None,
        };
        if let Some((what, most)) = found {
            self.refuse(what, most);
        }
    }

    /// A call that asked for much memory returned.
    pub(super) fn mapped(&mut self, result: i64) {
        let most = self.options.sandbox.as_ref().and_then(|sandbox| sandbox.limits.data);
        if let Some(most) = most
            && result == -i64::from(libc::ENOMEM)
        {
            self.refuse(Refusable::Memory, most);
        }
    }

    /// A process is about to end: if badly, what it may have been refused is still as it was.
    pub(super) fn look_at_a_bad_end(&mut self, pid: i32) {
        let Some(sandbox) = &self.options.sandbox else { return };
        let Ok(status @ 1..) = ptrace::event_message(pid) else { return };
        if self.ending.is_some() || self.is_fixture(pid) {
            return;
        }
        let (view, limits) = (sandbox.view.clone(), sandbox.limits);
        if status & 0x7f == u64::from(libc::SIGXFSZ.unsigned_abs())
            && let Some(most) = limits.file_size
        {
            self.refuse(Refusable::FileSize, most);
        }
        // What it asked for in pieces stays as it was when nobody clears up.
        let asked = status_field(pid, "VmData:").and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok());
        if let Some(most) = limits.data
            && asked.is_some_and(|kib| (kib << 10).saturating_add(CLOSE) > most)
        {
            self.refuse(Refusable::Memory, most);
        }
        let slots = status_field(pid, "FDSize:").and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
        // The table of open files doubles when it must and never shrinks: one of this size has held the last file that
        // the limit allows, when that is the first of a doubling.
        if let Some(most @ 2..) = limits.open_files
            && (most - 1).is_power_of_two()
            && slots >= most.next_power_of_two()
        {
            self.refuse(Refusable::OpenFiles, most);
        }
        if sandbox.rung != Rung::Namespaces {
            return;
        }
        for folder in [sandbox.cwd.clone(), "/tmp".into(), "/dev/shm".into()] {
            let used_up = |path: &str| -> io::Result<(bool, bool)> {
                let at = statvfs(path)?;
                let fresh = at.blocks() * at.fragment_size() == view.fresh_bytes;
                Ok((fresh && at.blocks_free() == 0, fresh && at.files_free() == 0))
            };
            // Out of our sight: then nothing is known.
            let (bytes, files) = used_up(&format!("/proc/{pid}/root{}", folder.display())).unwrap_or_default();
            if bytes {
                self.refuse(Refusable::FileBytes, view.fresh_bytes);
            }
            if files {
                self.refuse(Refusable::Files, view.fresh_files);
            }
        }
    }
}
