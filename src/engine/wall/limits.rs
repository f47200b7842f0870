use std::io;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::course::model::Limits;

/// The stack that a program's first thread and, by default, each of C's and Python's threads may have.
const STACK: u64 = 8 << 20;
/// The largest file that may be written.
const FILE: u64 = 256 << 20;
/// How many descriptors may be open; what a shell usually gives.
const DESCRIPTORS: u64 = 1024;

/// Sets this process's resource limits, for the program to inherit.
///
/// They are a backstop: each counts for one process alone, and the tree's sums are watched beside them. Address space
/// (`RLIMIT_AS`) is not limited: threads reserve far more than they use. The number of processes (`RLIMIT_NPROC`) is not
/// limited here either: it counts everything that the user runs, and nothing for root.
pub(super) fn set(limits: &Limits) -> io::Result<()> {
    let stacks = STACK.saturating_mul(u64::from(limits.processes));
    let cpu = limits.cpu.as_std().as_secs().saturating_add(2);
    for (resource, most) in [
        (Resource::RLIMIT_DATA, limits.memory.saturating_add(stacks)),
        (Resource::RLIMIT_STACK, STACK),
        (Resource::RLIMIT_FSIZE, FILE),
        (Resource::RLIMIT_NOFILE, DESCRIPTORS),
        (Resource::RLIMIT_MEMLOCK, 0),
        (Resource::RLIMIT_MSGQUEUE, 0),
        // 0 would still start a handler that cores are piped to; 1 stops both (core(5)).
        (Resource::RLIMIT_CORE, 1),
    ] {
        let (_, hard) = getrlimit(resource)?;
        let most = most.min(hard);
        setrlimit(resource, most, most)?;
    }
    // The soft limit is a SIGXCPU, which says what happened; the hard one a SIGKILL.
    let (_, hard) = getrlimit(Resource::RLIMIT_CPU)?;
    setrlimit(Resource::RLIMIT_CPU, cpu.min(hard), cpu.saturating_add(1).min(hard))?;
    Ok(())
}
