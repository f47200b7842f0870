use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::locks::Word;
use crate::clock::VirtualDuration;
use crate::sandbox::Confinement;
use crate::schedule::{Place, Switch};
use crate::trace::{ClockKind, EventKind, LimitKind};

/// What is to be run under the tracer, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program (a path, or a name to be found in `PATH` of `env`) and its arguments. With a fixture, `$http` in an
    /// argument or in a variable's value is replaced with the fixture's address.
    pub argv: Vec<OsString>,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// The working directory.
    pub cwd: PathBuf,
    /// What the program reads.
    pub stdin: StdinMode,
    /// Where its output goes.
    pub output: OutputMode,
    /// What our terminal is given of output that comes by us on its way there; none: all of it as it is.
    pub shown: Option<Shown>,
    /// What it may use.
    pub limits: RunLimits,
    /// The end of patience in real time.
    pub real_limit: Duration,
    /// After so many turns in a row in which it only passed the time it gets nowhere: a loop that sleeps, or asks for the time, takes a few
    /// for each round. Without a schedule, after as many waits.
    pub idle_turns: u64,
    /// Which clock it sees.
    pub clock: ClockKind,
    /// What the program's calendar says at its start, under the virtual clock.
    pub epoch: Epoch,
    /// The schedule's seed; 0 is the natural schedule.
    pub schedule: u64,
    /// Instead of the seed's policy: these switches, and the natural way elsewhere.
    pub switches: Option<Vec<Switch>>,
    /// Places among which a seed's policy may mark some, as [`super::survey()`] finds them: the same seed with other places
    /// is another schedule.
    pub places: Arc<[Vec<Place>]>,
    /// How many processors it really gets. 1 (the default) pins the run to one, which makes a stop four times cheaper;
    /// more where real parallelism must be seen. What the program is told does not change.
    pub processors: usize,
    /// The CPUs that it runs on; with none, one that is chosen then, or all that we may use where it gets more than one
    /// processor.
    pub pinned: Vec<usize>,
    /// The HTTP fixture's executable and arguments, when one is to run beside the program.
    pub fixture: Option<FixtureProgram>,
    /// For how long (virtual) children that outlive the program and still hold its output may go on.
    pub linger: VirtualDuration,
    /// Whether the machine's network can be reached, so that a silent peer may be alive. False inside a sandbox with
    /// a network of its own.
    pub outside_network: bool,
    /// How the program is contained; none: it may do what we may. What it sees and where it works is then up to this, and
    /// `cwd` is not used.
    pub sandbox: Option<Confinement>,
    /// Whether the trace calls processes and threads by birth, the first one 1: real ids differ from run to run. Output that
    /// holds ids cannot be compared with such a trace.
    pub names_by_birth: bool,
    /// Whether the program's memory lies at the same addresses in each run, as it does under a schedule.
    pub fixed_addresses: bool,
    /// Words of memory whose writers are watched, four of a process at most: see [`super::with_holders`].
    pub watched: Vec<Word>,
    /// Ends the run early once set.
    pub interrupt: Arc<AtomicBool>,
}

impl Options {
    /// How many turns in vain are enough, where nothing else is said.
    pub const IDLE_TURNS: u64 = 200_000;

    /// The defaults for a program: captured output, no input, the virtual clock, the natural schedule, no limits but
    /// one hour of virtual and five minutes of real time.
    pub fn new(argv: Vec<OsString>) -> Self {
        Self {
            argv,
            env: std::env::vars_os().collect(),
            cwd: PathBuf::from("."),
            stdin: StdinMode::Null,
            output: OutputMode::Captured,
            shown: None,
            limits: RunLimits::default(),
            real_limit: Duration::from_mins(5),
            idle_turns: Self::IDLE_TURNS,
            clock: ClockKind::Virtual,
            epoch: Epoch::default(),
            schedule: 0,
            switches: None,
            places: Arc::default(),
            processors: 1,
            pinned: Vec::new(),
            fixture: None,
            linger: VirtualDuration::ZERO,
            outside_network: true,
            sandbox: None,
            names_by_birth: false,
            fixed_addresses: false,
            watched: Vec::new(),
            interrupt: Arc::default(),
        }
    }
}

impl Options {
    /// Whether one thread runs at a time, by a schedule: a seed was given (or switches), time is ours, and so is the processor.
    pub(super) const fn has_schedule(&self) -> bool {
        (self.schedule != 0 || self.switches.is_some()) && self.may_have_schedule()
    }

    /// Whether it could be so.
    pub(super) const fn may_have_schedule(&self) -> bool {
        matches!(self.clock, ClockKind::Virtual) && self.processors == 1
    }
}

/// So many times its limit of real time a run may take at the most, while it computes on a machine that gives it little.
pub const PATIENCE: u32 = 4;

/// What is shown of these bytes of output.
pub type Shown = fn(&[u8]) -> Vec<u8>;

/// The HTTP fixture that runs beside the program.
#[derive(Clone, Debug)]
pub struct FixtureProgram {
    /// Its executable and arguments.
    pub argv: Vec<OsString>,
    /// Reads a line of its record; an `http` event, or none.
    pub read: fn(&[u8]) -> Option<EventKind>,
}

/// What the program reads on its standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StdinMode {
    /// `/dev/null`.
    Null,
    /// These bytes through a pipe, then its end.
    Bytes(Vec<u8>),
    /// Our own standard input.
    Inherit,
}

/// Where the program's output goes. Its lines are recorded either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputMode {
    /// Into the trace only.
    Captured,
    /// To our own standard output and error. A contained program does not get hold of these: it comes by us.
    Passthrough,
}

/// What a run may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Virtual time from start to end.
    pub time: VirtualDuration,
    /// CPU time of the whole tree.
    pub cpu: Option<Duration>,
    /// Memory of the whole tree, in bytes.
    pub memory: Option<u64>,
    /// Processes and threads that live at once.
    pub processes: Option<u32>,
    /// Bytes of output, both streams together.
    pub output: Option<u64>,
}

impl RunLimits {
    /// How much one of them allows, in what it counts; none where there is no such limit.
    pub(super) fn most(&self, limit: LimitKind) -> Option<u64> {
        match limit {
            LimitKind::Time => Some(self.time.as_nanos()),
            LimitKind::RealTime => None,
            LimitKind::Cpu => self.cpu.map(|most| u64::try_from(most.as_nanos()).unwrap_or(u64::MAX)),
            LimitKind::Memory => self.memory,
            LimitKind::Processes => self.processes.map(u64::from),
            LimitKind::Output => self.output,
        }
    }
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { time: VirtualDuration::from_secs(3600), cpu: None, memory: None, processes: None, output: None }
    }
}

/// A moment of the calendar, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch(pub u64);

impl Default for Epoch {
    /// 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self(1_767_225_600 * 1_000_000_000)
    }
}

impl Epoch {
    /// The machine's own time.
    pub fn now() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }
}

/// RFC 3339, in UTC.
impl std::fmt::Display for Epoch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let moment = jiff::Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or_default();
        write!(formatter, "{moment}")
    }
}
