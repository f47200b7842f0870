//! Folders and files below one folder, opened one name at a time, never through a link.
//!
//! A name is opened with `openat2` (`RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS`), or where the
//! kernel or a container's filter lacks it, with `O_NOFOLLOW`: as a name has no slash, both stay in the folder that is
//! already open, also when somebody renames folders meanwhile. What is opened is looked at again by its descriptor
//! before a byte is read, and opened without waiting, so that a pipe cannot hold us.

use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use nix::dir::{Dir, Type};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, open, openat, openat2};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat};

use super::RefusedReason;

/// What a name in a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// Anything else.
    Special,
}

/// One name in a folder.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// The name.
    pub(super) name: OsString,
    /// What it was when the folder was listed.
    pub(super) kind: Kind,
}

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// Opens the folder that everything else is below. It is the instructor's own, so links on the way are followed.
    pub(super) fn root(path: &Path) -> io::Result<Self> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        Ok(Self(open(path, flags, Mode::empty())?))
    }

    /// Opens a folder in this one.
    pub(super) fn folder(&self, name: &OsStr) -> io::Result<Self> {
        self.open(name, OFlag::O_DIRECTORY).map(Self).map_err(io::Error::from)
    }

    /// The names in this folder, sorted by bytes: at most so many, and whether there are more.
    pub(super) fn list(&self, most: usize) -> io::Result<(Vec<Listed>, bool)> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let mut folder = Dir::openat(self.0.as_fd(), ".", flags, Mode::empty())?;
        let mut names = Vec::new();
        for entry in folder.iter() {
            let entry = entry?;
            let name = OsString::from_vec(entry.file_name().to_bytes().to_vec());
            if name == "." || name == ".." {
                continue;
            }
            if names.len() == most {
                names.sort_by(by_name);
                return Ok((names, true));
            }
            let kind = match entry.file_type() {
                Some(Type::Directory) => Kind::Folder,
                Some(Type::File) => Kind::File,
                Some(Type::Symlink) => Kind::Link,
                Some(_) => Kind::Special,
                None => fstatat(self.0.as_fd(), name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW)
                    .map_or(Kind::Special, |status| kind_of(&status)),
            };
            names.push(Listed { name, kind });
        }
        names.sort_by(by_name);
        Ok((names, false))
    }

    /// What a name in this folder is now, if it is there.
    pub(super) fn kind(&self, name: &OsStr) -> Option<Kind> {
        fstatat(self.0.as_fd(), name, AtFlags::AT_SYMLINK_NOFOLLOW).ok().map(|status| kind_of(&status))
    }

    /// Reads a regular file of this folder.
    ///
    /// # Errors
    /// When it is none, is larger than `most` bytes, or cannot be read.
    pub(super) fn read(&self, name: &OsStr, most: u64, what: &'static str) -> Result<Vec<u8>, RefusedReason> {
        let unreadable = |errno: Errno| RefusedReason::Unreadable(errno.desc().to_lowercase());
        // A device may do something as soon as it is opened, so it is not.
        let before = fstatat(self.0.as_fd(), name, AtFlags::AT_SYMLINK_NOFOLLOW).map_err(unreadable)?;
        regular(&before)?;
        let file = self.open(name, OFlag::O_NONBLOCK | OFlag::O_NOCTTY).map_err(|errno| match errno {
            Errno::ELOOP => RefusedReason::Link,
            errno => unreadable(errno),
        })?;
        let status = fstat(file.as_fd()).map_err(unreadable)?;
        regular(&status)?;
        let size = u64::try_from(status.st_size).unwrap_or(0);
        let too_much = || RefusedReason::TooMuch { what, most };
        if size > most {
            return Err(too_much());
        }
        let mut content = Vec::new();
        let read = File::from(file).take(most + 1).read_to_end(&mut content);
        read.map_err(|error| RefusedReason::Unreadable(error.to_string().to_lowercase()))?;
        // It may have grown since.
        if content.len() as u64 > most { Err(too_much()) } else { Ok(content) }
    }

    fn open(&self, name: &OsStr, flags: OFlag) -> nix::Result<OwnedFd> {
        let bytes = name.as_bytes();
        if bytes.is_empty() || bytes == b"." || bytes == b".." || bytes.contains(&b'/') {
            return Err(Errno::EINVAL);
        }
        let name = CString::new(bytes).map_err(|_| Errno::EINVAL)?;
        let flags = flags | OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let resolve =
            ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_NO_MAGICLINKS;
        match openat2(self.0.as_fd(), name.as_c_str(), OpenHow::new().flags(flags).resolve(resolve)) {
            Err(Errno::ENOSYS | Errno::EPERM | Errno::E2BIG) => {
                openat(self.0.as_fd(), name.as_c_str(), flags, Mode::empty())
            }
            opened => opened,
        }
    }
}

fn by_name(one: &Listed, other: &Listed) -> std::cmp::Ordering {
    one.name.as_bytes().cmp(other.name.as_bytes())
}

fn regular(status: &FileStat) -> Result<(), RefusedReason> {
    match kind_of(status) {
        Kind::File => Ok(()),
        Kind::Link => Err(RefusedReason::Link),
        Kind::Folder | Kind::Special => Err(RefusedReason::Special),
    }
}

fn kind_of(status: &FileStat) -> Kind {
    match SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT {
        SFlag::S_IFDIR => Kind::Folder,
        SFlag::S_IFREG => Kind::File,
        SFlag::S_IFLNK => Kind::Link,
        _ => Kind::Special,
    }
}
