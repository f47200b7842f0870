//! Files that the program changes: their time of change is virtual.
//!
//! A program that compares times of files, or a file's with the clock's, would see the machine's time and nearly none between
//! two changes that it believes to be seconds apart. So a change of a file is followed by one of its time, by us. The
//! descriptors of changed files are kept, and when the run is over they get the machine's time back: on the disk nothing
//! is dated by a clock of ours.
//!
//! Not covered: the time of the last status change and of the last access (nobody can set the first), changes through
//! memory maps, folders, and files that were there before, whose times are the machine's.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::fcntl::{AT_FDCWD, OFlag, open};
use nix::sys::stat::{Mode, UtimensatFlags, utimensat};
use nix::sys::time::TimeSpec;

use super::world::World;
use crate::trace::ClockKind;

/// So many changed files are remembered; more keep the date that the program gave them.
const MOST: usize = 512;
/// The kernel dates files by a clock that is at most this late.
const COARSE: Duration = Duration::from_millis(30);

/// The files that a run changed.
#[derive(Debug)]
pub(super) struct Files {
    /// False under the machine's clock.
    virtual_times: bool,
    changed: HashMap<(u64, u64), Changed>,
}

#[derive(Debug)]
struct Changed {
    file: OwnedFd,
    /// When it was changed by the machine's clock.
    at: SystemTime,
    /// What we set its time to.
    stamped: Duration,
}

fn behind(tid: i32, number: i32) -> Option<Metadata> {
    fs::metadata(format!("/proc/{tid}/fd/{number}")).ok().filter(Metadata::is_file)
}

fn set_time(path: &str, time: Duration) {
    // What cannot be set is on a file system without times, or not ours: its times were nobody's to begin with.
    let _ = utimensat(AT_FDCWD, path, &TimeSpec::UTIME_OMIT, &TimeSpec::from(time), UtimensatFlags::FollowSymlink);
}

fn changed_at(metadata: &Metadata) -> Option<Duration> {
    metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}

impl Files {
    pub(super) fn new(clock: ClockKind) -> Self {
        Self { virtual_times: clock == ClockKind::Virtual, changed: HashMap::new() }
    }

    /// Whether the times of what is behind a descriptor are our business.
    pub(super) fn is_file(&self, tid: i32, number: i32) -> bool {
        self.virtual_times && behind(tid, number).is_some()
    }

    fn stamp(&mut self, tid: i32, number: i32, now: Duration, only_if_touched: bool) {
        let Some(metadata) = behind(tid, number).filter(|_| self.virtual_times) else { return };
        let machine = SystemTime::now();
        let identity = (metadata.dev(), metadata.ino());
        let found = changed_at(&metadata);
        if only_if_touched {
            let recent = metadata.modified().is_ok_and(|time| time + COARSE > machine);
            let ours = self.changed.get(&identity).is_some_and(|changed| found == Some(changed.stamped));
            if ours || !recent {
                return;
            }
        }
        let path = format!("/proc/{tid}/fd/{number}");
        set_time(&path, now);
        if let Some(changed) = self.changed.get_mut(&identity) {
            (changed.at, changed.stamped) = (machine, now);
        } else if self.changed.len() < MOST
            && metadata.nlink() > 0
            && let Ok(file) = open(path.as_str(), OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty())
        {
            self.changed.insert(identity, Changed { file, at: machine, stamped: now });
        }
    }

    /// The run is over: what it left on the disk is dated by the machine's clock.
    pub(super) fn give_back(&mut self) {
        for changed in std::mem::take(&mut self.changed).into_values() {
            let path = format!("/proc/self/fd/{}", changed.file.as_raw_fd());
            let still_ours = fs::metadata(&path).is_ok_and(|metadata| changed_at(&metadata) == Some(changed.stamped));
            if let Ok(at) = changed.at.duration_since(UNIX_EPOCH)
                && still_ours
            {
                set_time(&path, at);
            }
        }
    }
}

impl World<'_> {
    /// The file behind a descriptor was just written to.
    pub(super) fn file_written(&mut self, tid: i32, number: i32) {
        let now = Duration::from_nanos(self.time.calendar(self.time.now()));
        self.files.stamp(tid, number, now, false);
    }

    /// A descriptor was just opened, perhaps on a new file, or one that this emptied.
    pub(super) fn file_opened(&mut self, tid: i32, number: i32) {
        let now = Duration::from_nanos(self.time.calendar(self.time.now()));
        self.files.stamp(tid, number, now, true);
    }
}
