//! Temporary folders that go with whoever made them, however it ends.
//!
//! The owner holds a lock on the folder, of which the kernel lets go when the owner dies; whoever comes next removes what
//! nobody holds. What a folder is for is its owner's business.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// How the names of our folders begin, each followed by a `-` and letters.
const PREFIXES: [&str; 3] = ["grade-run-", "grade-worker-", "grade-batch-"];

/// A folder for temporary files that goes with its owner: removed when this is dropped, and when the owner was killed,
/// by the next `grade` (`sweep`). While the owner lives it holds a lock (`flock(2)`) on the folder itself, which the
/// kernel lets go of however it dies.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// What the files in a folder are for: how its name begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// One run.
    Run,
    /// All runs of one worker.
    Worker,
    /// All workers of a batch.
    Batch,
}

impl Use {
    /// How the folder's name begins.
    pub(crate) const fn prefix(self) -> &'static str {
        PREFIXES[self as usize]
    }
}

impl Folder {
    /// A new folder in this one. `mode` says who may do what with it; `announce` hears its path before it is made.
    ///
    /// # Errors
    /// When it cannot be made, or `announce` fails.
    pub(crate) fn new(
        of: Use,
        parent: &Path,
        mode: u32,
        mut announce: impl FnMut(&Path) -> io::Result<()>,
    ) -> io::Result<Self> {
        let created = tempfile::Builder::new().prefix(of.prefix()).make_in(parent, |path| {
            announce(path)?;
            DirBuilder::new().mode(mode).create(path)?;
            // When one who sweeps was quicker, another name is tried.
            lock(path)?.ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists))
        })?;
        let (lock, path) = created.into_parts();
        let path = path.keep().map_err(|error| error.error)?;
        let folder = Self { path, _lock: lock };
        // Not less because of a mask that we were started with.
        fs::set_permissions(&folder.path, Permissions::from_mode(mode))?;
        Ok(folder)
    }

    /// A new folder for one run, among the machine's temporary files.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn of_a_run() -> io::Result<Self> {
        Self::new(Use::Run, &std::env::temp_dir(), 0o700, |_| Ok(()))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Locks a folder of ours; none when another process has it, or has just removed it.
pub(crate) fn lock(folder: &Path) -> io::Result<Option<File>> {
    let opened = OpenOptions::new().read(true).custom_flags(libc::O_DIRECTORY | libc::O_NOFOLLOW).open(folder);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Ok(None),
        Err(fs::TryLockError::Error(error)) => return Err(error),
    }
    let locked = file.metadata()?;
    let there = fs::symlink_metadata(folder).is_ok_and(|now| (now.dev(), now.ino()) == (locked.dev(), locked.ino()));
    Ok(there.then_some(file))
}

/// Removes what killed processes left in this folder: folders that are named like ours and that nobody holds.
pub(crate) fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let named = PREFIXES.iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes()));
        if !named || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        // One that is not ours cannot be opened or removed, and need not be.
        if let Ok(Some(_held)) = lock(&entry.path()) {
            remove(&entry.path());
        }
    }
}

/// Removes a folder that a run wrote to, also one that it made unreadable.
pub(crate) fn remove(folder: &Path) {
    if fs::remove_dir_all(folder).is_ok() {
        return;
    }
    open_up(folder);
    // What resists stays: no reason to fail a run that has ended.
    let _left = fs::remove_dir_all(folder);
}

fn open_up(folder: &Path) {
    let _not_ours = fs::set_permissions(folder, Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Folder, Use, sweep};
    use std::fs;
    use std::path::Path;

    fn folder(parent: &Path) -> Folder {
        Folder::new(Use::Run, parent, 0o700, |_| Ok(())).unwrap()
    }

    #[test]
    fn a_folder_is_removed_with_its_owner_only() {
        let parent = tempfile::tempdir().unwrap();
        let held = folder(parent.path());
        fs::write(held.path().join("file"), "").unwrap();
        sweep(parent.path());
        assert!(held.path().join("file").exists(), "its owner lives");
        let path = held.path().to_owned();
        drop(held);
        assert!(!path.exists());
    }

    #[test]
    fn what_a_killed_owner_left_is_swept_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        for left in ["grade-worker-a/run-b/deep", "grade-run-c", "another-d"] {
            fs::create_dir_all(at(left)).unwrap();
        }
        fs::write(at("grade-run-file"), "").unwrap();
        std::os::unix::fs::symlink(at("another-d"), at("grade-run-link")).unwrap();
        sweep(parent.path());
        let mut left: Vec<_> = fs::read_dir(parent.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["another-d", "grade-run-file", "grade-run-link"]);
    }
}
