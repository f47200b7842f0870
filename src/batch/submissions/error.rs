use std::io;
use std::path::{Path, PathBuf};

/// Why a folder of submissions could not be read at all. What is wrong with one submission is a
/// [`super::RefusedReason`].
#[derive(Debug, thiserror::Error)]
pub enum SubmissionsError {
    /// The folder or the roster could not be opened or listed.
    #[error("{operation} {}: {cause}", path.display())]
    Io {
        /// What was tried, as a verb: `open`.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The roster is no table that names students.
    #[error("read the roster {}: {what}", path.display())]
    Roster {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// An exercise of the filter is not in the course.
    #[error("find the exercise `{0}` in the course")]
    NoSuchExercise(String),
}

impl SubmissionsError {
    /// For `map_err`: an I/O error with what was tried on which path.
    pub(super) fn io(operation: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        move |cause| Self::Io { operation, path: path.to_owned(), cause }
    }
}
