use std::io;

use crate::sandbox::SandboxError;

/// Why a program could not be run or watched. Never the program's own fault.
#[derive(Debug, thiserror::Error)]
pub enum TracerError {
    /// The program itself could not be started: not found, not executable.
    #[error("failed to start `{program}`: {cause}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A system call of ours failed.
    #[error("failed to {operation}{}: {cause}", tid.map(|tid| format!(" (tid {tid})")).unwrap_or_default())]
    System {
        /// What was tried, as a verb.
        operation: &'static str,
        /// On which thread.
        tid: Option<i32>,
        /// What the system said.
        cause: io::Error,
    },
    /// The sandbox could not be put on.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The HTTP fixture died or said nothing.
    #[error("the HTTP fixture failed: {0}")]
    Fixture(String),
    /// This machine cannot do it.
    #[error("this machine cannot do it: {0}")]
    Unsupported(#[from] Unsupported),
}

/// Why the traced engine does not work on this machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} does not work here: {why}")]
pub struct Unsupported {
    /// What was tried.
    pub what: &'static str,
    /// What the system said.
    pub why: String,
}
