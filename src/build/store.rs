//! Built programs, kept by the content they were built from.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::cache::failed;
use super::scratch::Scratch;
use super::{BuildError, CacheDir};

/// The folder of kept programs within the cache.
const PROGRAMS: &str = "programs";
/// The file that describes an entry.
const NOTE: &str = "entry.json";
/// Bytes of kept programs above which the oldest go.
const MOST: u64 = 2 << 30;
/// A program used this recently may be running, or about to: it stays.
const IN_USE: Duration = Duration::from_hours(1);
/// What a killed process left in the scratch folder is removed after this time where the file system has no locks, by
/// which the next build knows it.
const LEFT_OVER: Duration = Duration::from_hours(24);
/// How often the folder is looked through.
const BETWEEN_SWEEPS: Duration = Duration::from_mins(10);

/// Programs by key: `programs/KEY/FILE` and a note beside it.
#[derive(Clone, Debug)]
pub(super) struct Store {
    cache: CacheDir,
}

/// A kept program.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The program's file.
    pub(super) file: PathBuf,
    /// What the compiler had to say beside.
    pub(super) warnings: String,
}

#[derive(Deserialize, Serialize)]
struct Note {
    file: String,
    size: u64,
    warnings: String,
}

impl Store {
    pub(super) fn new(cache: CacheDir) -> Self {
        Self { cache }
    }

    /// What is kept under this key, whole.
    pub(super) fn find(&self, key: &str) -> Option<Kept> {
        let folder = self.cache.path(PROGRAMS).join(key);
        let kept = Self::read(&folder)?;
        // Eviction goes by this time. A folder that cannot be written is not evicted from, either.
        let _ =
            File::open(&folder).and_then(|folder| folder.set_times(FileTimes::new().set_modified(SystemTime::now())));
        Some(kept)
    }

    fn read(folder: &Path) -> Option<Kept> {
        let note: Note = serde_json::from_slice(&fs::read(folder.join(NOTE)).ok()?).ok()?;
        let file = folder.join(&note.file);
        // After a power cut the name may have reached the disk before the content.
        (fs::metadata(&file).ok()?.len() == note.size).then_some(Kept { file, warnings: note.warnings })
    }

    /// Keeps what was made in `made` (a scratch folder of the same cache) under this key.
    pub(super) fn keep(&self, key: &str, made: Scratch, file: &str, warnings: &str) -> Result<Kept, BuildError> {
        let path = made.path().join(file);
        let size = fs::metadata(&path).map_err(failed("read", &path))?.len();
        let note = Note { file: file.to_owned(), size, warnings: warnings.to_owned() };
        let note = serde_json::to_vec(&note).map_err(|error| failed("write", made.path())(error.into()))?;
        fs::write(made.path().join(NOTE), note).map_err(failed("write", made.path()))?;

        let target = self.cache.folder(PROGRAMS)?.join(key);
        let (made, _held) = made.keep();
        for attempt in 0..2 {
            match fs::rename(&made, &target) {
                Ok(()) => break,
                // Somebody was faster; theirs is as good, unless it is damaged.
                Err(_) if attempt == 0 && target.is_dir() => {
                    if let Some(kept) = Self::read(&target) {
                        let _ = fs::remove_dir_all(&made);
                        return Ok(kept);
                    }
                    self.remove(&target);
                }
                Err(cause) => {
                    let _ = fs::remove_dir_all(&made);
                    return Err(failed("create", &target)(cause));
                }
            }
        }
        self.sweep_now_and_then();
        Ok(Kept { file: target.join(file), warnings: warnings.to_owned() })
    }

    /// Renamed first: a folder that is half removed is not found under its key.
    fn remove(&self, entry: &Path) {
        if let Ok(scratch) = self.cache.scratch() {
            let _ = fs::rename(entry, scratch.path().join("old"));
        }
    }

