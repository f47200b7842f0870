//! The processor's cycle counter is a clock, too: reading it stops the program, and the counter counts virtual nanoseconds.
//!
//! The kernel traps it by a SIGSEGV of its own (`PR_SET_TSC`, set before the program begins, kept by exec and fork). The
//! program never sees that signal. Two things remain: a thread that blocks or ignores SIGSEGV while it reads the counter has
//! the signal's default effect from then on, since the kernel forces it; and a thread that counts by itself is a clock that
//! nobody can take away.

use std::io;

use super::memory;
use super::regs::Registers;
use super::task::Slot;
use super::time::Time;
use super::tracee::Resume;
use super::world::World;
use crate::sys::ptrace;
use crate::sys::signal::SI_KERNEL;

impl World<'_> {
    /// Whether the signal for which a thread is stopped was only a reading of the cycle counter. Then it is answered, and
    /// the thread goes on.
    pub(super) fn answered_cycle_counter(&mut self, tid: i32, signal: i32) -> io::Result<bool> {
        if signal != libc::SIGSEGV || ptrace::signal_info(tid)?.code() != SI_KERNEL {
            return Ok(false);
        }
        let Some(Slot::Stopped(stopped)) = self.tasks.get(&tid).map(|task| &task.slot) else { return Ok(false) };
        let mut registers = stopped.registers()?;
        let mut code = [0; 3];
        // Memory may end behind it, or be closed to readers: then it is a fault as any other.
        let there = memory::read_some(tid, registers.instruction(), code.len()).unwrap_or_default();
        code[..there.len()].copy_from_slice(&there);
        let moment = self.time.after_reading();
        if !registers.answer_cycle_counter(code, Time::monotonic(moment)) {
            return Ok(false);
        }
        self.time.jump(moment);
        stopped.set_registers(&registers)?;
        // Under a schedule this is no place to choose: it orders nothing, and a dynamic loader reads the counter before main.
        if self.turns.as_ref().is_none_or(|turns| turns.has_turn(tid)) {
            self.let_go(tid, Resume::Go(0));
        } else {
            self.release(tid, Resume::Go(0));
        }
        Ok(true)
    }
}
