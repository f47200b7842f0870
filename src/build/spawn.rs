//! The one place where building starts a child: compilers, cargo, interpreters.
//!
//! Each child has a process group of its own, so that the whole of it can be ended; it reads `/dev/null`; what it
//! writes is read as it comes and kept only up to a cap (23 kB of source can make rustc say 115 MB); what it may use
//! is a [`Policy`]. What compiles a submission is put into the sandbox by [`compile`]; the rest are our own tools.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::contain::Compile;
use super::output::{Output, Pipe, Stream};
use super::{BuildError, Builder};
use crate::sandbox::{OutOfMemory, Staged};
use crate::sys::limit_child::{Resource, limit_child};
use crate::sys::subprocess::die_with_parent;

/// What a child may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    /// Real time from start to end.
    pub(super) real: Duration,
    /// CPU time of each of its processes.
    pub(super) cpu: Option<Duration>,
    /// Bytes of data memory of each of its processes.
    pub(super) memory: Option<u64>,
    /// Bytes of each output stream that are kept.
    pub(super) keep: usize,
    /// Bytes of output at which the child is ended.
    pub(super) flood: u64,
}

/// How a child ended.
#[derive(Debug)]
pub(super) struct Finished {
    /// Its exit code or signal.
    pub(super) status: ExitStatus,
    /// The head of its standard output.
    pub(super) stdout: Vec<u8>,
    /// The head of its standard error.
    pub(super) stderr: Vec<u8>,
    /// Why it was ended, when we ended it.
    pub(super) ended: Option<Ended>,
    /// Whether a process of it was ended for want of memory, above what the policy allows.
    pub(super) out_of_memory: bool,
}

/// Why we ended a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It took longer than the policy allows.
    Time,
    /// It wrote more than the policy allows.
    Flood,
}

