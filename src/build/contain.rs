//! Compiles of submissions in the sandbox: what they see, what they may use, how they are started.
//!
//! A compile runs code of the student's in the compiler only (constants, macros), yet it reads any file that the source
//! names. So it gets the rung of the runs, with a view of the system, the toolchain, the course's libraries and its own
//! folder; no network; no environment. It is not traced: nothing of it is judged but its end. The course's own libraries
//! are the instructor's code and are built outside.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{self, PipeReader};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::spawn::Policy;
use super::{BuildError, cache};
use crate::sandbox::{
    self, GroupLimits, GroupPlan, Groups, Identity, Plan, ProcessLimits, Rung, SandboxError, Staged, View,
};
use crate::sys::limit_child::{Resource, limit_child};
use crate::wire;

/// Open files of a compile.
const OPEN_FILES: u64 = 1024;
/// Processes and threads of a compile: rustc has one a processor, and the linker's.
const PROCESSES: u64 = 512;
/// Bytes of the largest file that a compile may write.
pub(super) const FILE_SIZE: u64 = 512 << 20;

/// How compiles of submissions are contained. Plain data: it travels as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Containment {
    /// The rung; never [`Rung::Off`].
    rung: Rung,
    /// Whether each compile may have a user of its own, as root.
    own_user: bool,
    /// Where compiles can be control groups.
    #[serde(default)]
    groups: Option<Groups>,
    /// Where `grade` is, which is executed again as the sandbox's stage.
    #[serde(with = "wire::path")]
    grade: PathBuf,
}

impl Containment {
    /// By the best rung of this machine; none where there is none. `grade` is where this binary is.
    pub fn best(grade: impl Into<PathBuf>) -> Option<Self> {
        let grade = grade.into();
        let best = sandbox::best(&grade);
        let groups = best.groups.clone().ok();
        (best.best != Rung::Off).then_some(Self { rung: best.best, own_user: best.own_user, groups, grade })
    }

    /// By this rung, whether it is the best or not; none for [`Rung::Off`].
    pub fn by(rung: Rung, grade: impl Into<PathBuf>) -> Option<Self> {
        let grade = grade.into();
        if rung == Rung::Off {
            return None;
        }
        let best = sandbox::best(&grade);
        Some(Self { rung, own_user: best.best != rung || best.own_user, groups: best.groups.clone().ok(), grade })
    }
}

/// A compile: what is called, and what of the machine it needs.
pub(super) struct Compile<'a> {
    /// The compiler, by its whole path, and its arguments.
    pub(super) argv: Vec<OsString>,
    /// The whole environment.
    pub(super) env: Vec<(OsString, OsString)>,
    /// The folder that it works in and writes to.
    pub(super) folder: &'a Path,
    /// What it reads beside the system, its folder and what its arguments name.
    pub(super) reads: Vec<PathBuf>,
}

