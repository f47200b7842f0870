//! Files that the program changes: their time of change is virtual.
//!
//! A program that compares times of files, or a file's with the clock's, would see the machine's time and nearly none between
//! two changes that it believes to be seconds apart. So a change of a file is followed by one of its time, by us. The
//! descriptors of changed files are kept, and when the run is over they get the machine's time back: on the disk nothing
//! is dated by a clock of ours.
//!
//! A change of times is itself an event for those who watch a file, so one that the program watches keeps the machine's.
//!
//! Not covered: the time of the last status change, which nobody can set, and that of the last access after the first, changes
//! through memory maps, and files that were there before, whose times are the machine's. What is changed by its name is dated only
//! where the program's names are ours: not in a sandbox.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, Metadata};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::fcntl::{AT_FDCWD, OFlag, open};
use nix::sys::stat::{Mode, UtimensatFlags, utimensat};
use nix::sys::time::TimeSpec;

use super::calls::Meant;
use super::world::World;
use crate::sandbox::{Confinement, Rung};
use crate::trace::ClockKind;

/// So many changed files are remembered; more keep the date that the program gave them.
const MOST: usize = 512;
/// The kernel dates files by a clock that is at most this late.
const COARSE: Duration = Duration::from_millis(30);

/// So many remembered files are looked at for each new one: those that were deleted are let go, for while we have them open, the disk
/// has them.
const LOOKED_AT: usize = 4;

/// The files that a run changed.
#[derive(Debug)]
pub(super) struct Files {
    /// False under the machine's clock.
    virtual_times: bool,
    changed: HashMap<Identity, Changed>,
    /// In which order they are looked at.
    queue: VecDeque<Identity>,
    /// What the program watches: files, and folders with all that is in them.
    watched: HashSet<Identity>,
}

/// Device and inode.
type Identity = (u64, u64);

#[derive(Debug)]
struct Changed {
    file: OwnedFd,
    /// When it was changed by the machine's clock.
    at: SystemTime,
    /// What we set its time to.
    stamped: Duration,
}

/// What a change means for the date of a file, or of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// It was certainly changed.
    Sure,
    /// It was, if the machine's clock says that it just was; then it may be new, too.
    Perhaps,
}

fn behind(tid: i32, number: i32) -> Option<Metadata> {
    fs::metadata(format!("/proc/{tid}/fd/{number}")).ok().filter(Metadata::is_file)
}

fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

fn set_times(path: &Path, accessed: Option<Duration>, changed: Duration, follow: UtimensatFlags) {
    let accessed = accessed.map_or(TimeSpec::UTIME_OMIT, TimeSpec::from);
    // What cannot be set is on a file system without times, or not ours: its times were nobody's to begin with.
    let _ = utimensat(AT_FDCWD, path, &accessed, &TimeSpec::from(changed), follow);
}

fn changed_at(metadata: &Metadata) -> Option<Duration> {
    metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}

impl Files {
    pub(super) fn new(clock: ClockKind) -> Self {
        Self {
            virtual_times: clock == ClockKind::Virtual,
            changed: HashMap::new(),
            queue: VecDeque::new(),
            watched: HashSet::new(),
        }
    }

    /// Whether the times of what is behind a descriptor are our business.
    pub(super) fn is_file(&self, tid: i32, number: i32) -> bool {
        self.virtual_times && behind(tid, number).is_some()
    }

    /// Whether somebody would be told of a change of its times. `named`: its name, as far as it is known.
    fn is_watched(&self, metadata: &Metadata, named: &Path) -> bool {
        let folder = || named.parent().and_then(|folder| fs::metadata(folder).ok());
        !self.watched.is_empty()
            && (self.watched.contains(&identity(metadata))
                || folder().is_some_and(|folder| self.watched.contains(&identity(&folder))))
    }

