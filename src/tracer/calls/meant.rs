use std::ffi::{CString, OsStr};
use std::fs::{self, Metadata};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, open, openat, openat2};
use nix::sys::stat::Mode;

use super::shared_memory;
use crate::sandbox::Confinement;
use crate::tracer::world::{Caller, World};

/// The file that a call of a program means, held open so that what is decided on is what is then changed: a name may mean another
/// file a moment later.
#[derive(Debug)]
pub(in crate::tracer) struct Meant(OwnedFd);

impl Meant {
    /// What is behind a descriptor of a thread.
    pub(in crate::tracer) fn by_number(tid: i32, number: i32) -> Result<Self, Errno> {
        if number < 0 {
            return Err(Errno::EBADF);
        }
        open(at_number(tid, number).as_str(), OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty()).map(Self).map_err(
            |errno| match errno {
                Errno::ENOENT => Errno::EBADF,
                errno => errno,
            },
        )
    }

    /// What a path means to the caller, from its folder `folder` (a descriptor, or `AT_FDCWD`). The path comes from memory that has
    /// been read once.
    pub(super) fn by_path(
        world: &World<'_>,
        caller: Caller,
        folder: i32,
        path: &[u8],
        follow: bool,
    ) -> Result<Self, Errno> {
        if path.is_empty() {
            return Err(Errno::ENOENT);
        }
        let instead = shared_memory::instead(world, path);
        let path = instead.as_deref().unwrap_or(path);
        if follow && let Some(number) = number_in(path, caller) {
            return Self::by_number(caller.tid, number);
        }
        let name = CString::new(path).map_err(|_| Errno::EINVAL)?;
        // Of an absolute path nothing else is taken: nobody has another root here.
        let folder = match folder {
            _ if path.first() == Some(&b'/') => "/".to_owned(),
            libc::AT_FDCWD => format!("/proc/{}/cwd", caller.tid),
            number => at_number(caller.tid, number),
        };
        let folder = open(folder.as_str(), OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty())?;
        let flags = OFlag::O_PATH | OFlag::O_CLOEXEC | if follow { OFlag::empty() } else { OFlag::O_NOFOLLOW };
        // By such a link in /proc/self we would come to files of ours.
        let how = OpenHow::new().flags(flags).resolve(ResolveFlag::RESOLVE_NO_MAGICLINKS);
        match openat2(folder.as_fd(), name.as_c_str(), how) {
            // A container may refuse it, for it is younger than its list of calls. What it saves from is asked about in any case.
            Err(Errno::ENOSYS | Errno::EPERM) => {
                openat(folder.as_fd(), name.as_c_str(), flags, Mode::empty()).map(Self)
            }
            opened => opened.map(Self),
        }
    }

    /// Whether it is a file or folder of the run's own: in one of the folders that it may write to, and of its user.
    pub(in crate::tracer) fn is_own(&self, sandbox: &Confinement) -> bool {
        let Ok(real) = fs::read_link(self.path()) else { return false };
        let mut folders = sandbox.view.read_write.iter().filter_map(|folder| fs::canonicalize(folder).ok());
        self.metadata().is_ok_and(|data| data.uid() == user(sandbox).0)
            && folders.any(|folder| real.starts_with(folder))
    }

    /// A name by which we come to this very file, and to no other.
    pub(in crate::tracer) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }

    /// About the file; of a link, about the link.
    pub(in crate::tracer) fn metadata(&self) -> io::Result<Metadata> {
        fs::metadata(self.path())
    }
}

/// The user and the group of a run.
pub(super) fn user(sandbox: &Confinement) -> (u32, u32) {
    let ours = || (nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw());
    sandbox.identity.map_or_else(ours, |identity| (identity.uid, identity.gid))
}

fn at_number(tid: i32, number: i32) -> String {
    format!("/proc/{tid}/fd/{number}")
}

/// The descriptor that a path stands for, by the names that the C library and programs give to their own.
fn number_in(path: &[u8], caller: Caller) -> Option<i32> {
    let path = Path::new(OsStr::from_bytes(path));
    let (process, thread) = (format!("/proc/{}/fd", caller.pid), format!("/proc/{}/fd", caller.tid));
    let folders = ["/proc/self/fd", "/proc/thread-self/fd", "/dev/fd", process.as_str(), thread.as_str()];
    let name = folders.iter().find_map(|folder| path.strip_prefix(folder).ok())?;
    name.to_str()?.parse().ok().filter(|number| *number >= 0)
}
