//! The program on the machine's own clock.

use std::path::PathBuf;

use super::{Engine, EngineError, RunRequest};
use crate::course::model::Needs;
use crate::trace::Trace;

/// Runs a program on the machine's clock and sees what any parent can see: its output, its end, its use of the CPU.
#[derive(Clone, Debug)]
pub struct WallEngine {
    #[expect(dead_code, reason = "used by the next commit")]
    executable: PathBuf,
}

impl WallEngine {
    /// An engine for the executable `grade` itself, which starts its helpers from its own image.
    pub fn new() -> Self {
        Self::with_executable("/proc/self/exe")
    }

    /// An engine for another program than `grade` (a test, a library's user): where `grade` is.
    pub fn with_executable(grade: impl Into<PathBuf>) -> Self {
        Self { executable: grade.into() }
    }
}

impl Default for WallEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine for WallEngine {
    fn name(&self) -> &'static str {
        "wall"
    }

    fn observes(&self) -> Needs {
        Needs { http: true, ..Needs::default() }
    }

    fn run(&self, _: &RunRequest) -> Result<Trace, EngineError> {
        Err(EngineError::Unsupported("the wall engine is on its way".into()))
    }
}
