use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use super::{Engine, EngineError, RunRequest};
use crate::clock::VirtualDuration;
use crate::course::model::Needs;
use crate::trace::{ClockKind, Trace};
use crate::tracer::{self, Epoch, Options, OutputMode, RunLimits, StdinMode, TracerError, Unsupported};

/// Runs a program under the tracer, in virtual time (or, with [`TracedEngine::on_the_wall_clock`], in real time).
#[derive(Clone, Debug)]
pub struct TracedEngine {
    executable: PathBuf,
    clock: ClockKind,
    processors: usize,
}

impl TracedEngine {
    /// An engine for the executable `grade` itself, which starts its helpers from its own image.
    pub fn new() -> Self {
        Self::with_executable("/proc/self/exe")
    }

    /// An engine for another program than `grade` (a test, a library's user): where `grade` is.
    pub fn with_executable(grade: impl Into<PathBuf>) -> Self {
        Self { executable: grade.into(), clock: ClockKind::Virtual, processors: 1 }
    }

    /// The same observations, yet in real time.
    pub fn on_the_wall_clock(self) -> Self {
        Self { clock: ClockKind::Wall, ..self }
    }

    /// Gives the program this many processors, so that its threads really run side by side.
    pub fn with_processors(self, processors: usize) -> Self {
        Self { processors, ..self }
    }

    /// Whether it works on this machine. Tried once in a process; takes some milliseconds.
    ///
    /// # Errors
    /// Why it does not.
    pub fn probe() -> Result<(), Unsupported> {
        static PROBED: OnceLock<Result<(), Unsupported>> = OnceLock::new();
        PROBED.get_or_init(tracer::probe).clone()
    }
}

impl Default for TracedEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine for TracedEngine {
    fn name(&self) -> &'static str {
        "traced"
    }

    fn observes(&self) -> Needs {
        // On the wall clock nobody can tell a long wait from one that never ends.
        Needs { threads: true, processes: true, deadlock: self.clock == ClockKind::Virtual, http: true }
    }

    fn is_virtual(&self) -> bool {
        self.clock == ClockKind::Virtual
    }

    fn run(&self, request: &RunRequest) -> Result<Trace, EngineError> {
        tracer::run(&self.options(request)).map_err(EngineError::from)
    }
}

impl TracedEngine {
    fn options(&self, request: &RunRequest) -> Options {
        let limits = &request.limits;
        Options {
            argv: request.argv.clone(),
            env: request.env.clone(),
            cwd: request.cwd.clone(),
            stdin: StdinMode::Bytes(request.stdin.clone()),
            output: OutputMode::Captured,
            limits: RunLimits {
                time: limits.time,
                cpu: Some(limits.cpu.as_std()),
                memory: Some(limits.memory),
                processes: Some(limits.processes),
                output: Some(limits.output),
            },
            // What is left of patience in real time when virtual time stands still.
            real_limit: request.real_limit.max(Duration::from_secs(1)),
            clock: self.clock,
            epoch: Epoch::default(),
            schedule: request.schedule,
            processors: self.processors,
            fixture: request.http.then(|| vec![self.executable.clone().into_os_string(), "__fixture".into()]),
            linger: VirtualDuration::ZERO,
            outside_network: true,
            interrupt: request.interrupt.flag(),
        }
    }
}

impl From<TracerError> for EngineError {
    fn from(error: TracerError) -> Self {
        match error {
            TracerError::Start { program, cause } => Self::Start { program, cause },
            TracerError::System { operation, tid, cause } => {
                Self::System { operation, pid: tid.map(i32::unsigned_abs), cause }
            }
            TracerError::Fixture(why) => Self::Fixture(why),
            TracerError::Unsupported(why) => Self::Unsupported(why.to_string()),
        }
    }
}
