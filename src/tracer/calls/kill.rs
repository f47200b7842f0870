//! Signals that one process sends to another.
//!
//! Bare, the first deadly signal decides what a process dies of, at the moment it is sent. A traced one still has to tell us of it, and
//! a second signal, SIGKILL above all, would overtake the first. So whoever sends to a process that is about to die waits
//! until it does.

use nix::unistd::{Pid, getpgid};

use super::Then;
use crate::tracer::procfs::{self, State};
use crate::tracer::regs::{Native, Registers, int};
use crate::tracer::task::{Slot, Task};
use crate::tracer::world::{Caller, World};

/// Signals that by default do not end a process.
const HARMLESS: [i32; 8] = [
    libc::SIGCHLD,
    libc::SIGURG,
    libc::SIGWINCH,
    libc::SIGCONT,
    libc::SIGSTOP,
    libc::SIGTSTP,
    libc::SIGTTIN,
    libc::SIGTTOU,
];

const fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

pub(super) fn kill(world: &mut World<'_>, caller: Caller, registers: &Native) -> Then {
    let signal = int(registers.argument(1));
    if signal == 0 || (signal != libc::SIGKILL && world.turns.is_some()) {
        return Then::Go;
    }
    let mut dying = targets(world, caller, int(registers.argument(0)));
    if signal == libc::SIGKILL {
        for pid in &dying {
            if let Some(process) = world.processes.get_mut(pid) {
                process.killed_by_its_own = true;
            }
        }
        if world.turns.is_some() {
            return Then::Go;
        }
    }
    dying.retain(|pid| *pid != caller.pid && world.tasks.get_mut(pid).is_some_and(is_about_to_die));
    if world.stands_until(caller.tid, &dying) { Then::Hold } else { Then::Go }
}

/// The processes of the tree that the first argument of `kill` means.
fn targets(world: &World<'_>, caller: Caller, whom: i32) -> Vec<i32> {
    let group = |pid: i32| getpgid(Some(Pid::from_raw(pid))).ok();
    let of_group = |wanted: Option<Pid>| {
        let all = world.processes.keys().copied();
        all.filter(|pid| wanted.is_some() && group(*pid) == wanted).collect()
    };
    match whom {
        -1 => world.processes.keys().copied().collect(),
        0 => of_group(group(caller.pid)),
        1.. => world.called(whom).into_iter().collect(),
        _ => of_group(world.called(whom.saturating_neg()).map(Pid::from_raw)),
    }
}

/// Whether a deadly signal is on its way to a process, or may be: it stands at a stop that we have not heard of.
fn is_about_to_die(first: &mut Task) -> bool {
    if first.ended.is_some() || first.in_group_stop {
        return false;
    }
    // Whoever waits for a child that borrows its memory (`vfork`) does not die before that child lets go, and that may be never.
    if first.procfs.state() == State::Uninterruptible {
        return false;
    }
    let unheard = matches!(first.slot, Slot::Running(_)) && first.procfs.state() == State::Stopped;
    let set = |name| procfs::hexadecimal(first.tid, name);
    let on_its_way = set("SigPnd:") | set("ShdPnd:") & !set("SigBlk:") | first.delivered.map_or(0, bit);
    let survived = HARMLESS.into_iter().map(bit).fold(set("SigIgn:") | set("SigCgt:"), |all, one| all | one);
    unheard || on_its_way & !survived != 0
}
