use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Engine, EngineError, EngineSettings, Places, RunRequest};
use crate::clock::VirtualDuration;
use crate::course::model::Needs;
use crate::fixture::Record;
use crate::folder::Folder;
use crate::sandbox::{self, Confinement, GroupLimits, GroupPlan, Groups, ProcessLimits, Rung, View};
use crate::schedule::Switch;
use crate::trace::{ClockKind, EventKind, Trace};
use crate::tracer::{
    self, Epoch, FixtureProgram, Options, OutputMode, Recorded, RunLimits, StdinMode, TracerError, Unsupported,
};
use crate::wire;

/// Runs a program under the tracer, in virtual time (or, with [`TracedEngine::on_the_wall_clock`], in real time).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TracedEngine {
    #[serde(with = "wire::path")]
    executable: PathBuf,
    clock: ClockKind,
    processors: usize,
    rung: Rung,
    own_user: bool,
    /// Where its runs can be control groups.
    #[serde(default)]
    groups: Option<Groups>,
    /// The CPUs of its runs; with none each run takes the one that fewest others of this process use.
    pinned: Vec<usize>,
}

impl TracedEngine {
    /// An engine for the executable `grade` itself, which starts its helpers from its own image.
    pub fn new() -> Self {
        Self::with_executable("/proc/self/exe")
    }

    /// An engine for another program than `grade` (a test, a library's user): where `grade` is.
    pub fn with_executable(grade: impl Into<PathBuf>) -> Self {
        Self {
            executable: grade.into(),
            clock: ClockKind::Virtual,
            processors: 1,
            rung: Rung::Off,
            own_user: false,
            groups: None,
            pinned: Vec::new(),
        }
    }

    /// Contains what it runs, by the best rung of this machine. Of the file system a program then sees the system, what
    /// its command names and its interpreter needs, and a fresh `/tmp`, `/dev/shm` and working directory.
    ///
    /// # Errors
    /// Why no rung works here.
    pub fn contained(self) -> Result<Self, Unsupported> {
        let best = sandbox::best(&self.executable);
        if best.best == Rung::Off {
            return Err(Unsupported { what: "a sandbox", why: best.reasons() });
        }
        Ok(Self { rung: best.best, own_user: best.own_user, groups: best.groups.clone().ok(), ..self })
    }

    /// Contains what it runs by this rung, whether it is the best or not.
    pub fn contained_by(self, rung: Rung) -> Self {
        let groups = sandbox::best(&self.executable).groups.clone().ok().filter(|_| rung != Rung::Off);
        Self { rung, own_user: true, groups, ..self }
    }

    /// The same without control groups, as where none can be made.
    pub fn without_groups(self) -> Self {
        Self { groups: None, ..self }
    }

    /// The same observations, yet in real time.
    pub fn on_the_wall_clock(self) -> Self {
        Self { clock: ClockKind::Wall, ..self }
    }

    /// Gives the program this many processors, so that its threads really run side by side.
    pub fn with_processors(self, processors: usize) -> Self {
        Self { processors, ..self }
    }

    /// Runs on these CPUs and no others.
    pub fn on(self, processors: &[usize]) -> Self {
        Self { pinned: processors.to_vec(), ..self }
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

    fn rung(&self) -> Rung {
        self.rung
    }

    fn contained_how(&self) -> String {
        let group = if self.groups.is_some() { ", cgroup" } else { "" };
        format!("{}{group}", self.rung.name())
    }

    fn is_virtual(&self) -> bool {
        self.clock == ClockKind::Virtual
    }

    fn has_schedules(&self) -> bool {
        self.is_virtual() && self.processors == 1
    }

    fn settings(&self) -> Option<EngineSettings> {
        Some(EngineSettings::Traced(self.clone()))
    }

    fn run(&self, request: &RunRequest) -> Result<Trace, EngineError> {
        let first = self.with_options(request, None, |options| tracer::run_recorded(&options))?;
        Ok(self.with_holders(request, None, first))
    }

    fn survey(&self, request: &RunRequest) -> Result<Places, EngineError> {
        if !self.has_schedules() || request.http {
            return Ok(Vec::new());
        }
        self.with_options(request, None, |options| tracer::survey(&options))
    }

    fn run_under(
        &self,
        request: &RunRequest,
        switches: Option<&[Switch]>,
    ) -> Result<(Trace, Vec<Switch>), EngineError> {
        let recorded = self.with_options(request, switches, |options| tracer::run_recorded(&options))?;
        Ok((recorded.trace, recorded.switches))
    }

    fn run_shown(&self, request: &RunRequest, switches: &[Switch]) -> Result<Trace, EngineError> {
        let first = self.with_options(request, Some(switches), |options| tracer::run_recorded(&options))?;
        Ok(self.with_holders(request, Some(switches), first))
    }
}

impl TracedEngine {
    /// The run's trace; of one that got stuck, with who holds what, as other runs of it show.
    fn with_holders(&self, request: &RunRequest, switches: Option<&[Switch]>, first: Recorded) -> Trace {
        tracer::with_holders(first, |again| {
            // What a run left in its folder would be another beginning.
            let folder = Folder::of_a_run().ok()?;
            let request = RunRequest { cwd: folder.path().to_owned(), ..request.clone() };
            self.with_options(&request, switches, |options| tracer::run_recorded(&again.options(options))).ok()
        })
    }
}

impl TracedEngine {
    /// Asks the tracer for something, under these switches or else under the seed's policy, and with what the run has for shared
    /// memory, which goes again.
    fn with_options<T>(
        &self,
        request: &RunRequest,
        switches: Option<&[Switch]>,
        ask: impl FnOnce(Options) -> Result<T, TracerError>,
    ) -> Result<T, EngineError> {
        let shared = self.shared_memory()?;
        let options = self.options(request, shared.as_ref())?;
        Ok(ask(Options { switches: switches.map(<[Switch]>::to_vec), ..options })?)
    }

