use std::convert::Infallible;
use std::ffi::{CString, NulError, OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::process::ExitCode;

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::socket::MsgFlags;
use nix::sys::wait::WaitStatus;
use nix::unistd::{Pid, chdir, execve, sethostname, setsid};

use super::filter::own_filters;
use super::wire::{self, Packet};
use super::{Plan, ProcessLimits, Rung, landlock, mounts};
use crate::sys::cycle_counter;
use crate::sys::dispositions::{reset_broken_pipe, reset_signal_dispositions};
use crate::sys::split::{Side, split};
use crate::sys::stage::{CONTROL_FD, PLAN_FD, close_everything, inherited};
use crate::sys::{loopback, rights};

/// A step of the stage that failed: what was tried, and what came of it. It fits behind "failed to".
type StepError = String;

/// The stage: called in the re-executed binary, with a plan and a control socket at their descriptors.
pub fn main() -> ExitCode {
    let Ok(control) = inherited(CONTROL_FD) else { return ExitCode::from(125) };
    let step = match run(&control) {
        Ok(code) => {
            // The init has closed every descriptor, this one too; to close it again would be an error of ours.
            std::mem::forget(control);
            return ExitCode::from(code);
        }
        Err(step) => step,
    };
    // When the starter is gone, there is nobody to tell.
    let _ = wire::send(control.as_fd(), &Packet::Failed(step));
    ExitCode::from(125)
}

/// Gives what the init has to tell of the program's end.
fn run(control: &OwnedFd) -> Result<u8, StepError> {
    let plan_file = inherited(PLAN_FD).map_err(step("take over the plan"))?;
    let plan: Plan = read_plan(File::from(plan_file)).map_err(step("read the plan"))?;
    if plan.rung != Rung::Namespaces {
        return program(&plan, control).map(|never| match never {});
    }
    expect(control, &Packet::Mapped)?;
    mounts::enter(&plan)?;
    die_with_starter(control)?;
    loopback::bring_up().map_err(step("bring the loopback interface up"))?;
    sethostname("exercise").map_err(step("name the host"))?;
    match split().map_err(step("fork the program from its init"))? {
        Side::Parent(child) => Ok(init(child, plan.outlives)),
        Side::Child => program(&plan, control).map(|never| match never {}),
    }
}

/// All of it in one call: read in pieces, as a parser asks for them, it is thousands.
fn read_plan(mut file: File) -> io::Result<Plan> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// PID 1 of the namespace: holds nothing, can be read by nobody, reaps orphans, and ends with the program, or with the
/// last of its children; the kernel then ends what is left. Gives the program's exit code, or 128 and its signal.
fn init(program: Pid, outlives: bool) -> u8 {
    // Both can only make the init easier to see, never the program freer.
    let _ = prctl::set_dumpable(false);
    let _ = rights::drop_capabilities();
    close_everything();
    let mut told = 0;
    loop {
        match nix::sys::wait::wait() {
            Ok(status) if status.pid() == Some(program) => {
                told = match status {
                    WaitStatus::Exited(_, code) => u8::try_from(code).unwrap_or(u8::MAX),
                    WaitStatus::Signaled(_, signal, _) => u8::try_from(128 + signal as i32).unwrap_or(u8::MAX),
                    _ => told,
                };
                if !outlives {
                    return told;
                }
            }
            // EINVAL: it was reaped, and nix has no name for the real-time signal that it died by.
            Ok(_) | Err(Errno::EINTR | Errno::EINVAL) => {}
            Err(_) => return told,
        }
    }
}

/// The last process of the stage, on its way to become the program.
fn program(plan: &Plan, control: &OwnedFd) -> Result<Infallible, StepError> {
    setsid().map_err(step("begin a session"))?;
    plain_signals().map_err(step("reset the signals"))?;
    limit(&plan.limits).map_err(step("set the resource limits"))?;
    rights::drop_bounding_set();
    prctl::set_no_new_privs().map_err(step("refuse new privileges"))?;

    wire::send(control.as_fd(), &Packet::Ready(0)).map_err(step("say who it is"))?;
    let plan = &wait_at_gate(plan.clone(), control)?;

    // Only now, with the tracer attached: without CAP_SYS_PTRACE it could not attach to another user's process.
    if let (Some(identity), Rung::Landlock | Rung::Off) = (plan.identity, plan.rung) {
        rights::become_user(identity.uid, identity.gid).map_err(step("become the run's own user"))?;
    }
    rights::drop_capabilities().map_err(step("drop all capabilities"))?;
    die_with_starter(control)?;
    chdir(plan.cwd.as_path())
        .map_err(|cause| format!("enter the working directory {}: {cause}", plan.cwd.display()))?;
    let argv = strings(plan.argv.iter().map(AsRef::as_ref)).map_err(step("pass the arguments on"))?;
    let env = plan.env.iter().map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes()].concat());
    let env = env.map(CString::new).collect::<Result<Vec<_>, _>>().map_err(step("pass the environment on"))?;
    if plan.fixed_addresses {
        use nix::sys::personality;
        personality::set(personality::Persona::ADDR_NO_RANDOMIZE).map_err(step("fix the program's addresses"))?;
    }
    let own = own_filters(plan.rung, !plan.tracer_filters.is_empty()).map_err(|error| error.to_string())?;
    if plan.rung == Rung::Landlock {
        landlock::restrict(&plan.view)?;
    }
    if plan.trap_cycle_counter {
        // Where it cannot be trapped, it tells the machine's time.
        let _ = cycle_counter::trap();
    }
    for filter in plan.tracer_filters.iter().chain(&own) {
        filter.install().map_err(step("put a system call filter on"))?;
    }
    let errno = execute(&plan.env, &argv, &env)?;
    wire::send(control.as_fd(), &Packet::NotExecuted(errno as i32)).map_err(step("tell of a failed start"))?;
    Err(format!("execute the program: {errno}"))
}

