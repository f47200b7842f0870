//! Watches a program from the kernel, by ptrace and seccomp, and owns its time.

mod error;
mod options;

pub use error::{TracerError, Unsupported};
pub use options::{Epoch, Options, OutputMode, RunLimits, StdinMode};

use crate::trace::Trace;

/// Runs a program to its end (or to a limit) and returns what it did. Nothing of its tree is left when this returns.
///
/// # Errors
/// Only when the machine or we could not do it: never for what the program did.
pub fn run(options: &Options) -> Result<Trace, TracerError> {
    let _ = options;
    Err(TracerError::Unsupported(Unsupported { what: "tracing", why: "the loop is not built yet".to_owned() }))
}

/// Tries the whole path on `/bin/true`: fork, seize, filter, exec, a clock read, the end.
///
/// # Errors
/// What does not work on this machine.
pub fn probe() -> Result<(), Unsupported> {
    Err(Unsupported { what: "tracing", why: "the loop is not built yet".to_owned() })
}
