//! The worker's side: `grade __worker`, started by the pool, takes an order at a time and answers it.
//!
//! It is its run's parent, tracer and killer. The main thread does the work; a second one keeps the lifeline: it says
//! that the process lives, passes on that a job shall end early, and, when the parent is gone, ends the job, clears up
//! and ends the process. A worker has a session of its own, so that no terminal's signal reaches it and what it leaves
//! behind can be found.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, thread};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, dup2_stdin, dup2_stdout, setsid};
use signal_hook::consts::SIGTERM;

use super::processors::Processors;
use super::protocol::{Answer, BEAT, Frames, Hello, Job, Order, Report, send};
use super::remains;
use crate::build::{Builder, BuilderSettings};
use crate::engine::{Engine, EngineError, EngineSettings, Interrupt, RunRequest};
use crate::event::Silent;
use crate::folder::remove;
use crate::sandbox::{keep_groups, release_groups};

/// The hidden subcommand of the worker.
pub(super) const COMMAND: &str = "__worker";
/// How long a job may take to end when the parent is gone.
const LAST_CHANCE: Duration = Duration::from_secs(5);

/// Becomes a worker when the arguments (the program's name first) say so. No person calls it.
///
/// Must come first in `main`, as [`crate::engine::internal_command`].
pub fn worker_command(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter().skip(1);
    if arguments.next()?.as_os_str() != OsStr::new(COMMAND) {
        return None;
    }
    let (folder, claims) = (arguments.next()?, arguments.next()?);
    Some(match work(Path::new(&folder), Path::new(&claims)) {
        Ok(()) => ExitCode::SUCCESS,
        // There is nobody to tell but the parent, who sees that we end.
        Err(_) => ExitCode::from(70),
    })
}

fn work(folder: &Path, claims: &Path) -> io::Result<()> {
    // Refused only to the leader of a group, who was started by hand and has its own.
    let _leader = setsid();
    // That the parent is gone is told by the lifeline, but only to one who can listen: this wakes one who was stopped.
    prctl::set_pdeathsig(Signal::SIGCONT)?;
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let lifeline = UnixStream::from(io::stdout().as_fd().try_clone_to_owned()?);
    let null = OwnedFd::from(fs::File::options().read(true).write(true).open("/dev/null")?);
    dup2_stdin(&null)?;
    dup2_stdout(&null)?;
    remember_panics();
    keep_groups();
    let state = State::default();
    let (asked_to_end, asking) = UnixStream::pair()?;
    signal_hook::low_level::pipe::register(SIGTERM, asking)?;
    let keeper = Keeper { lifeline, asked_to_end, state: state.clone(), folder: folder.to_owned() };
    thread::Builder::new().name("lifeline".to_owned()).spawn(move || keeper.keep())?;
    let hands = Hands { folder: folder.to_owned(), processors: Processors::open(claims).ok(), builder: None };
    let served = hands.serve(&socket, &state);
    state.clear_up(folder);
    served
}

/// What both threads know.
#[derive(Clone, Debug, Default)]
struct State {
    doing: Arc<Mutex<Doing>>,
    interrupt: Interrupt,
    clearing: Arc<Mutex<()>>,
}

#[derive(Debug, Default)]
struct Doing {
    /// The job that is done now.
    job: Option<u64>,
    /// No other job is begun: an order may have come before the end of who gave it.
    last: bool,
}

impl State {
    fn doing(&self) -> MutexGuard<'_, Doing> {
        self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the job may be begun.
    fn begin(&self, id: u64) -> bool {
        let mut doing = self.doing();
        if !doing.last {
            self.interrupt.clear();
            doing.job = Some(id);
        }
        !doing.last
    }

    fn end(&self) {
        self.doing().job = None;
    }

    /// Removes the worker's folder. Both threads do when the pool's process is gone: side by side they would stumble over what
    /// the other one takes away, and whoever was first to end the process would leave the rest.
    fn clear_up(&self, folder: &Path) {
        let _alone = self.clearing.lock().unwrap_or_else(PoisonError::into_inner);
        release_groups();
        remove(folder);
    }
}

/// What does the jobs.
struct Hands {
    folder: PathBuf,
    processors: Option<Processors>,
    /// The builder of the last build: it knows the tools already.
    builder: Option<(BuilderSettings, Builder<'static>)>,
}

impl Hands {
    fn serve(mut self, socket: &UnixStream, state: &State) -> io::Result<()> {
        let mut frames = Frames::new();
        send(socket, &Report::Hello(Hello::own()))?;
        while let Some(Order { id, job }) = frames.receive(socket)? {
            if !state.begin(id) {
                break;
            }
            let done = panic::catch_unwind(AssertUnwindSafe(|| self.job(job, state)));
            let sent = match done {
                Ok(answer) => send(socket, &Report::Answer { id, answer: Box::new(answer), memory: resident() }),
                Err(_) => send(socket, &Report::Panicked(last_panic())).and(Err(io::ErrorKind::Other.into())),
            };
            state.end();
            sent?;
        }
        Ok(())
    }