    /// Dates what is behind a descriptor. Where Landlock contains the run (`sandbox`), only a file of its own: by now another
    /// thread may have put another file there, whose times the run may not change.
    fn stamp(&mut self, tid: i32, number: i32, sandbox: Option<&Confinement>, now: Duration, change: Change) {
        if !self.virtual_times {
            return;
        }
        let meant = match sandbox.filter(|sandbox| sandbox.rung == Rung::Landlock) {
            None => None,
            Some(sandbox) => match Meant::by_number(tid, number) {
                Ok(meant) if meant.is_own(sandbox) => Some(meant),
                _ => return,
            },
        };
        let path = meant.as_ref().map_or_else(|| PathBuf::from(format!("/proc/{tid}/fd/{number}")), Meant::path);
        let Some(metadata) = fs::metadata(&path).ok().filter(Metadata::is_file) else { return };
        let watched =
            !self.watched.is_empty() && fs::read_link(&path).is_ok_and(|named| self.is_watched(&metadata, &named));
        if !watched {
            self.date(&path, &metadata, now, change);
        }
    }

    /// Dates what has this name, when it was just changed.
    fn stamp_named(&mut self, path: &Path, metadata: io::Result<Metadata>, now: Duration) {
        if let Ok(metadata) = metadata
            && self.virtual_times
            && !self.is_watched(&metadata, path)
        {
            self.date(path, &metadata, now, Change::Perhaps);
        }
    }

    fn date(&mut self, path: &Path, metadata: &Metadata, now: Duration, change: Change) {
        let machine = SystemTime::now();
        let identity = identity(metadata);
        let found = changed_at(metadata);
        let mut accessed = None;
        if change == Change::Perhaps {
            let recent = |time: io::Result<SystemTime>| time.is_ok_and(|time| time + COARSE > machine);
            let ours = self.changed.get(&identity).is_some_and(|changed| found == Some(changed.stamped));
            if ours || !recent(metadata.modified()) {
                return;
            }
            accessed = Some(now).filter(|_| recent(metadata.created()));
        }
        let (follow, open_as) = if metadata.is_symlink() {
            (UtimensatFlags::NoFollowSymlink, OFlag::O_PATH | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW)
        } else {
            (UtimensatFlags::FollowSymlink, OFlag::O_PATH | OFlag::O_CLOEXEC)
        };
        set_times(path, accessed, now, follow);
        if let Some(changed) = self.changed.get_mut(&identity) {
            (changed.at, changed.stamped) = (machine, now);
            return;
        }
        self.let_go_of_deleted();
        if self.changed.len() < MOST
            && metadata.nlink() > 0
            && let Ok(file) = open(path, open_as, Mode::empty())
        {
            self.changed.insert(identity, Changed { file, at: machine, stamped: now });
            self.queue.push_back(identity);
        }
    }

    /// Looks at some of the remembered files: what has no name any more needs no date.
    fn let_go_of_deleted(&mut self) {
        for _ in 0..LOOKED_AT.min(self.queue.len()) {
            let Some(identity) = self.queue.pop_front() else { return };
            let Some(changed) = self.changed.get(&identity) else { continue };
            if changed.metadata().is_ok_and(|metadata| metadata.nlink() == 0) {
                self.changed.remove(&identity);
            } else {
                self.queue.push_back(identity);
            }
        }
    }

    /// The run is over: what it left on the disk is dated by the machine's clock.
    pub(super) fn give_back(&mut self) {
        for changed in std::mem::take(&mut self.changed).into_values() {
            changed.give_back();
        }
    }

    /// The same for a device that is about to be unmounted: while we have its files open, it could not be.
    fn give_back_of(&mut self, device: u64) {
        for (_, changed) in self.changed.extract_if(|(of, _), _| *of == device) {
            changed.give_back();
        }
    }
}

impl Changed {
    fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }

    fn metadata(&self) -> io::Result<Metadata> {
        fs::metadata(self.path())
    }

    fn give_back(&self) {
        let still_ours = self.metadata().is_ok_and(|metadata| changed_at(&metadata) == Some(self.stamped));
        if let Ok(at) = self.at.duration_since(UNIX_EPOCH)
            && still_ours
        {
            set_times(&self.path(), None, at, UtimensatFlags::FollowSymlink);
        }
    }
}

