use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use serde::{Deserialize, Serialize};

use crate::wire::{self, Operation};

/// Why nothing could be built. Ours or the machine's fault, never the student's: a submission that does not compile is
/// [`super::BuildOutcome::Failed`]. It travels as JSON, too.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuildError {
    /// No folder to keep things in can be named.
    #[error(
        "failed to choose a cache folder: none of GRADE_CACHE_DIR, XDG_CACHE_HOME and HOME is set, and the system knows no home of this user"
    )]
    NoCacheFolder,
    /// The cache folder, or something in it, cannot be read or written.
    #[error("failed to {operation} `{}` in the cache folder: {cause}", path.display())]
    Cache {
        /// What was tried, as a verb.
        #[serde(deserialize_with = "wire::operation")]
        operation: Operation,
        /// On which file or folder.
        #[serde(with = "wire::path")]
        path: PathBuf,
        /// What the system said.
        #[serde(with = "wire::io_error")]
        cause: io::Error,
    },
    /// The submission cannot be read.
    #[error("failed to read `{}`: {cause}", path.display())]
    Submission {
        /// The submission's path, as it was given.
        #[serde(with = "wire::path")]
        path: PathBuf,
        /// What the system said.
        #[serde(with = "wire::io_error")]
        cause: io::Error,
    },
    /// A program that building needs is not there.
    #[error("failed to find `{program}`")]
    Missing {
        /// The program's name.
        #[serde(deserialize_with = "wire::operation")]
        program: Operation,
        /// How to get it.
        #[serde(deserialize_with = "wire::operation")]
        help: Operation,
    },
    /// A program that building needs is too old.
    #[error("failed to use `{}`: it is version {found}, and {wanted} or newer is needed", path.display())]
    TooOld {
        /// Where it stands.
        #[serde(with = "wire::path")]
        path: PathBuf,
        /// Its version.
        found: String,
        /// The least version that serves.
        #[serde(deserialize_with = "wire::operation")]
        wanted: Operation,
        /// How to get a newer one.
        #[serde(deserialize_with = "wire::operation")]
        help: Operation,
    },
    /// A program that building needs does not answer as it should.
    #[error("failed to use `{}`: {cause}", path.display())]
    Unusable {
        /// Where it stands.
        #[serde(with = "wire::path")]
        path: PathBuf,
        /// What it said instead.
        cause: String,
    },
    /// A child process could not be started or waited for.
    #[error("failed to {operation} `{}`: {cause}", program.display())]
    Child {
        /// What was tried, as a verb.
        #[serde(deserialize_with = "wire::operation")]
        operation: Operation,
        /// The program.
        #[serde(with = "wire::path")]
        program: PathBuf,
        /// What the system said.
        #[serde(with = "wire::io_error")]
        cause: io::Error,
    },
    /// The course's Rust libraries or Python packages could not be made ready.
    #[error("failed to {operation}{}:\n{output}", if *network { " (the network is needed once for this)" } else { "" })]
    SetUp {
        /// What was tried, as a verb: `compile the course's libraries`.
        #[serde(deserialize_with = "wire::operation")]
        operation: Operation,
        /// Whether the network was the cause.
        network: bool,
        /// The end of what the tool said.
        output: String,
        /// What to do about it.
        #[serde(deserialize_with = "wire::operation")]
        help: Operation,
    },
    /// The compiler or the interpreter died instead of judging the source.
    #[error("failed to compile: `{}` ended with {status}:\n{output}", program.display())]
    Crashed {
        /// The program.
        #[serde(with = "wire::path")]
        program: PathBuf,
        /// How it ended.
        #[serde(with = "wire::exit_status")]
        status: ExitStatus,
        /// The end of what it said.
        output: String,
    },
    /// The compiler or the interpreter could not be put into the sandbox.
    #[error("failed to compile in the sandbox: {cause}")]
    Sandbox {
        /// Which step failed, and what the system said.
        cause: String,
    },
    /// The disk that holds the cache folder is full.
    #[error("failed to write to the cache folder `{}`: the disk is full", path.display())]
    DiskFull {
        /// The cache folder.
        #[serde(with = "wire::path")]
        path: PathBuf,
    },
    /// The person asked for the end.
    #[error("interrupted")]
    Interrupted,
}

impl BuildError {
    /// The way out, in a sentence or two, where there is one.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NoCacheFolder => Some("set GRADE_CACHE_DIR to a folder that you may write to"),
            Self::Cache { .. } => {
                Some("set GRADE_CACHE_DIR to a folder that you may write to, or make this one yours (chown, chmod)")
            }
            Self::Missing { help, .. } | Self::TooOld { help, .. } | Self::SetUp { help, .. } => Some(help),
            Self::Unusable { .. } => Some("run it by hand to see what it needs; `grade doctor` shows what was found"),
            Self::Sandbox { .. } => Some(
                "`grade doctor` says what this machine offers; `--sandbox off` is only for code that you would run yourself",
            ),
            Self::DiskFull { .. } => Some("free some space, or set GRADE_CACHE_DIR to a folder on another disk"),
            Self::Submission { .. } | Self::Child { .. } | Self::Crashed { .. } | Self::Interrupted => None,
        }
    }
}
