//! A call of ours in place of the program's, after which the program makes its own.

use std::io;

use super::memory;
use super::regs::{Native, Registers};
use super::world::{Caller, World};

/// What to put back when the call has returned.
#[derive(Debug)]
pub(super) struct Injected {
    pub(super) original: Native,
    pub(super) scratch_at: u64,
    pub(super) scratch: Vec<u8>,
}

impl Injected {
    /// Puts everything back, and lets the thread make its own call again.
    pub(super) fn put_back(&self, _world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<()> {
        memory::write(caller.tid, self.scratch_at, &self.scratch)?;
        let number = self.original.number();
        for index in 0..6 {
            registers.set_argument(index, self.original.argument(index));
        }
        registers.rewind(number);
        Ok(())
    }
}
