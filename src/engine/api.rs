use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::EngineSettings;
use crate::course::model::{Limits, Needs};
use crate::sandbox::Rung;
use crate::schedule::{Place, Switch};
use crate::trace::Trace;
use crate::wire;

/// Runs a program and tells what it did.
pub trait Engine: Send + Sync {
    /// The engine's name, as reports say it: `traced`, `wall`, `scripted`.
    fn name(&self) -> &'static str;

    /// What this engine can observe.
    fn observes(&self) -> Needs;

    /// How what it runs is contained.
    fn rung(&self) -> Rung {
        Rung::Off
    }

    /// The same in words, with what the machine adds to it.
    fn contained_how(&self) -> String {
        self.rung().name().to_owned()
    }

    /// Whether its runs may stand side by side: true when time is virtual, so that a busy machine changes nothing.
    fn is_virtual(&self) -> bool {
        false
    }

    /// Whether [`RunRequest::schedule`] means anything to it; without it there is the natural schedule alone.
    fn has_schedules(&self) -> bool {
        false
    }

    /// The engine as plain data, for a process that shall run in this one's stead; none for an engine that only this
    /// process has.
    fn settings(&self) -> Option<EngineSettings> {
        None
    }

    /// Runs the program to its end (or to a limit) and returns its trace. Nothing of the program's tree is left running
    /// when this returns, also on an error. A program that fails is a trace, not an error.
    ///
    /// # Errors
    /// Only when the machine or we could not do it: never for what the program did.
    fn run(&self, request: &RunRequest) -> Result<Trace, EngineError>;

    /// Where schedules may preempt the program's threads ([`RunRequest::places`]): where they touch the same
    /// memory, a list for each word of it. The same request gives the same answer; an engine without schedules knows of none.
    ///
    /// # Errors
    /// As [`Engine::run`].
    fn survey(&self, request: &RunRequest) -> Result<Places, EngineError> {
        let _ = request;
        Ok(Vec::new())
    }

    /// As [`Engine::run`], under these switches instead of the seed's policy; with none of them given, under the seed. With
    /// the trace comes where the schedule left the natural way. An engine without schedules knows of nothing.
    ///
    /// # Errors
    /// As [`Engine::run`].
    fn run_under(
        &self,
        request: &RunRequest,
        switches: Option<&[Switch]>,
    ) -> Result<(Trace, Vec<Switch>), EngineError> {
        let _ = switches;
        Ok((self.run(request)?, Vec::new()))
    }

    /// As [`Engine::run_under`] for a run that is to be shown: all is told of it that the engine can find, also what costs it
    /// more than one run.
    ///
    /// # Errors
    /// As [`Engine::run`].
    fn run_shown(&self, request: &RunRequest, switches: &[Switch]) -> Result<Trace, EngineError> {
        self.run_under(request, Some(switches)).map(|(trace, _)| trace)
    }
}

/// Places where a schedule may preempt a program's threads, a list for each word of memory that they touch there.
pub type Places = Vec<Vec<Place>>;

/// What is to be run, and how. It travels as JSON to the process that runs it; [`Interrupt`] stays behind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunRequest {
    /// The program and its arguments; the program is a path or a name to be found in `PATH` of `env`. An argument's
    /// `$http` is replaced with the fixture's address by the engine.
    #[serde(with = "wire::os_strings")]
    pub argv: Vec<OsString>,
    /// The whole environment.
    #[serde(with = "wire::os_pairs")]
    pub env: Vec<(OsString, OsString)>,
    /// The working directory.
    #[serde(with = "wire::path")]
    pub cwd: PathBuf,
    /// What it reads on its standard input; empty is `/dev/null`.
    #[serde(with = "wire::bytes")]
    pub stdin: Vec<u8>,
    /// What it may use.
    pub limits: Limits,
    /// The end of patience in real time, whatever the virtual clock says.
    pub real_limit: Duration,
    /// The schedule's seed; 0 is the natural schedule.
    pub schedule: u64,
    /// What [`Engine::survey`] found: a part of what a seed means.
    #[serde(default)]
    pub places: Places,
    /// Whether the HTTP fixture runs beside it.
    pub http: bool,
    /// Ends the run early when the person asks for it.
    #[serde(skip)]
    pub interrupt: Interrupt,
}

/// Set once, when the person who started us wants the end (Ctrl-C).
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks for the end.
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Forgets that the end was asked for: the next piece of work begins.
    pub fn clear(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    /// Whether the end was asked for.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// The flag itself, for a signal handler that sets it.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

/// Why a run could not be made or watched. Never the student's fault. It travels as JSON, too.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineError {
    /// The program itself could not be started: not found, not executable.
    #[error("failed to start `{program}`: {cause}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        #[serde(with = "wire::io_error")]
        cause: std::io::Error,
    },
    /// A system call of ours failed.
    #[error("failed to {operation}{}: {cause}", pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    System {
        /// What was tried, as a verb: `read the pipe`.
        #[serde(deserialize_with = "wire::operation")]
        operation: wire::Operation,
        /// On which process.
        pid: Option<u32>,
        /// What the system said.
        #[serde(with = "wire::io_error")]
        cause: std::io::Error,
    },
    /// The HTTP fixture could not be started or died.
    #[error("the HTTP fixture failed: {0}")]
    Fixture(String),
    /// This machine cannot do what the engine needs.
    #[error("this machine cannot do it: {0}")]
    Unsupported(String),
    /// A recorded trace could not be replayed.
    #[error("no recorded trace fits: {0}")]
    NotRecorded(String),
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    use std::path::PathBuf;
    use std::time::Duration;

    use super::{EngineError, Interrupt, RunRequest};
    use crate::course::model::Limits;
    use crate::schedule::Place;

    #[test]
    fn an_error_says_the_same_behind_the_way_through_json() {
        let cause = || std::io::Error::from_raw_os_error(libc::ENOENT);
        for error in [
            EngineError::Start { program: "python3".into(), cause: cause() },
            EngineError::System { operation: "read the pipe", pid: Some(7), cause: cause() },
            EngineError::System { operation: "read the pipe", pid: None, cause: std::io::Error::other("words") },
            EngineError::Fixture("gone".into()),
        ] {
            let json = serde_json::to_string(&error).unwrap();
            let back: EngineError = serde_json::from_str(&json).unwrap();
            assert_eq!((back.to_string(), serde_json::to_string(&back).unwrap()), (error.to_string(), json));
        }
    }

    #[test]
    fn a_request_survives_the_way_through_json_also_when_it_is_not_utf_8() {
        let odd = OsString::from_vec(vec![b'a', 0xff]);
        let request = RunRequest {
            argv: vec!["echo".into(), odd.clone()],
            env: vec![("PATH".into(), "/bin".into()), ("ODD".into(), odd.clone())],
            cwd: PathBuf::from(odd),
            stdin: vec![0, 159, 146, 150],
            limits: Limits::default(),
            real_limit: Duration::from_mins(1),
            schedule: 7,
            places: vec![vec![Place::Instruction(0x40_1000), Place::Shared(8)], Vec::new()],
            http: true,
            interrupt: Interrupt::default(),
        };
        let json = serde_json::to_string(&request).unwrap();
        assert!(json.contains(r#""echo""#), "text stays readable: {json}");
        let back: RunRequest = serde_json::from_str(&json).unwrap();
        assert_eq!(format!("{back:?}"), format!("{request:?}"));
    }
}
