use std::io;

use super::JournalError;
use crate::build::BuildError;
use crate::engine::EngineError;
use crate::pool::{Mishap, PoolError};

/// Why a submission could not be graded, by our fault or the machine's. Never the student's.
#[derive(Debug, thiserror::Error)]
pub enum OurFault {
    /// It could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// It could not be run or watched.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The workers could not do it.
    #[error(transparent)]
    Pool(PoolError),
    /// The submission's file went away or cannot be read.
    #[error("failed to read the submission: {0}")]
    Submission(io::Error),
    /// What was found could not be kept, or what was kept could not be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl OurFault {
    /// Whether the machine lacks something, rather than that we have a bug.
    pub fn is_the_machines(&self) -> bool {
        match self {
            Self::Build(BuildError::Crashed { .. }) => false,
            Self::Engine(error) => matches!(error, EngineError::Unsupported(_)),
            Self::Pool(PoolError::Lost { second, .. }) => matches!(second, Mishap::NotStarted(_)),
            Self::Build(_) | Self::Pool(_) | Self::Submission(_) | Self::Journal(_) => true,
        }
    }

    /// The way out, where there is one.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Build(error) => error.help(),
            Self::Pool(PoolError::Folder(_)) => {
                Some("free some space, or set TMPDIR to a folder that can be written to")
            }
            Self::Engine(_) => Some("`grade doctor` says what this machine offers"),
            Self::Pool(_) | Self::Submission(_) => None,
            Self::Journal(error) => error.help(),
        }
    }
}

impl From<PoolError> for OurFault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Engine(error) => Self::Engine(error),
            PoolError::Build(error) => Self::Build(error),
            error => Self::Pool(error),
        }
    }
}

/// The person asked for the end before there was a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;
