//! Recorded runs of the reference, as files that `cargo insta` can review.

use std::io;
use std::path::{Path, PathBuf};

/// A recorded run of the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its contents, below the header.
    pub contents: String,
}

/// Why a snapshot cannot be used. The author's to mend, never the student's failure.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// There is none.
    #[error("there is no snapshot `{}`: `grade bless` records it", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is there but cannot be read.
    #[error("failed to read the snapshot `{}`: {cause}", path.display())]
    Unreadable {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It is no snapshot.
    #[error("`{}` line {line}: {problem}", path.display())]
    Malformed {
        /// Where it is.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// It could not be written.
    #[error("failed to write the snapshot `{}`: {cause}", path.display())]
    Unwritable {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// Where recorded runs of the reference come from.
pub trait SnapshotSource {
    /// The snapshot of a case.
    ///
    /// # Errors
    /// When there is none or it cannot be read.
    fn snapshot(&self, case: &str) -> Result<Snapshot, SnapshotError>;
}

/// Snapshots in an exercise's grader folder.
#[derive(Clone, Debug)]
pub struct SnapshotFolder {
    /// `graders/exNN_name`.
    pub dir: PathBuf,
    /// The language's name, `rust` or `python`.
    pub language: &'static str,
}

impl SnapshotSource for SnapshotFolder {
    fn snapshot(&self, case: &str) -> Result<Snapshot, SnapshotError> {
        read(&path(&self.dir, case, self.language))
    }
}

/// Where the snapshot of a case is: `graders/exNN_name/two_updates@rust.snap`. One for each language, as the two references need not print alike.
pub fn path(grader: &Path, case: &str, language: &str) -> PathBuf {
    grader.join(format!("{case}@{language}.snap"))
}

/// Reads a snapshot.
///
/// # Errors
/// When it is missing, unreadable or no snapshot.
pub fn read(path: &Path) -> Result<Snapshot, SnapshotError> {
    match std::fs::read_to_string(path) {
        Ok(contents) => Ok(Snapshot { contents }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Err(SnapshotError::Missing { path: path.to_owned() }),
        Err(cause) => Err(SnapshotError::Unreadable { path: path.to_owned(), cause }),
    }
}