    /// What a run has in the place of `/dev/shm`, where it has none of its own.
    fn shared_memory(&self) -> Result<Option<Folder>, EngineError> {
        let failed = |cause| EngineError::System { operation: "make a folder for shared memory", pid: None, cause };
        (self.rung == Rung::Landlock).then(|| Folder::of_a_run().map_err(failed)).transpose()
    }

    fn options(&self, request: &RunRequest, shared: Option<&Folder>) -> Result<Options, EngineError> {
        let limits = &request.limits;
        let sandbox = self.confinement(request, shared)?;
        Ok(Options {
            argv: request.argv.clone(),
            env: self.environment(request),
            cwd: request.cwd.clone(),
            stdin: StdinMode::Bytes(request.stdin.clone()),
            output: OutputMode::Captured,
            shown: None,
            limits: RunLimits {
                time: limits.time,
                cpu: Some(limits.cpu.as_std()),
                memory: Some(limits.memory),
                processes: Some(limits.processes),
                output: Some(limits.output),
            },
            // What is left of patience in real time when virtual time stands still.
            real_limit: request.real_limit.max(Duration::from_secs(1)),
            idle_turns: Options::IDLE_TURNS,
            clock: self.clock,
            epoch: Epoch::default(),
            schedule: request.schedule,
            switches: None,
            places: request.places.clone().into(),
            processors: self.processors.max(usize::try_from(limits.processors).unwrap_or(usize::MAX)),
            pinned: self.pinned.clone(),
            fixture: request.http.then(|| FixtureProgram {
                argv: vec![self.executable.clone().into_os_string(), "__fixture".into()],
                read: |line| Record::parse(line).ok().map(EventKind::from),
            }),
            linger: VirtualDuration::ZERO,
            outside_network: self.rung != Rung::Namespaces,
            sandbox,
            names_by_birth: false,
            fixed_addresses: false,
            watched: Vec::new(),
            interrupt: request.interrupt.flag(),
        })
    }
}

/// The working directory in a view of its own.
const INSIDE: &str = "/exercise";

impl TracedEngine {
    /// Without a `/tmp` of its own, a program's temporary files go into its working directory.
    fn environment(&self, request: &RunRequest) -> Vec<(OsString, OsString)> {
        let mut env = request.env.clone();
        if self.rung == Rung::Landlock {
            for (_, value) in env.iter_mut().filter(|(name, _)| name == "HOME" || name == "TMPDIR") {
                *value = request.cwd.clone().into_os_string();
            }
        }
        env
    }

    fn confinement(&self, request: &RunRequest, shared: Option<&Folder>) -> Result<Option<Confinement>, EngineError> {
        if self.rung == Rung::Off {
            return Ok(None);
        }
        let mut view = View::of(&request.argv);
        let mut identity = sandbox::own_identity().filter(|_| self.own_user);
        let cwd = if self.rung == Rung::Namespaces {
            INSIDE.into()
        } else {
            view.read_write.push(request.cwd.clone());
            view.read_write.extend(shared.map(|folder| folder.path().to_owned()));
            // Without a view of its own, another user may be kept out by a folder on the way; and its tracer may be kept from
            // reading the memory of another user.
            identity = identity.filter(|_| view.is_open_to_all() && sandbox::may_read_other_users());
            if let Some(identity) = identity {
                for folder in &view.read_write {
                    std::os::unix::fs::chown(folder, Some(identity.uid), Some(identity.gid)).map_err(|cause| {
                        EngineError::System { operation: "give a run its folders", pid: None, cause }
                    })?;
                }
            }
            request.cwd.clone()
        };
        // What the tracer counts is the limit; the kernel's own are backstops for what is too quick for it.
        let counted = identity.is_some() || self.rung == Rung::Namespaces;
        let used = &request.limits;
        let processes = counted.then_some(used.processes);
        let limits = ProcessLimits::behind(used.memory, used.cpu.as_std(), processes, view.fresh_bytes);
        let within = GroupLimits::behind(used.memory, view.fresh_bytes, used.processes.into());
        let group = self.groups.clone().map(|groups| GroupPlan { groups, limits: within });
        Ok(Some(Confinement {
            rung: self.rung,
            grade: self.executable.clone(),
            identity,
            view,
            limits,
            shared_memory: shared.map(|folder| folder.path().to_owned()),
            cwd,
            group,
        }))
    }
}

impl From<TracerError> for EngineError {
    fn from(error: TracerError) -> Self {
        match error {
            TracerError::Start { program, cause } => Self::Start { program, cause },
            TracerError::System { operation, tid, cause } => {
                Self::System { operation, pid: tid.map(i32::unsigned_abs), cause }
            }
            TracerError::Sandbox(error) => Self::Unsupported(error.to_string()),
            TracerError::Fixture(why) => Self::Fixture(why),
            TracerError::Unsupported(why) => Self::Unsupported(why.to_string()),
        }
    }
}
