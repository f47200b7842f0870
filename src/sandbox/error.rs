use std::io;

/// Why a sandbox could not be put on. Never the student's fault.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A system call of ours failed outside the stage.
    #[error("failed to {operation}: {cause}")]
    Outside {
        /// What was tried, as a verb.
        operation: &'static str,
        /// What the system said.
        cause: io::Error,
    },
    /// The run's control group could not be made, or the program not be put into it.
    #[error("failed to {operation}: {cause}")]
    Group {
        /// What was tried, as a verb.
        operation: &'static str,
        /// What the system said, of which file.
        cause: io::Error,
    },
    /// A step of the stage failed; it says so itself.
    #[error("the sandbox's stage failed to {0}")]
    Stage(String),
    /// The program itself could not be executed.
    #[error("failed to start `{program}`: {cause}")]
    Execute {
        /// The program.
        program: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A filter could not be compiled.
    #[error("failed to compile a system call filter: {0}")]
    Filter(String),
}

impl SandboxError {
    pub(super) fn outside(operation: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Outside { operation, cause }
    }

    pub(super) fn group(operation: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Group { operation, cause }
    }
}
