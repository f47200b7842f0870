//! Watches a program from the kernel, by ptrace and seccomp, and owns its time.
//!
//! A run has a thread of its own, which forks the program, attaches to it before its first step (`spawn`, or `contained` in a
//! sandbox), and follows every thread and process that comes of it (`watch`). A filter made from a table of all system
//! calls (`regs`, `filter`) stops the few that matter; one file a family says what is done about them (`calls`). Timed waits
//! become waits without end, and their deadlines are ours (`fire`). Time moves by what threads used (`progress`), or
//! jumps when all sleep (`quiet`). What happened is noted (`record`, `lines`); when nothing can ever move again, `stuck` says
//! who waits on what, and `locks` who holds it; who waits for another thread meanwhile, `waits`. Programs read the clock by code of ours, mostly without a stop (`vdso`), and the processor's cycle counter
//! by a trap (`cycle_counter`). Under a schedule, `turns` and `turn_loop` decide who runs, and a thread may lose its turn between two
//! stops: after so many instructions (`preempt`), or where threads touch the same memory (`marks`), as a run before it saw (`survey`, `own_code`, `gates`, `shared`, `own_bytecode`), or within one instruction (`torn`).
//! A thread of an interpreter gives its lock away there (`hand_over`), between two instructions of a script of the program's own (`bytecode`, `script`).
//!
//! It does not judge, and it knows nothing of exercises.
//!
//! # Designs that failed or were refused
//! - *`LD_PRELOAD`* (as libfaketime): misses static binaries, Go and raw system calls, and hangs timers of async runtimes.
//! - *Stopping at every system call*: a stop costs some 16 µs and two switches. The filter lets all others through.
//! - *`SECCOMP_RET_USER_NOTIF`* instead of ptrace stops: no registers, so no timed wait can be turned into another.
//! - *One `waitid` a thread, or waiting by process group*: `setsid` leaves the group, and the dead must be met.
//! - *Letting a thread go on before all that stopped were asked for*: the kernel tells of the youngest first, and two
//!   busy threads kept the death of a third from us for ever.
//! - *The state letter of `/proc` alone*: `wait4` marks its caller as asleep before it looks for children. A thread that was
//!   preempted there looks asleep and is not; the file `syscall` makes the scheduler say.
//! - *Time as the sum of all CPU time*: two that compute side by side took twice as long as bare. See `progress`.
//! - *Holding a sleeper at its stop* instead of letting it `pause`: a signal could not wake it.
//! - *Writing captured output to a pipe that we read*: it fills up, has to be waited for, and costs a second stop. The bytes
//!   are taken from memory and the call is answered.
//! - *Every reading of the clock a stop*: half of an interpreter's start is reading it.
//! - *Telling the time without a stop for as long as the machine's coarse clock stands*: a thread that slept while others
//!   computed read it too early, by up to a tick. Its own CPU time and its own count of sleeps know.
//! - *Streams by number*: a child's descriptor 1 is often a pipe to its parent. `kcmp(2)` and the pipe's inode tell.
//! - *Arming the kernel's timers at their deadline by calls in the program*: its blocked threads would have to be disturbed. A
//!   timer's signal is queued from outside; a timerfd is told its expirations through a copy of the descriptor.
//!
//! # What is a clock, and what is done about it
//! Virtual: all clocks of `clock_gettime` but those of CPU time, `gettimeofday`, `time`, `times`, the uptime of `sysinfo`, reading by
//! `adjtimex`, and the processor's cycle counter (`rdtsc`); all waits, timers and socket time-outs; when a file was changed, by writing, by opening, by `touch` (`files`);
//! when a packet came (`SO_TIMESTAMP`);
//! what `/proc` tells of the age of the machine and of processes once the program has slept, but for a sandbox and under a schedule (`proc_files`).
//! CPU clocks and `getrusage` tell the CPU time that was really used. Who may set the machine's calendar sets the run's, and not the machine's.
//!
//! The kernel's own timers of TCP (delayed acknowledgements, sending again) are real: while one is running that may wake
//! somebody, time goes with real time (`segments`).
//!
//! Named in [`crate::trace::End::unvirtualised`], with real time from then on: `recvmmsg` and `io_getevents` with a time-out, and
//! peers outside the run that were reached.
//!
//! Not covered, and not seen: a file's times of access and of status change, times of files that were there before.

