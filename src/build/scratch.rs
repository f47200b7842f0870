use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};

use crate::folder::lock;

/// A fresh folder of the cache, removed when dropped. While its owner lives it holds a lock (`flock(2)`) on it, of which
/// the kernel lets go however the owner dies: so the next build knows what a killed one left ([`sweep`]).
#[derive(Debug)]
pub(super) struct Scratch {
    folder: TempDir,
    /// None where the file system has no locks: there only age tells.
    lock: Option<File>,
}

impl Scratch {
    /// A new folder in this one, which nobody else looks into. Its name tells whose it is.
    pub(super) fn new(parent: &Path) -> io::Result<Self> {
        loop {
            let folder = Builder::new().prefix(&prefix(std::process::id())).tempdir_in(parent)?;
            match lock(folder.path()) {
                Ok(Some(lock)) => return Ok(Self { folder, lock: Some(lock) }),
                // Who sweeps was quicker, and removes it.
                Ok(None) => {}
                Err(_) => return Ok(Self { folder, lock: None }),
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder where it is, to whoever moves it to its place before the lock is dropped.
    pub(super) fn keep(self) -> (PathBuf, Option<File>) {
        (self.folder.keep(), self.lock)
    }
}

/// How the names of a process's folders begin.
pub(super) fn prefix(pid: u32) -> String {
    format!("build-{pid}-")
}

/// Removes what killed builds left in this folder: what is named like ours and nobody holds.
pub(super) fn sweep(parent: &Path) {
    for entry in parent.read_dir().into_iter().flatten().flatten() {
        let ours = entry.file_name().as_encoded_bytes().starts_with(b"build-");
        if ours && let Ok(Some(_held)) = lock(&entry.path()) {
            // What cannot be removed is tried again.
            let _left = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Scratch, prefix, sweep};

    #[test]
    fn what_a_killed_build_left_goes_and_what_is_in_use_stays() {
        let parent = tempfile::tempdir().unwrap();
        let held = Scratch::new(parent.path()).unwrap();
        std::fs::write(held.path().join("main.rs"), "").unwrap();
        // Whoever held it died: nothing has it locked. Its process's number may be anybody's by now.
        let left = parent.path().join(format!("{}left", prefix(std::process::id())));
        std::fs::create_dir_all(left.join("deps")).unwrap();
        std::fs::create_dir(parent.path().join("somebody's")).unwrap();
        sweep(parent.path());
        assert!(held.path().join("main.rs").exists());
        assert!(!left.exists());
        assert!(parent.path().join("somebody's").exists());
    }

    #[test]
    fn what_is_kept_is_held_until_it_was_moved() {
        let parent = tempfile::tempdir().unwrap();
        let (kept, held) = Scratch::new(parent.path()).unwrap().keep();
        sweep(parent.path());
        assert!(kept.is_dir());
        drop(held);
        sweep(parent.path());
        assert!(!kept.exists());
    }

    #[test]
    fn those_who_make_and_those_who_sweep_do_not_meet() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            let makers: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        for _ in 0..200 {
                            let made = Scratch::new(parent.path()).unwrap();
                            std::fs::write(made.path().join("main.rs"), "").unwrap();
                            assert!(made.path().join("main.rs").exists());
                        }
                    })
                })
                .collect();
            while !makers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
                sweep(parent.path());
            }
        });
        assert_eq!(parent.path().read_dir().unwrap().count(), 0);
    }
}
