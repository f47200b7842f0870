use std::io;
use std::path::{Path, PathBuf};

use super::NoSuchExercise;
use crate::diag::{Diagnostic, Severity};

/// Why a course or an exercise could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum CourseError {
    /// Its author made mistakes; [`crate::diag::render`] draws them.
    #[error("load the course: {}", count(.0))]
    Invalid(Vec<Diagnostic>),
    /// It has no such exercise.
    #[error(transparent)]
    NoSuchExercise(#[from] NoSuchExercise),
    /// A folder or file could not be read, though it is there.
    #[error("{operation} {}: {cause}", path.display())]
    Io {
        /// What was tried, as a verb: `read`.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl CourseError {
    /// For `map_err`: an I/O error with what was tried on which path.
    pub(super) fn io(operation: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        move |cause| Self::Io { operation, path: path.to_owned(), cause }
    }
}

fn count(diagnostics: &[Diagnostic]) -> String {
    match diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count() {
        1 => "1 mistake".to_owned(),
        number => format!("{number} mistakes"),
    }
}
