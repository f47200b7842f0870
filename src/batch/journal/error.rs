use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a batch's journal cannot be used. Ours or the machine's fault, never a student's.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is none.
    #[error("there is no journal `{}`", path.display())]
    Absent {
        /// Where it would be.
        path: PathBuf,
    },
    /// Another batch works on the same output folder.
    #[error("another batch is writing to `{}`", folder.display())]
    Busy {
        /// The output folder.
        folder: PathBuf,
    },
    /// A version of `grade` that is newer than this one wrote it.
    #[error("`{}` was written by a newer grade (format {found}; this one knows {known})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format's version.
        found: i64,
        /// The newest that this version knows.
        known: i64,
    },
    /// It is a database, but of something else.
    #[error("`{}` is no journal of grade", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Its content makes no sense any more.
    #[error("`{}` is damaged: {cause}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        cause: String,
    },
    /// The database refused.
    #[error("failed to {operation} in `{}`: {cause}", path.display())]
    Database {
        /// What was tried, as a verb.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// What `SQLite` said.
        cause: rusqlite::Error,
    },
    /// The system refused.
    #[error("failed to {operation} `{}`: {cause}", path.display())]
    System {
        /// What was tried, as a verb.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl JournalError {
    /// The way out, where there is one.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Absent { .. } => Some("`grade batch DIR --out DIR` makes one; name the folder that it wrote to"),
            Self::Busy { .. } => Some("wait for it to end, or give this batch another folder with `--out`"),
            Self::Newer { .. } => Some("use that newer grade, or another folder with `--out`"),
            Self::Foreign { .. } => Some("give the batch another folder with `--out`"),
            Self::Damaged { .. } => {
                Some("`--fresh` grades everything again, and keeps the damaged file beside as `grade.db.old-N`")
            }
            Self::Database { cause, .. } => match cause.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => Some("free some space; the same command then goes on where it was"),
                Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                    Some("make the folder and the file yours to write (chown, chmod)")
                }
                _ => None,
            },
            Self::System { cause, .. } if cause.kind() == io::ErrorKind::StorageFull => {
                Some("free some space; the same command then goes on where it was")
            }
            Self::System { path, .. } if *path == std::env::temp_dir() => {
                Some("temporary files go where TMPDIR says, else to /tmp: it must be a folder that you may write to")
            }
            Self::System { cause, .. }
                if matches!(cause.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied) =>
            {
                Some("give the batch a folder that you may write to with `--out`; `grade report` only reads")
            }
            Self::System { .. } => None,
        }
    }

    /// For `map_err`: what `SQLite` said when this was tried, told apart by what a person can do about it.
    pub(super) fn database(operation: &'static str, path: &Path) -> impl FnOnce(rusqlite::Error) -> Self + use<> {
        let path = path.to_owned();
        move |cause| match cause.sqlite_error_code() {
            // A page makes no sense, or not even the first bytes are those of a database.
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, cause: cause.to_string() }
            }
            _ => match cause {
                rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) => {
                    Self::Damaged { path, cause: cause.to_string() }
                }
                cause => Self::Database { operation, path, cause },
            },
        }
    }

    /// For `map_err`: what the system said when this was tried.
    pub(super) fn system(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |cause| Self::System { operation, path, cause }
    }
}
