//! Watches a program from the kernel, by ptrace and seccomp, and owns its time.

mod calls;
mod contained;
mod cpu;
mod error;
mod fairness;
mod filter;
mod finish;
mod fire;
mod fixture;
mod inject;
mod lifecycle;
mod lines;
mod loopback;
mod memory;
mod options;
mod process;
mod procfs;
mod progress;
mod quiet;
mod record;
mod regs;
mod run;
mod spawn;
mod stop;
mod streams;
mod stuck;
mod task;
mod time;
mod timerfd;
mod timers;
mod tracee;
mod turn_loop;
mod turns;
mod vdso;
mod watch;
mod world;

pub use error::{TracerError, Unsupported};
pub use options::{Epoch, FixtureProgram, Options, OutputMode, RunLimits, StdinMode};

use crate::trace::Trace;

/// Runs a program to its end (or to a limit) and returns what it did. Nothing of its tree is left when this returns.
///
/// # Errors
/// Only when the machine or we could not do it: never for what the program did.
pub fn run(options: &Options) -> Result<Trace, TracerError> {
    run::on_a_thread_of_its_own(options)
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
