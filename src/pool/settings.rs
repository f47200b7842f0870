use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use crate::engine::Interrupt;

/// The program that is started as a worker. It finds a socket for orders as its standard input, the lifeline as its
/// standard output, and behind its arguments the folder for its files and the file of claimed processors.
#[derive(Clone, Debug)]
pub struct WorkerCommand {
    /// Its path.
    pub program: PathBuf,
    /// Its first arguments.
    pub arguments: Vec<OsString>,
}

impl WorkerCommand {
    /// The worker of this `grade` executable.
    pub fn of(grade: impl Into<PathBuf>) -> Self {
        Self { program: grade.into(), arguments: vec![super::worker::COMMAND.into()] }
    }
}

/// How long, in real time, the pool waits for a worker before it takes it for lost.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For its hello.
    pub start: Duration,
    /// For a word that it lives, while it does a job.
    pub silence: Duration,
    /// For its answer, beyond what the job may take.
    pub margin: Duration,
    /// For the end of what was interrupted, and for its own end.
    pub end: Duration,
}

impl Default for Patience {
    /// Far beyond what a healthy worker needs on the busiest machine: a false alarm costs a run, a late one only time.
    fn default() -> Self {
        Self {
            start: Duration::from_secs(30),
            silence: Duration::from_secs(30),
            margin: Duration::from_secs(30),
            end: Duration::from_secs(5),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) slots: NonZeroUsize,
    pub(super) shares_the_clock: bool,
    pub(super) command: WorkerCommand,
    pub(super) patience: Patience,
    /// Where workers' folders are made; none: where temporary files are.
    pub(super) scratch: OnceLock<PathBuf>,
    pub(super) interrupt: Interrupt,
}

impl Settings {
    /// Where workers' folders are made.
    pub(super) fn scratch(&self) -> PathBuf {
        self.scratch.get().cloned().unwrap_or_else(std::env::temp_dir)
    }
}
