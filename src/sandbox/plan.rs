use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Filter, GroupLimits, Groups};

/// Everything that the stage needs to turn itself into a contained program. Plain data: it travels as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// How the program is contained.
    pub rung: Rung,
    /// The program and its arguments; the program is a path.
    pub argv: Vec<OsString>,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// The working directory, as the program sees it.
    pub cwd: PathBuf,
    /// What it sees of the file system.
    pub view: View,
    /// Limits of each of its processes.
    pub limits: ProcessLimits,
    /// Which user it is outside, when we may choose (as root); none: the caller's own.
    pub identity: Option<Identity>,
    /// Filters that its tracer needs, installed before the sandbox's own.
    pub tracer_filters: Vec<Filter>,
    /// Whether reading the processor's cycle counter is to stop the program, for its tracer to answer.
    pub trap_cycle_counter: bool,
    /// Whether programs and their memory lie at the same addresses in each run.
    #[serde(default)]
    pub fixed_addresses: bool,
    /// Whether its children may outlive it, until the caller kills the init of its namespace.
    pub outlives: bool,
    /// The control group of all of it, which the caller makes; none where it cannot. Nothing that the stage needs to know.
    #[serde(skip)]
    pub group: Option<GroupPlan>,
}

/// The control group that a run is to be.
#[derive(Clone, Debug)]
pub struct GroupPlan {
    /// Where it is made.
    pub groups: Groups,
    /// What all of it may use.
    pub limits: GroupLimits,
}

/// How a program is contained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rung {
    /// Limits only.
    Off,
    /// File access, signals and abstract sockets by Landlock; the network is not isolated.
    Landlock,
    /// User, mount, process, network, IPC and host name namespaces.
    Namespaces,
}

impl Rung {
    /// The rung's name, as reports say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Landlock => "landlock",
            Self::Namespaces => "namespaces",
        }
    }
}

/// What a program sees of the file system.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct View {
    /// Files and folders that it may read, at their own paths. Those that do not exist are left out.
    pub read_only: Vec<PathBuf>,
    /// Folders that it may also write, at their own paths.
    pub read_write: Vec<PathBuf>,
    /// Size of each fresh folder (`/tmp`, `/dev/shm`, the work directory) in bytes.
    pub fresh_bytes: u64,
    /// How many files all of one fresh folder may hold.
    pub fresh_files: u64,
}

/// A user and group id outside any namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// What setrlimit(2) can bound, for each process by itself; none leaves the caller's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessLimits {
    /// Bytes of heap, anonymous maps and data. `RLIMIT_AS` would refuse thread stacks that are never touched.
    pub data: Option<u64>,
    /// Bytes of a thread's stack.
    pub stack: Option<u64>,
    /// Seconds of CPU, a backstop behind the tracer's own count.
    pub cpu_seconds: Option<u64>,
    /// Bytes of the largest file.
    pub file_size: Option<u64>,
    /// Open files.
    pub open_files: Option<u64>,
    /// Processes and threads of the user; counted in the namespace where there is one (Linux 5.14).
    pub processes: Option<u64>,
}

/// Open files of a process: one more than a power of two, so that the kernel's table of them tells when all are used.
const OPEN_FILES: u64 = 1025;

impl ProcessLimits {
    /// Behind limits of a whole run that its tracer counts: for what is too quick for it. `processes` is none where the
    /// kernel would count those of others, too.
    pub fn behind(memory: u64, cpu: Duration, processes: Option<u32>, file_size: u64) -> Self {
        Self {
            data: Some(memory.saturating_mul(2).saturating_add(1 << 30)),
            stack: None,
            cpu_seconds: Some(cpu.as_secs().saturating_mul(2) + 5),
            file_size: Some(file_size),
            open_files: Some(OPEN_FILES),
            processes: processes.map(|most| u64::from(most) * 2 + 16),
        }
    }
}
