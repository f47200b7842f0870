//! The program on the machine's own clock, watched as any parent can watch.
//!
//! [`WallEngine::run`] starts a supervisor process ([`supervisor`]), which starts the program; the program's two output
//! pipes come straight here ([`watch`]), where each piece is stamped as it is read and put into lines ([`lines`]). What
//! it cannot know it says: lines have no process or thread, times are those of reading and not of writing, and
//! `End::noise` tells how long the machine kept the run waiting. What the engine does not do: it is no sandbox, and a
//! program that kills its supervisor can leave a daemon of its own behind (the run is then our error, never a pass).

mod limits;
mod lines;
mod machine;
mod message;
mod outcome;
mod supervised;
pub(super) mod supervisor;
mod tree;
mod watch;

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Engine, EngineError, EngineSettings, RunRequest};
use crate::course::model::Needs;
use crate::fixture::{self, FixtureProcess};
use crate::trace::Trace;
use crate::wire;
use supervised::Supervised;
use watch::Watch;

/// Runs a program on the machine's clock and sees what any parent can see: its output, its end, its use of the CPU.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WallEngine {
    #[serde(with = "wire::path")]
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

    fn settings(&self) -> Option<EngineSettings> {
        Some(EngineSettings::Wall(self.clone()))
    }

    fn run(&self, request: &RunRequest) -> Result<Trace, EngineError> {
        let fixture = request.http.then(|| FixtureProcess::start(&self.executable)).transpose();
        let fixture = fixture.map_err(|error| EngineError::Fixture(error.to_string()))?;
        let mut request = request.clone();
        if let Some(fixture) = &fixture {
            request.argv = fixture::substitute(&request.argv, fixture.address());
        }
        let path = program_path(&request)?;
        let epoch = jiff::Timestamp::now().to_string();
        let supervised = Supervised::start(&self.executable, &request)?;
        let supervisor = supervised.pid();
        let seen = Watch::new(&request, supervised, fixture).run()?;
        outcome::trace(&request, seen, supervisor, &path, epoch)
    }
}

/// The program's file: a path as it is, a name by the `PATH` of the run's environment.
fn program_path(request: &RunRequest) -> Result<PathBuf, EngineError> {
    let start = |program: &OsStr, cause| EngineError::Start { program: program.to_string_lossy().into_owned(), cause };
    let Some(program) = request.argv.first().filter(|program| !program.is_empty()) else {
        return Err(start(OsStr::new(""), io::ErrorKind::InvalidInput.into()));
    };
    if !request.cwd.is_dir() {
        return Err(EngineError::System {
            operation: "enter the working directory",
            pid: None,
            cause: io::Error::new(io::ErrorKind::NotFound, format!("no directory `{}`", request.cwd.display())),
        });
    }
    if program.as_bytes().contains(&b'/') {
        return Ok(PathBuf::from(program));
    }
    // Without PATH execvp looks in these, too (confstr(3), _CS_PATH).
    let path =
        request.env.iter().rfind(|(name, _)| name == "PATH").map_or(OsStr::new("/bin:/usr/bin"), |(_, path)| path);
    let mut places = std::env::split_paths(path).map(|folder| request.cwd.join(folder).join(program));
    places.find(|place| place.is_file()).ok_or_else(|| start(program, io::ErrorKind::NotFound.into()))
}