    fn sweep_now_and_then(&self) {
        let marker = self.cache.path("swept");
        if age(&marker).is_some_and(|age| age < BETWEEN_SWEEPS) {
            return;
        }
        if fs::write(&marker, "").is_ok() {
            self.sweep(MOST, IN_USE);
        }
    }

    /// Removes the programs that were not used for longest, down to `most` bytes, and what killed processes left.
    fn sweep(&self, most: u64, in_use: Duration) {
        let mut entries: Vec<_> =
            folders(&self.cache.path(PROGRAMS)).filter_map(|path| Some((age(&path)?, size(&path), path))).collect();
        entries.sort();
        let mut total = 0;
        for (age, size, path) in entries {
            total += size;
            if total > most && age > in_use {
                self.remove(&path);
            }
        }
        for left in folders(&self.cache.path("tmp")) {
            if age(&left).is_some_and(|age| age > LEFT_OVER) {
                let _ = fs::remove_dir_all(left);
            }
        }
    }
}

/// How long ago it was used or written; none when it is not there.
fn age(path: &Path) -> Option<Duration> {
    Some(fs::metadata(path).ok()?.modified().ok()?.elapsed().unwrap_or_default())
}

fn folders(path: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten();
    entries.filter_map(io::Result::ok).map(|entry| entry.path())
}

fn size(folder: &Path) -> u64 {
    folders(folder).filter_map(|file| fs::metadata(file).ok()).map(|data| data.len()).sum()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn store() -> (TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(CacheDir::at(folder.path().join("cache")));
        (folder, store)
    }

    fn made(store: &Store, content: &str) -> Scratch {
        let made = store.cache.scratch().unwrap();
        fs::write(made.path().join("program"), content).unwrap();
        made
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let (_folder, store) = store();
        assert!(store.find("k").is_none());
        store.keep("k", made(&store, "content"), "program", "a warning").unwrap();
        let kept = store.find("k").unwrap();
        assert_eq!(fs::read_to_string(kept.file).unwrap(), "content");
        assert_eq!(kept.warnings, "a warning");
    }

    #[test]
    fn the_second_maker_of_the_same_program_uses_the_first_ones() {
        let (_folder, store) = store();
        store.keep("k", made(&store, "first"), "program", "").unwrap();
        let kept = store.keep("k", made(&store, "second"), "program", "").unwrap();
        assert_eq!(fs::read_to_string(kept.file).unwrap(), "first");
        assert_eq!(folders(&store.cache.path("tmp")).count(), 0, "nothing is left behind");
    }

    #[test]
    fn an_entry_that_lost_its_content_is_not_taken_and_is_replaced() {
        let (_folder, store) = store();
        let kept = store.keep("k", made(&store, "content"), "program", "").unwrap();
        fs::write(&kept.file, "").unwrap();
        assert!(store.find("k").is_none());
        store.keep("k", made(&store, "content"), "program", "").unwrap();
        assert!(store.find("k").is_some());
    }

    #[test]
    fn a_folder_that_was_never_renamed_into_place_is_not_found() {
        let (_folder, store) = store();
        let (half, _held) = made(&store, "half").keep();
        assert!(half.is_dir());
        assert!(store.find("k").is_none());
    }

    #[test]
    fn the_oldest_programs_go_first_and_those_in_use_stay() {
        let (_folder, store) = store();
        for (key, hours) in [("new", 0), ("old", 2), ("older", 3)] {
            store.keep(key, made(&store, &"x".repeat(1000)), "program", "").unwrap();
            let time = SystemTime::now() - Duration::from_hours(hours);
            let folder = File::open(store.cache.path(PROGRAMS).join(key)).unwrap();
            folder.set_times(FileTimes::new().set_modified(time)).unwrap();
        }
        store.sweep(2500, IN_USE);
        assert!(store.find("older").is_none());
        assert!(store.find("old").is_some());
        store.sweep(0, IN_USE);
        assert!(store.find("new").is_some(), "it may be running");
    }
}