    fn job(&mut self, job: Job, state: &State) -> Answer {
        match job {
            Job::Build { builder: settings, submission, source, colour } => {
                let builder = match self.builder.take() {
                    Some((known, builder)) if known == settings => builder,
                    _ => Builder::with_settings(settings.clone(), &Silent).with_interrupt(state.interrupt.flag()),
                };
                // A compile that is not in a process namespace may leave one that has left its group.
                let adopts = prctl::set_child_subreaper(true);
                let built = builder.build_source(&submission, &source, colour);
                self.builder = Some((settings, builder));
                if adopts.is_ok() {
                    remains::end_orphans();
                    let _adopts_still = prctl::set_child_subreaper(false);
                }
                Answer::Built(built)
            }
            Job::Run { engine, request, processors } => {
                Answer::Ran(
                    self.with_engine(engine, *request, processors, state, |engine, request| engine.run(request)),
                )
            }
            Job::Survey { engine, request, processors } => {
                Answer::Surveyed(
                    self.with_engine(engine, *request, processors, state, |engine, request| engine.survey(request)),
                )
            }
        }
    }

    /// Asks the engine for something in a folder that goes again.
    fn with_engine<T>(
        &self,
        engine: EngineSettings,
        mut request: RunRequest,
        processors: usize,
        state: &State,
        ask: impl FnOnce(&dyn Engine, &RunRequest) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        request.interrupt = state.interrupt.clone();
        let folder = if request.cwd.as_os_str().is_empty() {
            let folder = tempfile::Builder::new()
                .prefix("run-")
                .tempdir_in(&self.folder)
                .map_err(|cause| EngineError::System { operation: "make a folder for the run", pid: None, cause })?;
            folder.path().clone_into(&mut request.cwd);
            Some(folder)
        } else {
            None
        };
        let claim = self.processors.as_ref().map(|all| all.claim(processors));
        let engine = engine.engine(claim.as_ref().map_or(&[], |claim| &claim.cpus));
        let answer = ask(&*engine, &request);
        drop(claim);
        if let Some(folder) = folder {
            remove(&folder.keep());
        }
        answer
    }
}

/// Bytes of memory that this process has (proc(5), `statm`).
fn resident() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = text.split_ascii_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * 4096
}

static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

fn remember_panics() {
    panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = format!("{message}{place}");
    }));
}

fn last_panic() -> String {
    LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What keeps the lifeline.
struct Keeper {
    lifeline: UnixStream,
    asked_to_end: UnixStream,
    state: State,
    folder: PathBuf,
}

impl Keeper {
    fn keep(mut self) {
        let mut next_beat = Instant::now() + BEAT;
        loop {
            let mut descriptors = [
                PollFd::new(self.lifeline.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.asked_to_end.as_fd(), PollFlags::POLLIN),
            ];
            let left = next_beat.saturating_duration_since(Instant::now());
            let left = PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
            let _interrupted = poll(&mut descriptors, left);
            let [spoken_to, asked] = descriptors.map(|descriptor| descriptor.any().unwrap_or(false));
            if asked || (spoken_to && self.listen().is_err()) {
                return self.end();
            }
            if Instant::now() >= next_beat {
                next_beat = Instant::now() + BEAT;
                // Nobody waits for a word of one that does nothing.
                if self.state.doing().job.is_some() && self.lifeline.write_all(b".").is_err() {
                    return self.end();
                }
            }
        }
    }

    /// Hears which job shall end early.
    fn listen(&mut self) -> io::Result<()> {
        let mut id = [0; 8];
        self.lifeline.read_exact(&mut id)?;
        let doing = self.state.doing();
        if doing.job == Some(u64::from_le_bytes(id)) {
            self.state.interrupt.set();
        }
        Ok(())
    }

    /// Ends the job, clears up, and ends this process.
    fn end(&self) {
        self.state.doing().last = true;
        let begun = Instant::now();
        while self.state.doing().job.is_some() && begun.elapsed() < LAST_CHANCE {
            self.state.interrupt.set();
            thread::sleep(Duration::from_millis(1));
        }
        self.state.clear_up(&self.folder);
        // Whatever the main thread hangs on: the kernel ends what it traces.
        let _never_fails = kill(Pid::this(), Signal::SIGKILL);
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn an_order_that_is_read_after_the_end_began_is_not_followed() {
        let state = State::default();
        assert!(state.begin(1));
        state.end();
        state.doing().last = true;
        assert!(!state.begin(2));
        assert_eq!(state.doing().job, None);
    }
}