mod bytecode;
mod calls;
mod contained;
mod cpu;
mod cycle_counter;
mod error;
mod fairness;
mod files;
mod filter;
mod finish;
mod fire;
mod fixture;
mod gates;
mod halves;
mod hand_over;
mod inject;
mod interpreter;
mod lifecycle;
mod lines;
mod locks;
mod loopback;
mod maps;
mod marks;
mod memory;
mod memory_group;
mod news;
mod noise;
mod options;
mod orphans;
mod own_bytecode;
mod own_code;
mod own_crates;
mod preempt;
mod process;
mod procfs;
mod progress;
mod quiet;
mod record;
mod refused;
mod regs;
mod run;
mod script;
mod segments;
mod shared;
mod spawn;
mod spin;
mod stop;
mod streams;
mod stuck;
mod survey;
mod symbol_names;
mod symbols;
mod task;
mod terminals;
mod time;
mod timerfd;
mod timers;
mod torn;
mod tracee;
mod turn_loop;
mod turns;
mod vdso;
mod waits;
mod watch;
mod woken;
mod world;
mod yields;

pub use error::{TracerError, Unsupported};
pub use locks::{Again, Word, with_holders};
pub use options::{Epoch, FixtureProgram, Options, OutputMode, PATIENCE, RunLimits, Shown, StdinMode};

use crate::schedule::{Place, Switch};
use crate::trace::Trace;

/// Runs a program to its end (or to a limit) and returns what it did. Nothing of its tree is left when this returns.
///
/// # Errors
/// Only when the machine or we could not do it: never for what the program did.
pub fn run(options: &Options) -> Result<Trace, TracerError> {
    run_recorded(options).map(|recorded| recorded.trace)
}

/// What a run leaves.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What it did.
    pub trace: Trace,
    /// Where its schedule left the natural way.
    pub switches: Vec<Switch>,
    /// What a survey found, in a run that was one.
    places: Vec<Vec<Place>>,
    /// Words that threads wait on for ever.
    words: Vec<Word>,
    /// Where they stand in the program.
    standing: Vec<locks::Standing>,
    /// Whether it was under a schedule, so that another run does the same.
    repeats: bool,
    /// Whether it could be under one.
    may_repeat: bool,
}

/// Like [`run()`]; with the trace comes what another run can be made of.
///
/// # Errors
/// As [`run()`].
pub fn run_recorded(options: &Options) -> Result<Recorded, TracerError> {
    run::on_a_thread_of_its_own(options, None)
}

/// Runs a program once, slowly, and returns the instructions of its own at which its threads touch memory that others touch,
/// too, a list for each word of memory: where a schedule may preempt them ([`Options::places`]). Of an interpreter with one lock, where it
/// begins with an instruction of a script, or else the word by which its threads are asked to give the lock away. Of processes that share memory, the words of it
/// that they change. None for what cannot be run twice (its input is ours), or not
/// alone (it has a fixture). The same program gives the same answer every time.
///
/// # Errors
/// As [`run()`].
pub fn survey(options: &Options) -> Result<Vec<Vec<Place>>, TracerError> {
    if options.fixture.is_some() || options.stdin == StdinMode::Inherit {
        return Ok(Vec::new());
    }
    let natural = Options { schedule: 1, switches: Some(Vec::new()), output: OutputMode::Captured, ..options.clone() };
    if !natural.has_schedule() {
        return Ok(Vec::new());
    }
    run::on_a_thread_of_its_own(&natural, Some(survey::Survey::default())).map(|ran| ran.places)
}

/// Tries the whole path on `/bin/true`: fork, seize, filter, exec, a clock read, the end.
///
/// # Errors
/// What does not work on this machine.
pub fn probe() -> Result<(), Unsupported> {
    let unsupported = |why: String| Unsupported { what: "tracing", why };
    let options = Options { real_limit: std::time::Duration::from_secs(10), ..Options::new(vec!["/bin/true".into()]) };
    match run(&options) {
        Ok(trace) if trace.end.exit == Some(crate::trace::ExitStatus::Code(0)) => Ok(()),
        Ok(trace) => Err(unsupported(format!("/bin/true ended with {:?}", trace.end))),
        Err(TracerError::Unsupported(why)) => Err(why),
        Err(error) => Err(unsupported(error.to_string())),
    }
}
