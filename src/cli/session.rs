//! The heavy objects that grading needs, made once a command: engines, the pool, the cache, the way to be interrupted.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::sync::Arc;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::args::{ClockArg, SandboxArg};
use super::{Exit, Failure};
use crate::batch::{Engines, Grader, Interrupted, OurFault};
use crate::build::{BuildError, Builder, CacheDir, Containment};
use crate::engine::{Engine, Interrupt, TracedEngine, WallEngine};
use crate::event::EventSink;
use crate::pool::Pool;
use crate::sandbox::Rung;

/// Workers for each processor that are of use: while one sets up or ends a run, the other's program has the processor.
const TWO: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// The heavy objects that grading needs.
pub(crate) struct Session {
    /// Set by Ctrl-C.
    pub(crate) interrupt: Interrupt,
    /// What runs submissions.
    pub(crate) engines: Engines,
    /// Where they run.
    pub(crate) pool: Pool,
    /// Where built things are kept.
    pub(crate) cache: CacheDir,
    /// How submissions are compiled.
    containment: Option<Containment>,
}

impl Session {
    /// Opens it all. From here on Ctrl-C asks for an end in good order.
    pub(crate) fn open(clock: Option<ClockArg>, jobs: Option<u16>, sandbox: SandboxArg) -> Result<Self, Failure> {
        let interrupt = Interrupt::default();
        watch_signals(&interrupt)
            .map_err(|error| Failure::machine(format_args!("failed to listen for Ctrl-C: {error}")))?;
        let engines = engines(clock, sandbox)?;
        let cache = CacheDir::from_environment().map_err(|error| of_build(&error))?;
        // Once, and not as the fault of each submission.
        cache.prepare().map_err(|error| of_build(&error))?;
        let pool = Pool::new(slots(jobs, engines.first.is_virtual())).with_interrupt(interrupt.clone());
        Ok(Self {
            interrupt,
            containment: containment(&engines, sandbox),
            engines,
            // Who says how many runs shall stand side by side, means it on any clock.
            pool: if jobs.is_some() { pool.sharing_the_clock() } else { pool },
            cache,
        })
    }
}

impl Session {
    /// What builds submissions, and tells of long set-ups.
    pub(crate) fn builder<'a>(&self, events: &'a dyn EventSink) -> Builder<'a> {
        Builder::new(self.cache.clone(), events)
            .with_interrupt(self.interrupt.flag())
            .with_containment(self.containment.clone())
    }

    /// What grades with `builder`, and tells how it goes.
    pub(crate) fn grader<'a>(&'a self, builder: &'a Builder<'a>, events: &'a dyn EventSink) -> Grader<'a> {
        Grader { builder, engines: &self.engines, pool: &self.pool, events, interrupt: self.interrupt.clone() }
    }
}

/// How much is done at once. On the virtual clock nothing waits but for a processor: more than two workers for each only
/// cost their start.
fn slots(jobs: Option<u16>, is_virtual: bool) -> NonZeroUsize {
    let processors = Pool::processors();
    let most = if is_virtual { processors.saturating_mul(TWO) } else { NonZeroUsize::MAX };
    jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())).unwrap_or(processors).min(most)
}

/// Submissions are compiled on the rung that they run on. An engine without one says nothing against a compile in one.
fn containment(engines: &Engines, sandbox: SandboxArg) -> Option<Containment> {
    const GRADE: &str = "/proc/self/exe";
    match engines.first.rung() {
        _ if sandbox == SandboxArg::Off => None,
        Rung::Off => Containment::best(GRADE),
        rung => Containment::by(rung, GRADE),
    }
}

/// The first signal asks for the end; a second one, from a person who has lost patience, ends us at once.
fn watch_signals(interrupt: &Interrupt) -> std::io::Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_conditional_shutdown(signal, Exit::Interrupted as i32, interrupt.flag())?;
        signal_hook::flag::register(signal, Arc::clone(&interrupt.flag()))?;
    }
    Ok(())
}

/// The best engine that this machine has, or the one that was asked for.
fn engines(clock: Option<ClockArg>, sandbox: SandboxArg) -> Result<Engines, Failure> {
    if clock == Some(ClockArg::Wall) {
        // The engine that only watches as a parent contains nothing.
        let first: Box<dyn Engine> = match TracedEngine::probe() {
            _ if sandbox == SandboxArg::Off => Box::new(WallEngine::new()),
            Ok(()) => Box::new(contained(TracedEngine::new(), sandbox)?.on_the_wall_clock()),
            Err(why) => return Err(no_sandbox(&why)),
        };
        return Ok(Engines { first, wall: None, note: None });
    }
    match (TracedEngine::probe(), clock) {
        (Ok(()), clock) => {
            let traced = contained(TracedEngine::new(), sandbox)?;
            let wall: Option<Box<dyn Engine>> =
                if clock.is_none() { Some(Box::new(traced.clone().on_the_wall_clock())) } else { None };
            Ok(Engines { first: Box::new(traced), wall, note: None })
        }
        (Err(why), None) => {
            if sandbox != SandboxArg::Off {
                return Err(no_sandbox(&why));
            }
            Ok(Engines {
                first: Box::new(WallEngine::new()),
                wall: None,
                note: Some(format!("graded on the machine's clock, which sees less: {why}")),
            })
        }
        (Err(why), Some(_)) => Err(Failure::machine(format_args!("there is no virtual clock here: {why}"))
            .help("`grade doctor` says what this machine offers")
            .help("`--clock wall` grades on the machine's clock: slower, and it sees less")),
    }
}

/// The engine in the sandbox that was asked for.
fn contained(engine: TracedEngine, sandbox: SandboxArg) -> Result<TracedEngine, Failure> {
    if sandbox == SandboxArg::Off {
        return Ok(engine);
    }
    let contained = engine.contained().map_err(|why| no_sandbox(&why))?;
    if sandbox == SandboxArg::Landlock {
        return Ok(contained.contained_by(Rung::Landlock));
    }
    if sandbox == SandboxArg::Require && contained.rung() != Rung::Namespaces {
        return Err(no_sandbox(&"there are no namespaces here, so the network would be open")
            .help("`--sandbox auto` takes what there is"));
    }
    Ok(contained)
}

fn no_sandbox(why: &dyn Display) -> Failure {
    Failure::machine(format_args!("submissions cannot be contained here: {why}"))
        .help("`grade doctor` says what this machine offers, and how to get more")
        .help("`--sandbox off` grades without: only for code that you would run yourself")
}

/// The person asked for the end.
pub(crate) fn interrupted(_: Interrupted) -> Failure {
    Failure::new(Exit::Interrupted, "interrupted; your files are as they were")
}

/// What could not be graded, in words.
pub(crate) fn of_fault(fault: &OurFault) -> Failure {
    let exit = if fault.is_the_machines() { Exit::Unsupported } else { Exit::Bug };
    let failure = Failure::new(exit, fault);
    match fault.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// What could not be built by the machine's fault, in words.
pub(crate) fn of_build(error: &BuildError) -> Failure {
    let failure = Failure::machine(error);
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}
