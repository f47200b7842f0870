//! Preemption within an instruction that reads memory, changes what it read, and writes it back.
//!
//! `counter++` is one such instruction (`add`, `inc`) once a compiler optimises, and on one processor nobody comes between its two halves. On
//! several everybody may: only what is locked is whole (Intel's manual, volume 3, chapter 9). Runs have one processor. So a
//! thread that is preempted there is, in some schedules, one that has read already: when it goes on, what it had read stands there again, and
//! the instruction makes of that what it makes.

use super::memory;
use super::regs::{LONGEST, Operand, Registers};
use super::task::Slot;
use super::world::World;

/// What a thread had read.
#[derive(Debug)]
pub(super) struct Torn {
    /// The instruction.
    at: u64,
    address: u64,
    read: Vec<u8>,
}

impl World<'_> {
    /// A thread is preempted where it stands: if that is before such an instruction, it is taken to have read.
    pub(super) fn tear(&mut self, tid: i32) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let Slot::Stopped(stopped) = &task.slot else { return };
        let Ok(registers) = stopped.registers() else { return };
        let at = registers.instruction();
        let operand = memory::read_some(tid, at, LONGEST).ok().and_then(|code| Operand::decode(&code));
        if let Some(operand) = operand
            && let Some(size) = operand.torn
        {
            let address = registers.address(&operand);
            let mut read = vec![0; size];
            task.torn = memory::read(tid, address, &mut read).ok().map(|()| Torn { at, address, read });
        }
    }

    /// A thread goes on: what it had read stands there again.
    pub(super) fn mend_torn(&mut self, tid: i32) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let Some(torn) = task.torn.take() else { return };
        let Slot::Stopped(stopped) = &task.slot else { return };
        if stopped.registers().is_ok_and(|registers| registers.instruction() == torn.at) {
            // What is no longer mapped cannot be written by the thread, either.
            let _ = memory::write(tid, torn.address, &torn.read);
        }
    }
}