/// Has the kernel kill this process with the one that started it: a change of user or of rights has cleared that. What
/// lies between is seen by the control socket, of which nobody else holds the other end.
fn die_with_starter(control: &OwnedFd) -> Result<(), StepError> {
    prctl::set_pdeathsig(Signal::SIGKILL).map_err(step("die with the tracer"))?;
    if wire::is_hung_up(control.as_fd()) {
        return Err("find its starter alive".to_owned());
    }
    Ok(())
}

/// Becomes the program, which is a path or a name to be found in `PATH`; returns only when that fails.
fn execute(variables: &[(OsString, OsString)], argv: &[CString], env: &[CString]) -> Result<Errno, StepError> {
    let program = argv.first().ok_or("find a program in an empty command")?;
    if program.as_bytes().contains(&b'/') {
        let Err(errno) = execve(program, argv, env);
        return Ok(errno);
    }
    let path = variables.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_bytes());
    let mut worst = Errno::ENOENT;
    for folder in path.unwrap_or(b"/usr/local/bin:/usr/bin:/bin").split(|byte| *byte == b':') {
        let at = [if folder.is_empty() { b"." } else { folder }, b"/", program.as_bytes()].concat();
        let at = CString::new(at).map_err(step("look for the program"))?;
        match execve(&at, argv, env) {
            Err(Errno::ENOENT | Errno::ENOTDIR) => {}
            Err(Errno::EACCES) => worst = Errno::EACCES,
            Err(errno) => return Ok(errno),
            Ok(never) => match never {},
        }
    }
    Ok(worst)
}

/// Waits for the tracer, and puts in what was not known before.
fn wait_at_gate(mut plan: Plan, control: &OwnedFd) -> Result<Plan, StepError> {
    match wire::receive(control.as_fd(), MsgFlags::empty()) {
        Ok(Some(Packet::Go(word, _))) if word.is_empty() => {}
        Ok(Some(Packet::Go(word, instead))) => {
            let values = plan.env.iter_mut().map(|(_, value)| value);
            for text in plan.argv.iter_mut().chain(values) {
                *text = with_instead(text, &word, &instead);
            }
        }
        other => return Err(format!("hear that it may go, not {other:?}")),
    }
    Ok(plan)
}

fn with_instead(text: &OsStr, word: &str, instead: &str) -> OsString {
    let mut rest = text.as_bytes();
    let mut made = Vec::new();
    while let Some(at) = rest.windows(word.len()).position(|window| window == word.as_bytes()) {
        made.extend_from_slice(&rest[..at]);
        made.extend_from_slice(instead.as_bytes());
        rest = &rest[at + word.len()..];
    }
    made.extend_from_slice(rest);
    OsString::from_vec(made)
}

fn expect(control: &OwnedFd, wanted: &Packet) -> Result<(), StepError> {
    match wire::receive(control.as_fd(), MsgFlags::empty()) {
        Ok(Some(packet)) if packet == *wanted => Ok(()),
        Ok(packet) => Err(format!("hear {wanted:?} at the gate, not {packet:?}")),
        Err(cause) => Err(format!("hear {wanted:?} at the gate: {cause}")),
    }
}

fn strings<'a>(texts: impl Iterator<Item = &'a OsStr>) -> Result<Vec<CString>, NulError> {
    texts.map(|text| CString::new(text.as_bytes())).collect()
}

/// Default dispositions and an empty mask: Rust's runtime ignores SIGPIPE, and ignored signals survive execve.
fn plain_signals() -> io::Result<()> {
    reset_signal_dispositions();
    reset_broken_pipe();
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    Ok(())
}

fn limit(limits: &ProcessLimits) -> io::Result<()> {
    let all = [
        (Resource::RLIMIT_DATA, limits.data),
        (Resource::RLIMIT_STACK, limits.stack),
        (Resource::RLIMIT_CPU, limits.cpu_seconds),
        (Resource::RLIMIT_FSIZE, limits.file_size),
        (Resource::RLIMIT_NOFILE, limits.open_files),
        (Resource::RLIMIT_NPROC, limits.processes),
        // Not 0: a handler that reads from a pipe (core(5)) is started all the same.
        (Resource::RLIMIT_CORE, Some(1)),
        (Resource::RLIMIT_MSGQUEUE, Some(0)),
    ];
    for (resource, limit) in all {
        if let Some(limit) = limit {
            let (_, hard) = nix::sys::resource::getrlimit(resource)?;
            setrlimit(resource, limit.min(hard), limit.min(hard))?;
        }
    }
    Ok(())
}

/// Turns an error into the words of a step that failed.
pub(super) fn step<E: std::fmt::Display>(what: &'static str) -> impl FnOnce(E) -> StepError {
    move |cause| format!("{what}: {cause}")
}
