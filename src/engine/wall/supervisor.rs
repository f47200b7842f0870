//! The process `grade __supervise`: parent, reaper and killer of one run.
//!
//! It exists because only a process of its own can collect the orphans of one run and no others (`grade` has threads
//! and other children), and because a fork of a process with threads could do next to nothing before exec. It reads
//! one order, starts the program, and tells the engine what happens; the program's output goes past it. When the
//! socket to the engine closes, however that came, it kills everything below itself.

use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::time::TimeValLike;

use super::message::{Report, read_order, send_report};
use super::tree::Tree;
use super::{limits, machine};
use crate::course::model::Limits;
use crate::engine::RunRequest;
use crate::sandbox::MachineMemory;
use crate::sys::{children, descriptors, dispositions, subprocess};
use crate::trace::{ExitStatus, LimitKind};

/// How often the tree is looked at, at first.
const LOOK_OFTEN: Duration = Duration::from_millis(20);
/// How often it is looked at when the program has run for a second.
const LOOK: Duration = Duration::from_millis(50);

/// Runs the supervisor; its standard input is the socket to the engine.
pub(in crate::engine) fn main() -> ExitCode {
    let Ok(socket) = io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from) else {
        return ExitCode::FAILURE;
    };
    let Err(error) = supervise(&socket) else {
        return ExitCode::SUCCESS;
    };
    let errno = error.cause.raw_os_error().unwrap_or_default();
    let _nobody_hears = send_report(&socket, &Report::Failed { operation: error.operation.to_owned(), errno });
    ExitCode::FAILURE
}

/// What of ours failed.
struct Failure {
    operation: &'static str,
    cause: io::Error,
}

fn failed<E: Into<io::Error>>(operation: &'static str) -> impl FnOnce(E) -> Failure {
    move |cause| Failure { operation, cause: cause.into() }
}

fn supervise(socket: &UnixStream) -> Result<(), Failure> {
    let signals = become_supervisor().map_err(failed("set up the supervisor"))?;
    let request = read_order(socket).map_err(failed("read the order"))?;
    limits::set(&request.limits).map_err(failed("set the limits"))?;
    let at = machine::now();
    let mut child = match start(&request) {
        Ok(child) => child,
        Err(error) => {
            let errno = error.raw_os_error().unwrap_or(libc::EINVAL);
            return send_report(socket, &Report::NotStarted { errno }).map_err(failed("report"));
        }
    };
    let stdin = child.stdin.take();
    let mut run = Run::new(socket, signals, &child, request.limits).map_err(failed("watch the program"))?;
    // Whatever fails from here on, the tree ends first.
    let watched = run.report(&Report::Started { pid: child.id(), at }).and_then(|()| {
        let _no_longer_ours = (hand_over_output()?, stdin.as_ref().map(make_nonblocking).transpose()?);
        run.watch(stdin.map(|pipe| Input { pipe, bytes: request.stdin, written: 0 }))
    });
    run.end_all().map_err(failed("end the program's processes"))?;
    watched.map_err(failed("watch the program"))
}

/// Makes this process the root of a tree of its own, with nothing inherited that the program should not have.
fn become_supervisor() -> io::Result<SignalFd> {
    nix::unistd::setsid()?;
    // The socket's end tells that the engine is gone, but only to one who is not stopped.
    prctl::set_pdeathsig(Signal::SIGCONT)?;
    prctl::set_child_subreaper(true)?;
    prctl::set_dumpable(false)?;
    prctl::set_no_new_privs()?;
    dispositions::reset_signal_dispositions();
    descriptors::close_on_exec_from(3)?;
    let mask = SigSet::from(Signal::SIGCHLD);
    mask.thread_set_mask()?;
    Ok(SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?)
}

fn start(request: &RunRequest) -> io::Result<Child> {
    let (program, arguments) = request.argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(request.env.iter().cloned()).current_dir(&request.cwd).process_group(0);
    command.stdin(if request.stdin.is_empty() { Stdio::null() } else { Stdio::piped() });
    subprocess::block_no_signals(&mut command);
    subprocess::die_with_parent(&mut command);
    command.spawn()
}

/// Only the program's tree may hold the output pipes open.
fn hand_over_output() -> io::Result<()> {
    let null = OwnedFd::from(std::fs::File::options().write(true).open("/dev/null")?);
    nix::unistd::dup2_stdout(&null)?;
    nix::unistd::dup2_stderr(&null)?;
    Ok(())
}

fn make_nonblocking(pipe: &ChildStdin) -> io::Result<()> {
    nix::fcntl::fcntl(pipe, nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK))?;
    Ok(())
}

/// What the program shall read, and how far it is.
struct Input {
    pipe: ChildStdin,
    bytes: Vec<u8>,
    written: usize,
}

