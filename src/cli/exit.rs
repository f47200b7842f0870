use std::process::ExitCode;

/// What the process's exit status says, for scripts and CI. Stable: part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Exit {
    /// All that was asked for was done, and every submission passed.
    Success = 0,
    /// Some submission did not pass, or an author's check found something.
    NotPassed = 1,
    /// The command line asked for something that does not exist.
    Usage = 2,
    /// The course or a spec is invalid.
    InvalidCourse = 3,
    /// This machine cannot do what was asked: no compiler, no interpreter, a disk that is full.
    Unsupported = 4,
    /// A bug of ours.
    Bug = 70,
    /// Ctrl-C, or SIGTERM.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
