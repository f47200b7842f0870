use std::io;
use std::time::Duration;

use crate::build::BuildError;
use crate::engine::EngineError;

/// Why a piece of work was not done. Ours or the machine's fault, never the student's.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// It could not be run or watched.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Two workers failed over it.
    #[error("failed to {job} on two workers: {first}; {second}")]
    Lost {
        /// The work, as a verb and what it was done to.
        job: String,
        /// What happened to the first.
        first: Mishap,
        /// What happened to the second.
        second: Mishap,
    },
    /// The folder that workers keep their files in could not be made.
    #[error("failed to make a folder for the workers: {0}")]
    Folder(#[source] io::Error),
    /// The person asked for the end.
    #[error("interrupted")]
    Interrupted,
}

/// What happened to a worker.
#[derive(Debug, thiserror::Error)]
pub enum Mishap {
    /// It could not be started.
    #[error("no worker could be started: {0}")]
    NotStarted(#[source] io::Error),
    /// It is another program than we are.
    #[error("worker {pid} is of another version of grade")]
    Stranger {
        /// Its process id.
        pid: u32,
    },
    /// It ended.
    #[error("worker {pid} {how}")]
    Died {
        /// Its process id.
        pid: u32,
        /// How: `was killed by SIGKILL`.
        how: String,
    },
    /// It did not say that it lives.
    #[error("worker {pid} was silent for {} s", silence.as_secs())]
    Silent {
        /// Its process id.
        pid: u32,
        /// For how long.
        silence: Duration,
    },
    /// It did not end its job in time.
    #[error("worker {pid} was not done after {} s", limit.as_secs())]
    Overdue {
        /// Its process id.
        pid: u32,
        /// How long it had.
        limit: Duration,
    },
    /// It said something that makes no sense.
    #[error("worker {pid} sent {what}")]
    Nonsense {
        /// Its process id.
        pid: u32,
        /// What it sent.
        what: String,
    },
    /// It has a bug.
    #[error("worker {pid} panicked: {message}")]
    Panicked {
        /// Its process id.
        pid: u32,
        /// What it said.
        message: String,
    },
}