impl Input {
    /// Writes what fits; none when there is no more to write or nobody to read it.
    fn feed(mut self) -> Option<Self> {
        while self.written < self.bytes.len() {
            match self.pipe.write(&self.bytes[self.written..]) {
                Ok(length) => self.written += length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Some(self),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        None
    }
}

struct Run<'a> {
    socket: &'a UnixStream,
    signals: SignalFd,
    program: i32,
    limits: Limits,
    tree: Tree,
    exited: bool,
    /// Whether somebody else than we killed the program.
    killed: bool,
    machine_memory: MachineMemory,
    noise_before: u64,
    /// Why the engine was not told of the program's end.
    unheard: Option<io::Error>,
}

impl<'a> Run<'a> {
    fn new(socket: &'a UnixStream, signals: SignalFd, child: &Child, limits: Limits) -> io::Result<Self> {
        let program = i32::try_from(child.id()).map_err(io::Error::other)?;
        let tree = Tree::new(std::process::id().cast_signed(), program);
        let (machine_memory, noise_before) = (MachineMemory::read(), machine::own_run_delay());
        let (exited, killed, unheard) = (false, false, None);
        Ok(Self { socket, signals, program, limits, tree, exited, killed, machine_memory, noise_before, unheard })
    }

    fn report(&self, report: &Report) -> io::Result<()> {
        send_report(self.socket, report)
    }

    /// Returns when the program has ended, uses too much, or shall end.
    fn watch(&mut self, mut input: Option<Input>) -> io::Result<()> {
        let start = Instant::now();
        let mut next_look = start + LOOK_OFTEN;
        while !self.exited {
            let now = Instant::now();
            if now >= next_look {
                if let Some(limit) = self.look() {
                    return self.report(&Report::Over { limit });
                }
                next_look = Instant::now() + if start.elapsed() < Duration::from_secs(1) { LOOK_OFTEN } else { LOOK };
            }
            let mut descriptors = vec![
                PollFd::new(self.socket.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.signals.as_fd(), PollFlags::POLLIN),
            ];
            descriptors.extend(input.as_ref().map(|input| PollFd::new(input.pipe.as_fd(), PollFlags::POLLOUT)));
            wait(&mut descriptors, next_look.saturating_duration_since(now))?;
            let ready: Vec<bool> = descriptors.iter().map(|descriptor| descriptor.any().unwrap_or(true)).collect();
            if ready[0] {
                // A byte asks for the end; so does the end of the engine.
                return Ok(());
            }
            if ready[1] {
                self.reap()?;
            }
            if self.killed && self.machine_memory.has_ended_somebody() {
                // Perhaps by the machine, which had no memory for it.
                return Err(Errno::ENOMEM.into());
            }
            if ready.get(2) == Some(&true) {
                input = input.and_then(Input::feed);
            }
        }
        Ok(())
    }

    fn look(&mut self) -> Option<LimitKind> {
        let used = self.tree.look();
        if self.tree.cpu() > self.limits.cpu.as_nanos() {
            Some(LimitKind::Cpu)
        } else if used.threads > self.limits.processes {
            Some(LimitKind::Processes)
        } else if used.resident > self.limits.memory && self.tree.proportional() > self.limits.memory {
            Some(LimitKind::Memory)
        } else {
            None
        }
    }

    /// Collects every child that has ended; whether any is left.
    fn reap(&mut self) -> io::Result<bool> {
        while self.signals.read_signal()?.is_some() {}
        loop {
            let ended = match children::ended_child() {
                Ok(Some(ended)) => ended,
                Ok(None) => return Ok(true),
                Err(error) if error.raw_os_error() == Some(libc::ECHILD) => return Ok(false),
                Err(error) => return Err(error),
            };
            let at = machine::now();
            let cpu = self.tree.ended(ended.pid);
            children::reap(ended.pid)?;
            if ended.pid == self.program {
                self.exited = true;
                let status = ended.status.map_or_else(ExitStatus::Signal, ExitStatus::Code);
                self.killed = status == ExitStatus::Signal(libc::SIGKILL);
                // An engine that is gone hears nothing, which is no reason to let the others live.
                let told = self.report(&Report::Exited { at, status, cpu });
                self.unheard = self.unheard.take().or(told.err());
            }
        }
    }

    /// Kills and reaps until nothing is left below this process, and tells the sums. That the engine did not hear something is
    /// an error only then.
    fn end_all(&mut self) -> io::Result<()> {
        // Known at its best now; the dead have no threads.
        if !self.exited {
            self.tree.look();
        }
        while self.reap()? {
            self.tree.kill_all();
            let mut descriptors = [PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
            wait(&mut descriptors, Duration::from_millis(2))?;
        }
        if let Some(error) = self.unheard.take() {
            return Err(error);
        }
        let children = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let waited_for = (children.user_time() + children.system_time()).num_nanoseconds();
        let waited_for = u64::try_from(waited_for).unwrap_or_default();
        self.report(&Report::Done {
            // The children's account misses those whom nobody waited for, ours those who came and went unseen.
            cpu: self.tree.cpu().max(waited_for),
            threads: self.tree.threads(),
            processes: self.tree.processes(),
            noise: self.tree.waited() + machine::own_run_delay().saturating_sub(self.noise_before),
        })
    }
}

fn wait(descriptors: &mut [PollFd<'_>], at_most: Duration) -> io::Result<()> {
    // Up, so that a wait of less than a millisecond is none of zero.
    let millis = u16::try_from(at_most.as_micros().div_ceil(1000)).unwrap_or(u16::MAX);
    match poll(descriptors, PollTimeout::from(millis)) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
