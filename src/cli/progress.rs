//! What a student has passed, in `.grade/progress.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::workspace;
use crate::check::verdict::{ExerciseResult, Status, Verdict};
use crate::course::model::Language;

const SCHEMA: &str = "grade/progress/v1";

/// What a student has passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Progress {
    schema: String,
    exercises: BTreeMap<String, Record>,
}

/// What is known of one exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// In which languages it was passed at least once.
    pub(crate) passed: BTreeSet<Language>,
    /// The most points that were reached.
    pub(crate) best: u32,
    /// The points that could be reached then.
    pub(crate) max: u32,
    /// The checks that failed the last time.
    pub(crate) failed: Vec<String>,
    /// How many hints were asked for since then.
    pub(crate) hints: usize,
}

impl Default for Progress {
    fn default() -> Self {
        Self { schema: SCHEMA.to_owned(), exercises: BTreeMap::new() }
    }
}

impl Progress {
    /// What is known of an exercise.
    pub(crate) fn of(&self, exercise: &str) -> Option<&Record> {
        self.exercises.get(exercise)
    }

    /// What is known of an exercise, to be changed.
    pub(crate) fn of_mut(&mut self, exercise: &str) -> &mut Record {
        self.exercises.entry(exercise.to_owned()).or_default()
    }

    /// True when it was passed in some language.
    pub(crate) fn is_done(&self, exercise: &str) -> bool {
        self.of(exercise).is_some_and(|record| !record.passed.is_empty())
    }

    /// Takes note of a result. What was passed once stays passed.
    pub(crate) fn note(&mut self, result: &ExerciseResult) {
        let record = self.of_mut(&result.exercise);
        if result.verdict == Verdict::Passed {
            record.passed.insert(result.language);
        }
        record.best = record.best.max(result.score);
        record.max = result.max_score;
        let failed: Vec<_> =
            result.checks.iter().filter(|check| check.status == Status::Failed).map(|check| check.id.clone()).collect();
        if record.failed != failed {
            record.failed = failed;
            record.hints = 0;
        }
    }
}

/// Why the progress could not be read or saved. Grading goes on without it.
#[derive(Debug, thiserror::Error)]
#[error("failed to {operation} your progress in {}: {cause}", path.display())]
pub(crate) struct ProgressError {
    operation: &'static str,
    path: PathBuf,
    cause: io::Error,
}

/// The file that holds the progress.
#[derive(Clone, Debug)]
pub(crate) struct ProgressFile {
    folder: PathBuf,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loaded {
    /// The progress; nothing done when the file was broken.
    pub(crate) progress: Progress,
    /// Where a broken file was moved, for the person to look at.
    pub(crate) moved_aside: Option<PathBuf>,
}

impl ProgressFile {
    /// The file in this folder (a workspace's `.grade`).
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("progress.json")
    }

    /// Reads the file; no file is no progress yet. One that makes no sense is moved aside, not thrown away.
    pub(crate) fn load(&self) -> Result<Loaded, ProgressError> {
        let path = self.path();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Loaded::default()),
            Err(cause) => return Err(ProgressError { operation: "read", path, cause }),
        };
        match serde_json::from_slice::<Progress>(&text) {
            Ok(progress) if progress.schema == SCHEMA => Ok(Loaded { progress, moved_aside: None }),
            _ => {
                let aside = self.free_name();
                fs::rename(&path, &aside).map_err(|cause| ProgressError {
                    operation: "move aside the broken file of",
                    path,
                    cause,
                })?;
                Ok(Loaded { progress: Progress::default(), moved_aside: Some(aside) })
            }
        }
    }

    /// Reads, changes and writes the file, under a lock: two graders at once lose no update.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Progress)) -> Result<Loaded, ProgressError> {
        let path = self.path();
        let failed = |cause| ProgressError { operation: "save", path: path.clone(), cause };
        fs::create_dir_all(&self.folder).map_err(failed)?;
        let lock = fs::File::create(self.folder.join("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut loaded = self.load()?;
        let before = loaded.progress.clone();
        change(&mut loaded.progress);
        if loaded.progress != before || loaded.moved_aside.is_some() {
            let mut text = serde_json::to_string_pretty(&loaded.progress).expect("plain data is always JSON");
            text.push('\n');
            workspace::replace(&path, text.as_bytes()).map_err(failed)?;
        }
        Ok(loaded)
    }

    fn free_name(&self) -> PathBuf {
        (1..=u32::MAX)
            .map(|number| self.folder.join(format!("progress.broken-{number}.json")))
            .find(|path| !path.exists())
            .expect("some number is free")
    }
}

#[cfg(test)]
mod tests {
    use super::ProgressFile;

    #[test]
    fn two_graders_at_once_lose_no_update() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = ProgressFile::in_folder(folder.path());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        file.update(|progress| progress.of_mut("ex01").hints += 1).expect("it is saved");
                    }
                });
            }
        });
        let progress = file.load().expect("it is there").progress;
        assert_eq!(progress.of("ex01").map(|record| record.hints), Some(40));
    }
}