/// Runs the child to its end; `hear` gets every piece of output as it comes, also what is not kept.
///
/// # Errors
/// When it cannot be started or waited for, or the person asks for the end.
pub(super) fn run(
    mut command: Command,
    policy: Policy,
    interrupt: &AtomicBool,
    hear: &mut dyn FnMut(Stream, &[u8]),
) -> Result<Finished, BuildError> {
    let program = PathBuf::from(command.get_program());
    let failed = |operation| {
        let program = program.clone();
        move |cause| BuildError::Child { operation, program, cause }
    };
    if interrupt.load(Ordering::SeqCst) {
        return Err(BuildError::Interrupted);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    die_with_parent(&mut command);
    let mut child = command.spawn().map_err(failed("start"))?;
    let output = Output {
        stdout: Pipe::new(Stream::Stdout, child.stdout.take()),
        stderr: Pipe::new(Stream::Stderr, child.stderr.take()),
    };
    // Set from outside after the start: a moment late, which matters to no limit, and without code between fork and exec.
    let limits = [(Resource::Cpu, policy.cpu.map(|time| time.as_secs().max(1))), (Resource::Data, policy.memory)];
    for (resource, limit) in limits.into_iter().filter_map(|(resource, limit)| Some((resource, limit?))) {
        // It may have ended already.
        let _ = limit_child(child.id(), resource, limit);
    }
    follow(Group::new(Running::Plain(child)), output, &program, policy, interrupt, hear)
}

/// Compiles a submission: in the sandbox, if the builder has one.
///
/// # Errors
/// As [`run`], and when the sandbox cannot be put on.
pub(super) fn compile(builder: &Builder<'_>, compile: &Compile<'_>, policy: Policy) -> Result<Finished, BuildError> {
    let interrupt = &builder.interrupt;
    let Some(containment) = &builder.containment else {
        return run(compile.command(), policy, interrupt, &mut |_, _| {});
    };
    if interrupt.load(Ordering::SeqCst) {
        return Err(BuildError::Interrupted);
    }
    let program = PathBuf::from(&compile.argv[0]);
    let (staged, [stdout, stderr]) = compile.start(containment, &policy)?;
    let output =
        Output { stdout: Pipe::new(Stream::Stdout, Some(stdout)), stderr: Pipe::new(Stream::Stderr, Some(stderr)) };
    follow(Group::new(Running::Contained(staged)), output, &program, policy, interrupt, &mut |_, _| {})
}

/// Reads what a child says and waits for its end, or brings it about.
fn follow(
    mut group: Group,
    mut output: Output,
    program: &Path,
    policy: Policy,
    interrupt: &AtomicBool,
    hear: &mut dyn FnMut(Stream, &[u8]),
) -> Result<Finished, BuildError> {
    let failed = |operation| move |cause| BuildError::Child { operation, program: program.to_owned(), cause };
    let deadline = Instant::now() + policy.real;
    let ended = output.follow(policy, deadline, interrupt, hear, &mut || {
        let is_over = group.try_wait()?.is_some();
        if is_over {
            // Something that it left behind may hold the pipe.
            group.kill();
        }
        Ok(is_over)
    });
    let mut ended = ended.map_err(failed("follow"))?;
    if interrupt.load(Ordering::SeqCst) {
        return Err(BuildError::Interrupted);
    }
    if ended.is_some() {
        group.kill();
    }
    let status = group.wait(deadline, interrupt, &mut ended).map_err(failed("wait for"))?;
    if interrupt.load(Ordering::SeqCst) {
        return Err(BuildError::Interrupted);
    }
    if let Some(error) = group.failure(program) {
        return Err(error);
    }
    let out_of_memory = match group.out_of_memory() {
        None => false,
        Some(OutOfMemory::OfTheGroup) => true,
        Some(OutOfMemory::OfTheMachine) => {
            let cause = io::Error::other("the machine ran out of memory");
            return Err(BuildError::Child { operation: "finish", program: program.to_owned(), cause });
        }
    };
    Ok(Finished { status, stdout: output.stdout.kept, stderr: output.stderr.kept, ended, out_of_memory })
}

/// A child that is ended, with all that it started, when dropped before its end.
struct Group {
    child: Running,
    status: Option<ExitStatus>,
}

/// A child, and how it is waited for and ended.
enum Running {
    /// The leader of a process group of its own.
    Plain(Child),
    /// In the sandbox.
    Contained(Staged),
}

impl Group {
    fn new(child: Running) -> Self {
        Self { child, status: None }
    }

    fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = match &mut self.child {
                Running::Plain(child) => child.try_wait()?,
                Running::Contained(staged) => staged.try_wait()?,
            };
        }
        Ok(self.status)
    }

    fn kill(&mut self) {
        match &self.child {
            Running::Plain(child) => {
                if let Ok(pid) = i32::try_from(child.id()) {
                    let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
                }
            }
            // What it left behind was ended when it was waited for.
            Running::Contained(staged) if self.status.is_none() => staged.kill(),
            Running::Contained(_) => {}
        }
    }

    /// Both pipes are closed: mostly it has ended, and only one that closed them itself is still to be watched.
    fn wait(&mut self, deadline: Instant, interrupt: &AtomicBool, ended: &mut Option<Ended>) -> io::Result<ExitStatus> {
        let mut pause = Duration::from_micros(50);
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            if interrupt.load(Ordering::SeqCst) {
                self.kill();
            } else if Instant::now() > deadline {
                ended.get_or_insert(Ended::Time);
                self.kill();
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Whose lack of memory ended a process of it, if any.
    fn out_of_memory(&self) -> Option<OutOfMemory> {
        match &self.child {
            Running::Plain(_) => None,
            Running::Contained(staged) => staged.out_of_memory(),
        }
    }

    /// Why it never became the program that it should be.
    fn failure(&self, program: &Path) -> Option<BuildError> {
        let Running::Contained(staged) = &self.child else { return None };
        let failure = staged.failure(&program.to_string_lossy())?;
        Some(BuildError::Sandbox { cause: failure.to_string() })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // After it was waited for, its id may be another's: only a living child is ended.
        while let Ok(None) = self.try_wait() {
            self.kill();
            thread::sleep(Duration::from_millis(1));
        }
        if let Running::Contained(staged) = &mut self.child
            && let Some(group) = staged.take_group()
        {
            group.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { real: Duration::from_mins(1), cpu: None, memory: None, keep: 10, flood: 1 << 20 };

    fn shell(script: &str, policy: Policy) -> Finished {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        run(command, policy, &AtomicBool::new(false), &mut |_, _| {}).unwrap()
    }

    #[test]
    fn both_streams_and_the_status_are_told() {
        let finished = shell("echo out; echo err >&2; exit 3", POLICY);
        assert_eq!((finished.stdout, finished.stderr), (b"out\n".to_vec(), b"err\n".to_vec()));
        assert_eq!(finished.status.code(), Some(3));
        assert_eq!(finished.ended, None);
    }

    #[test]
    fn only_the_head_of_long_output_is_kept() {
        assert_eq!(shell("echo 0123456789abcdef", POLICY).stdout, b"0123456789");
    }

    #[test]
    fn a_flood_ends_the_child() {
        let finished = shell("while :; do echo 0123456789012345678901234567890123456789; done", POLICY);
        assert_eq!(finished.ended, Some(Ended::Flood));
    }

    #[test]
    fn a_child_that_takes_too_long_is_ended_with_its_own_children() {
        let finished = shell("sleep 1000 & sleep 1000", Policy { real: Duration::from_millis(100), ..POLICY });
        assert_eq!(finished.ended, Some(Ended::Time));
    }

    #[test]
    fn a_child_that_burns_its_time_ends_by_the_signal_that_says_so() {
        use std::os::unix::process::ExitStatusExt;
        let finished = shell("while :; do :; done", Policy { cpu: Some(Duration::from_secs(1)), ..POLICY });
        assert_eq!(finished.status.signal(), Some(Signal::SIGXCPU as i32));
    }

    #[test]
    fn what_a_child_leaves_behind_does_not_hold_us_up() {
        let finished = shell("sleep 1000 & echo done", POLICY);
        assert!(finished.status.success());
        assert_eq!(finished.ended, None);
    }

    #[test]
    fn an_interrupt_ends_a_running_child() {
        let flag = AtomicBool::new(false);
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo started; sleep 1000"]);
        // Set when the child has shown that it runs.
        let result = run(command, POLICY, &flag, &mut |_, _| flag.store(true, Ordering::SeqCst));
        assert!(matches!(result, Err(BuildError::Interrupted)));
    }
}