impl World<'_> {
    fn calendar_now(&self) -> Duration {
        Duration::from_nanos(self.time.calendar(self.time.now()))
    }

    /// Whether a name means to us what it means to the program.
    const fn shares_names(&self) -> bool {
        self.options.sandbox.is_none()
    }

    /// The file behind a descriptor was just written to.
    pub(super) fn file_written(&mut self, tid: i32, number: i32) {
        let now = self.calendar_now();
        self.files.stamp(tid, number, self.options.sandbox.as_ref(), now, Change::Sure);
    }

    /// A descriptor was just opened, perhaps on a new file, or one that this emptied.
    pub(super) fn file_opened(&mut self, tid: i32, number: i32) {
        let now = self.calendar_now();
        self.files.stamp(tid, number, self.options.sandbox.as_ref(), now, Change::Perhaps);
        if self.shares_names()
            && let Ok(path) = fs::read_link(format!("/proc/{tid}/fd/{number}"))
            && let Some(folder) = path.parent().filter(|_| path.is_absolute())
        {
            self.files.stamp_named(folder, fs::metadata(folder), now);
        }
    }

    /// What these names mean, or meant, was just made, moved or taken away: it is dated, and the folders that hold it.
    pub(super) fn names_changed(&mut self, paths: &[PathBuf]) {
        if !self.shares_names() {
            return;
        }
        let now = self.calendar_now();
        for path in paths {
            // The link, and not what it leads to.
            self.files.stamp_named(path, fs::symlink_metadata(path), now);
            if let Some(folder) = path.parent() {
                self.files.stamp_named(folder, fs::metadata(folder), now);
            }
        }
    }

    /// What is mounted here is about to be unmounted.
    pub(super) fn unmounts(&mut self, path: &Path) {
        if let Ok(metadata) = fs::metadata(path) {
            self.files.give_back_of(metadata.dev());
        }
    }

    /// The program watches what has this name.
    pub(super) fn watches(&mut self, path: &Path) {
        if let Ok(metadata) = fs::metadata(path) {
            self.files.watched.insert(identity(&metadata));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::MetadataExt;
    use std::time::{Duration, SystemTime};

    use super::{Change, Files};
    use crate::trace::ClockKind;

    const THEN: Duration = Duration::from_secs(1_000_000_000);

    fn written(files: &mut Files, file: &tempfile::NamedTempFile) {
        files.stamp(std::process::id().cast_signed(), file.as_raw_fd(), None, THEN, Change::Sure);
    }

    fn seconds(file: &tempfile::NamedTempFile) -> u64 {
        file.as_file().metadata().expect("a file").mtime().unsigned_abs()
    }

    #[test]
    fn a_file_that_was_deleted_is_let_go_when_the_next_one_comes() {
        let mut files = Files::new(ClockKind::Virtual);
        let file = tempfile::NamedTempFile::new().expect("a file");
        written(&mut files, &file);
        assert_eq!(files.changed.len(), 1);
        drop(file);
        let next = tempfile::NamedTempFile::new().expect("a file");
        written(&mut files, &next);
        assert_eq!(files.changed.len(), 1, "only the one that is there");
        assert_eq!(files.queue.len(), 1);
        files.give_back();
    }

    #[test]
    fn files_of_a_device_get_the_machines_time_back_before_it_is_unmounted() {
        let mut files = Files::new(ClockKind::Virtual);
        let file = tempfile::NamedTempFile::new().expect("a file");
        written(&mut files, &file);
        assert_eq!(seconds(&file), THEN.as_secs());
        let device = file.as_file().metadata().expect("a file").dev();
        files.give_back_of(device + 1);
        assert_eq!(files.changed.len(), 1, "it lies elsewhere");
        files.give_back_of(device);
        assert!(files.changed.is_empty());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
        assert!(seconds(&file).abs_diff(now) < 600);
    }
}
