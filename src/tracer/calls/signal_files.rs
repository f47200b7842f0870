//! Signals that a program reads from a file (`signalfd`), as far as they come of timers: what we sent looks as if the kernel had.

use std::io;

use super::{Then, When, at_least, signal_timers};
use crate::tracer::filter;
use crate::tracer::inject::Injected;
use crate::tracer::memory;
use crate::tracer::procfs;
use crate::tracer::regs::{CALLS, Native, Registers, int};
use crate::tracer::task::Seen;
use crate::tracer::world::{Caller, World};

const NAME: &str = "signals of timers read from a file";
/// The size of a `struct signalfd_siginfo`.
const SIZE: usize = 128;
/// A read of less brings no signal, and goes on at full speed.
const READS_SIGNALS: When = &[&[at_least(2, SIZE as u64)]];

/// `signalfd`: from now on the process's reads that may bring signals come to us.
pub(super) fn make(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    // Under a schedule these calls stop in any case.
    let sees = world.turns.is_some();
    let Some(process) = world.processes.get_mut(&caller.pid) else { return Ok(Then::Go) };
    if std::mem::replace(&mut process.sees_signal_files, true) || sees {
        return Ok(Then::Go);
    }
    let calls: Vec<_> =
        CALLS.iter().filter(|(_, name, _)| *name == "read").map(|(number, ..)| (*number, READS_SIGNALS)).collect();
    let program = filter::tracing(&calls).map_err(io::Error::other)?;
    let injected = Injected::filter(caller, registers, &program, Some(NAME))?;
    Ok(Then::Replace(Seen::Injected(Box::new(injected))))
}

/// A read that may bring a signal.
pub(super) fn may_read(world: &World<'_>, caller: Caller, registers: &Native) -> Option<Then> {
    let sees = world.processes.get(&caller.pid).is_some_and(|process| process.sees_signal_files);
    let reads = sees && super::name(registers.number()) == "read";
    let is_signals = || procfs::descriptor(caller.tid, int(registers.argument(0)))?.contains("signalfd").then_some(());
    (reads && is_signals().is_some()).then(|| Then::See(Seen::SignalFile { at: registers.argument(1) }))
}

/// It returned with so many bytes.
pub(super) fn read(world: &mut World<'_>, caller: Caller, at: u64, length: i64) -> io::Result<()> {
    let length = usize::try_from(length).unwrap_or(0);
    for place in (at..).step_by(SIZE).take(length / SIZE) {
        let mut bytes = [0; SIZE];
        memory::read(caller.tid, place, &mut bytes)?;
        let int_at = |from: usize| i32::from_ne_bytes(bytes[from..from + 4].try_into().expect("four bytes"));
        let (signal, code, timer) = (int_at(0), int_at(8), int_at(24));
        match signal_timers::taken(world, caller, signal, code, timer) {
            Some(signal_timers::Taken::Alarm { code }) => {
                // The kernel has no process and no user.
                let told: Vec<u8> = [code, 0, 0].into_iter().flat_map(i32::to_ne_bytes).collect();
                memory::write(caller.tid, place + 8, &told)?;
            }
            Some(signal_timers::Taken::Timer { overrun }) => {
                memory::write(caller.tid, place + 32, &overrun.to_ne_bytes())?;
            }
            None => {}
        }
    }
    Ok(())
}