impl Compile<'_> {
    /// As a command that is not contained.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.argv[0]);
        command.args(&self.argv[1..]).env_clear().current_dir(self.folder);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts it, and gives the reading ends of its standard output and error.
    pub(super) fn start(&self, by: &Containment, policy: &Policy) -> Result<(Staged, [PipeReader; 2]), BuildError> {
        let failed = |cause: &dyn std::fmt::Display| BuildError::Sandbox { cause: cause.to_string() };
        let system = |cause: io::Error| failed(&cause);
        let mut view = View::of(&self.argv);
        view.read_only.extend(self.reads.iter().flat_map(|path| [path.clone(), real(path)]));
        view.read_write.push(self.folder.to_owned());
        let identity = identity(by, &view);
        if let Some(Identity { uid, gid }) = identity {
            self.give_to(uid, gid).map_err(cache::failed("give away", self.folder))?;
        }
        let counted = identity.is_some() || by.rung == Rung::Namespaces;
        let within = policy.memory.map(|memory| GroupLimits::behind(memory, view.fresh_bytes, PROCESSES));
        let group = by.groups.clone().zip(within).map(|(groups, limits)| GroupPlan { groups, limits });
        let plan = Plan {
            rung: by.rung,
            argv: self.argv.clone(),
            env: self.env.clone(),
            cwd: self.folder.to_owned(),
            view,
            limits: ProcessLimits {
                data: policy.memory,
                stack: None,
                cpu_seconds: None,
                file_size: Some(FILE_SIZE),
                open_files: Some(OPEN_FILES),
                processes: counted.then_some(PROCESSES),
            },
            identity,
            tracer_filters: Vec::new(),
            fixed_addresses: false,
            trap_cycle_counter: false,
            outlives: false,
            group,
        };
        let null = fs::File::open("/dev/null").map_err(system)?;
        let (stdout, its_stdout) = io::pipe().map_err(system)?;
        let (stderr, its_stderr) = io::pipe().map_err(system)?;
        let staged = sandbox::start(&plan, &by.grade, [null.as_fd(), its_stdout.as_fd(), its_stderr.as_fd()])
            .map_err(|error| failed(&error))?;
        let go = || -> Result<(), SandboxError> {
            // From outside, as the soft limit must be under the hard one: its signal then tells why it ended.
            if let Some(cpu) = policy.cpu {
                limit_child(staged.program().as_raw().unsigned_abs(), Resource::Cpu, cpu.as_secs().max(1))
                    .map_err(|cause| SandboxError::Outside { operation: "limit a compile's CPU time", cause })?;
            }
            staged.open_gate()
        };
        match go() {
            Ok(()) => Ok((staged, [stdout, stderr])),
            Err(error) => {
                staged.end();
                Err(failed(&error))
            }
        }
    }

    /// Makes the folder and what is in it by now the compile's own.
    fn give_to(&self, uid: u32, gid: u32) -> io::Result<()> {
        for entry in fs::read_dir(self.folder)? {
            let path = entry?.path();
            fs::set_permissions(&path, Permissions::from_mode(0o644))?;
            std::os::unix::fs::lchown(path, Some(uid), Some(gid))?;
        }
        std::os::unix::fs::lchown(self.folder, Some(uid), Some(gid))
    }
}

/// A user of its own, where it then can reach and read everything that it needs.
fn identity(by: &Containment, view: &View) -> Option<Identity> {
    let readable = |path: &PathBuf| {
        let needed = |data: &fs::Metadata| if data.is_dir() { 0o5 } else { 0o4 };
        // What is not there is not shown, either.
        fs::metadata(path).is_ok_and(|data| data.mode() & needed(&data) == needed(&data)) || !path.exists()
    };
    let reached = by.rung == Rung::Namespaces || view.is_open_to_all();
    let own = by.own_user && reached && view.read_only.iter().all(readable);
    sandbox::own_identity().filter(|_| own)
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Takes what a compile made from its folder into another one, which it never could write to. Only a regular file that
/// has no other name is taken, and it becomes ours.
pub(super) fn collect(from: &Path, name: &str, to: &Path) -> Result<(), BuildError> {
    let made = from.join(name);
    let failed_to_take = || cache::failed("take what was compiled to", &made);
    let file = open_made(&made).map_err(failed_to_take())?;
    std::os::unix::fs::fchown(&file, Some(nix::unistd::geteuid().as_raw()), Some(nix::unistd::getegid().as_raw()))
        .and_then(|()| file.set_permissions(Permissions::from_mode(0o755)))
        .and_then(|()| fs::rename(&made, to.join(name)))
        .map_err(failed_to_take())
}

/// Opens a file that a compile made, without following a link or waiting for a pipe.
pub(super) fn open_made(path: &Path) -> io::Result<fs::File> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let data = file.metadata()?;
    if data.is_file() && data.nlink() == 1 { Ok(file) } else { Err(io::Error::other("it is no plain file")) }
}
