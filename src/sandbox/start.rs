use std::ffi::CString;
use std::fs;
use std::io::{self, Seek, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::{SIGKILL, kill, killpg};
use nix::sys::socket::MsgFlags;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

use super::mounts::INSIDE;
use super::wire::{self, Packet};
use super::{Group, Identity, OutOfMemory, Plan, Rung, SandboxError};
use crate::sys::stage::{Launch, launch};

/// The hidden subcommand under which this binary becomes the stage.
pub(super) const STAGE_COMMAND: &str = "__stage";

/// What the kernel adds to a program's share of memory, in thousandths of all, when it looks for somebody to end.
const FIRST_TO_GO: &str = "500";

/// A program that is contained as far as it can be before its tracer is attached, and waits at the gate.
///
/// Dropping it without opening the gate ends the stage.
#[derive(Debug)]
pub struct Staged {
    control: OwnedFd,
    child: Pid,
    program: Pid,
    group: Option<Group>,
}

/// Starts the stage with `grade` (the path of this binary) and waits until the program is at the gate. The caller's
/// thread is the parent: when it ends, so does the program.
///
/// # Errors
/// When a step fails, inside or outside; nothing is left running then.
pub fn start(plan: &Plan, grade: &Path, stdio: [BorrowedFd<'_>; 3]) -> Result<Staged, SandboxError> {
    let plan_file = plan_file(plan).map_err(SandboxError::outside("write the stage's plan"))?;
    let (outer, inner) = wire::pair().map_err(SandboxError::outside("make the stage's control socket"))?;
    let executable = CString::new(grade.as_os_str().as_bytes())
        .map_err(|error| SandboxError::Outside { operation: "name the stage's program", cause: error.into() })?;
    let namespaces = match plan.rung {
        Rung::Namespaces => {
            libc::CLONE_NEWUSER
                | libc::CLONE_NEWNS
                | libc::CLONE_NEWPID
                | libc::CLONE_NEWNET
                | libc::CLONE_NEWIPC
                | libc::CLONE_NEWUTS
                | libc::CLONE_NEWCGROUP
        }
        Rung::Landlock | Rung::Off => 0,
    };
    let [input, output, errors] = stdio.map(|stream| stream.try_clone_to_owned());
    let copied = SandboxError::outside("copy a descriptor");
    let streams = input.and_then(|input| Ok([input, output?, errors?])).map_err(copied)?;
    let stage = move |group: Option<BorrowedFd<'_>>| {
        let [input, output, errors] = &streams;
        launch(&Launch {
            namespaces,
            group,
            executable: &executable,
            argv: &[c"grade".to_owned(), CString::new(STAGE_COMMAND).expect("no NUL in the subcommand's name")],
            env: &[],
            descriptors: [input.as_fd(), output.as_fd(), errors.as_fd(), plan_file.as_fd(), inner.as_fd()],
        })
        .map_err(SandboxError::outside("clone into new namespaces"))
    };
    let (pid, group) = match &plan.group {
        None => (stage(None)?, None),
        Some(wanted) => {
            let group = wanted.groups.take(wanted.limits).map_err(SandboxError::group("make a control group"))?;
            (group.start(stage)?, Some(group))
        }
    };
    if plan.rung != Rung::Off {
        // Where memory runs out before a limit of ours is seen, the program goes first; root's word also keeps it from taking
        // that back (oom_score_adj in proc(5)). Without the right to say so it is as likely as we.
        let _ = fs::write(format!("/proc/{pid}/oom_score_adj"), FIRST_TO_GO);
    }
    let mut staged = Staged { control: outer, child: Pid::from_raw(pid), program: Pid::from_raw(0), group };
    if plan.rung == Rung::Namespaces {
        write_maps(pid, plan.identity).map_err(SandboxError::outside("write the id maps of a user namespace"))?;
        staged.tell(&Packet::Mapped)?;
    }
    match wire::receive(staged.control.as_fd(), MsgFlags::empty()) {
        Ok(Some(Packet::Ready(program))) => staged.program = Pid::from_raw(program),
        Ok(Some(Packet::Failed(step))) => return Err(SandboxError::Stage(step)),
        Ok(_) => return Err(SandboxError::Stage("begin: it ended before it was ready".to_owned())),
        Err(cause) => return Err(SandboxError::Outside { operation: "hear from the stage", cause }),
    }
    Ok(staged)
}

impl Staged {
    /// The run's control group, for who ends the run: all that is in it must have been waited for when it is dropped.
    pub fn take_group(&mut self) -> Option<Group> {
        self.group.take()
    }

    /// The program's process id, as the caller's namespace counts.
    pub const fn program(&self) -> Pid {
        self.program
    }

    /// The caller's own child: the program itself, or the init of its namespace. To be waited for, and to be killed when
    /// the run is over: with an init, the whole tree goes with it.
    pub const fn child(&self) -> Pid {
        self.child
    }

    /// Lets the program go on: rights are dropped, filters put on, the program executed.
    ///
    /// # Errors
    /// When the stage is gone.
    pub fn open_gate(&self) -> Result<(), SandboxError> {
        self.open_gate_with("", "")
    }

    /// The same, with `instead` in the place of `word` in all arguments and variables.
    ///
    /// # Errors
    /// When the stage is gone.
    pub fn open_gate_with(&self, word: &str, instead: &str) -> Result<(), SandboxError> {
        self.tell(&Packet::Go(word.to_owned(), instead.to_owned()))
    }

    /// Whose lack of memory ended a process of the run, if any has been by now. Known where it is a control group.
    pub fn out_of_memory(&self) -> Option<OutOfMemory> {
        self.group.as_ref()?.out_of_memory()
    }

    /// What went wrong behind the gate, if anything has by now.
    pub fn failure(&self, program: &str) -> Option<SandboxError> {
        match wire::receive(self.control.as_fd(), MsgFlags::MSG_DONTWAIT) {
            Ok(Some(Packet::NotExecuted(number))) => {
                Some(SandboxError::Execute { program: program.to_owned(), cause: io::Error::from_raw_os_error(number) })
            }
            Ok(Some(Packet::Failed(step))) => Some(SandboxError::Stage(step)),
            _ => None,
        }
    }

    fn tell(&self, packet: &Packet) -> Result<(), SandboxError> {
        wire::send(self.control.as_fd(), packet).map_err(SandboxError::outside("talk to the stage"))
    }

    /// How the program ended, if it has; for one that nobody traces. What it left running is ended, too: by its init, or
    /// as far as it is in its process group.
    ///
    /// # Errors
    /// When it was waited for already.
    pub fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        let flags = WaitPidFlag::__WALL | WaitPidFlag::WNOHANG;
        if self.child == self.program {
            // While it is not reaped, its group's number is nobody else's.
            let look = flags | WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
            if waitid(Id::Pid(self.child), look)? == WaitStatus::StillAlive {
                return Ok(None);
            }
            let _ = killpg(self.program, SIGKILL);
        }
        let ended = waitpid(self.child, Some(flags))?;
        Ok(match ended {
            // Of an init: what it says of the program (see `inside::init`).
            WaitStatus::Exited(_, code) if self.child != self.program && code > 128 => {
                Some(ExitStatus::from_raw(code - 128))
            }
            WaitStatus::Exited(_, code) => Some(ExitStatus::from_raw(code << 8)),
            WaitStatus::Signaled(_, signal, _) => Some(ExitStatus::from_raw(signal as i32)),
            _ => None,
        })
    }

    /// Kills the program and what it started: all of it where there is an init, else its process group. The caller still
    /// has to wait, and must not have waited.
    pub fn kill(&self) {
        // Both can only fail because it is gone already, which is what is wanted.
        if self.child == self.program {
            let _ = killpg(self.program, SIGKILL);
        }
        let _ = kill(self.child, SIGKILL);
    }

    /// Kills what the stage has become and reaps the caller's child.
    pub fn end(&self) {
        // Both can only fail because it is gone already, which is what is wanted.
        let _ = kill(self.child, SIGKILL);
        let _ = waitpid(self.child, Some(WaitPidFlag::__WALL));
    }
}

fn plan_file(plan: &Plan) -> io::Result<fs::File> {
    let mut file = fs::File::from(memfd_create(c"plan", MFdFlags::MFD_CLOEXEC)?);
    // In one call: the filters are thousands of numbers.
    file.write_all(&serde_json::to_vec(plan)?)?;
    file.rewind()?;
    Ok(file)
}

/// Maps the one user of the namespace to the run's own, or to the caller: never to root (`user_namespaces(7)`).
fn write_maps(pid: i32, identity: Option<Identity>) -> io::Result<()> {
    let outside =
        identity.unwrap_or(Identity { uid: nix::unistd::geteuid().as_raw(), gid: nix::unistd::getegid().as_raw() });
    fs::write(format!("/proc/{pid}/setgroups"), "deny")?;
    fs::write(format!("/proc/{pid}/uid_map"), format!("{INSIDE} {} 1", outside.uid))?;
    fs::write(format!("/proc/{pid}/gid_map"), format!("{INSIDE} {} 1", outside.gid))
}
