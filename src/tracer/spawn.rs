//! Starts a program under the tracer: everything is computed first, the child only makes system calls.

use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::fcntl::OFlag;
use nix::unistd::pipe2;

use super::error::TracerError;
use super::tracee::Running;
use crate::sys::child::{self, Image, Step};

/// What is to be started.
pub(super) struct Launch<'a> {
    pub(super) argv: &'a [OsString],
    pub(super) env: &'a [(OsString, OsString)],
    pub(super) cwd: &'a Path,
    /// Which descriptor of ours becomes which one of the program's.
    pub(super) descriptors: &'a [(RawFd, RawFd)],
    /// Whether its memory lies at the same addresses in each run.
    pub(super) fixed_addresses: bool,
    /// Whether it gets a session of its own.
    pub(super) own_session: bool,
    /// What the sandbox adds, after the tracer has attached and before the filters.
    pub(super) confinement: &'a [Step],
    /// The tracer's filters.
    pub(super) filters: &'a [Step],
}

/// A program that is attached, and held just before its first step.
pub(super) struct Launched {
    pub(super) tid: i32,
    running: Running,
    failure: Failure,
}

/// Why a child never became the program.
pub(super) struct Failure {
    report: File,
    program: String,
    /// The steps before the program's start.
    steps: Vec<&'static str>,
}

fn system(operation: &'static str) -> impl FnOnce(io::Error) -> TracerError {
    move |cause| TracerError::System { operation, tid: None, cause }
}

/// A pipe whose ends close on exec: the reading end, the writing end.
pub(super) fn pipe() -> Result<(OwnedFd, OwnedFd), TracerError> {
    pipe2(OFlag::O_CLOEXEC).map_err(io::Error::from).map_err(system("make a pipe"))
}

fn string(text: &OsStr) -> Result<CString, TracerError> {
    let refused = |_| system("pass a text with a NUL byte to the program")(io::ErrorKind::InvalidInput.into());
    CString::new(text.as_bytes()).map_err(refused)
}

fn variable(name: &OsStr, value: &OsStr) -> Result<CString, TracerError> {
    let mut both = name.to_owned();
    both.push("=");
    both.push(value);
    string(&both)
}

/// The paths at which a program may be: itself when it names a path, else one for each folder of PATH.
fn candidates(program: &OsStr, env: &[(OsString, OsString)]) -> Result<Vec<CString>, TracerError> {
    if program.as_bytes().contains(&b'/') {
        return Ok(vec![string(program)?]);
    }
    let path = env.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_bytes());
    let folders = path.unwrap_or(b"/usr/local/bin:/usr/bin:/bin").split(|byte| *byte == b':');
    folders
        .map(|folder| {
            let folder = if folder.is_empty() { OsStr::new(".") } else { OsStr::from_bytes(folder) };
            string(Path::new(folder).join(program).as_os_str())
        })
        .collect()
}

impl Launch<'_> {
    /// Forks, attaches, and opens the gate.
    ///
    /// # Errors
    /// When a system call of ours fails. That the program cannot be started is told by [`Failure::error`].
    pub(super) fn start(&self) -> Result<Launched, TracerError> {
        let (gate, gatekeeper) = pipe()?;
        let (report, reporter) = pipe()?;
        let program = self.argv.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let image = Image {
            paths: candidates(self.argv.first().map_or(OsStr::new(""), OsString::as_os_str), self.env)?,
            argv: self.argv.iter().map(|argument| string(argument)).collect::<Result<_, _>>()?,
            env: self.env.iter().map(|(name, value)| variable(name, value)).collect::<Result<_, _>>()?,
        };
        let mut steps = Vec::new();
        if self.own_session {
            steps.push(Step::NewSession);
        }
        if self.fixed_addresses {
            steps.push(Step::FixedAddresses);
        }
        steps.push(Step::DefaultSignals);
        // Its own copy would keep the end of the pipe from it when we die.
        steps.push(Step::Close(gatekeeper.as_raw_fd()));
        steps.push(Step::Gate(gate.as_raw_fd()));
        steps.push(Step::Directory(string(self.cwd.as_os_str())?));
        steps.extend(self.descriptors.iter().map(|(from, to)| Step::Descriptor(*from, *to)));
        let first_free = self.descriptors.iter().map(|(_, to)| to + 1).max().unwrap_or(3).max(3);
        steps.push(Step::CloseFrom(first_free));
        steps.extend_from_slice(self.confinement);
        steps.push(Step::NoNewPrivileges);
        steps.extend_from_slice(self.filters);

        let tid = child::spawn(&steps, &image, reporter.as_raw_fd()).map_err(system("fork"))?;
        drop((gate, reporter));
        let steps = steps.iter().map(Step::name).collect();
        let running = match Running::seize(tid) {
            Ok(running) => running,
            Err(cause) => {
                // The child sits at the gate and would end by itself once the pipe closes: it is killed all the same.
                let _ = crate::sys::signal::send(tid, libc::SIGKILL);
                drop(gatekeeper);
                let _ = crate::sys::wait::any(true);
                return Err(TracerError::System { operation: "attach to the program", tid: Some(tid), cause });
            }
        };
        File::from(gatekeeper).write_all(&[1]).map_err(system("open the gate"))?;
        Ok(Launched { tid, running, failure: Failure { report: File::from(report), program, steps } })
    }
}

impl Launched {
    /// The attached thread, and where to ask should it never become the program.
    pub(super) fn split(self) -> (Running, Failure) {
        (self.running, self.failure)
    }
}

impl Failure {
    /// What failed; for a child that ended without an exec.
    pub(super) fn error(mut self) -> TracerError {
        let mut message = [0_u8; 8];
        if let Err(cause) = self.report.read_exact(&mut message) {
            return system("set up the program")(cause);
        }
        let number = |at: usize| i32::from_ne_bytes([message[at], message[at + 1], message[at + 2], message[at + 3]]);
        let cause = io::Error::from_raw_os_error(number(4));
        match usize::try_from(number(0)).ok().and_then(|step| self.steps.get(step)) {
            Some(operation) => system(operation)(cause),
            None => TracerError::Start { program: self.program, cause },
        }
    }
}
