//! A call of ours in place of the program's, after which the program makes its own.
//!
//! Used to bring more calls to the tracer from now on: a filter cannot be changed from outside, but a process can be made to
//! put one more on itself and all its threads. So rare features cost nothing to programs that do not use them.

use std::io;

use seccompiler::BpfProgram;

use super::memory;
use super::regs::{Native, Registers, calls};
use super::world::{Caller, World};

const SECCOMP_SET_MODE_FILTER: u64 = 1;
const SECCOMP_FILTER_FLAG_TSYNC: u64 = 1;
/// Below the stack pointer, a function may use this much without moving it (System V ABI).
const RED_ZONE: u64 = 128;

/// What to put back when the call has returned.
#[derive(Debug)]
pub(super) struct Injected {
    original: Native,
    scratch_at: u64,
    scratch: Vec<u8>,
    /// What is not covered when the kernel refuses.
    otherwise: &'static str,
}

impl Injected {
    /// Makes a thread that stands before a call put a filter on its process instead.
    pub(super) fn filter(
        caller: Caller,
        registers: &mut Native,
        program: &BpfProgram,
        otherwise: &'static str,
    ) -> io::Result<Self> {
        let original = *registers;
        let code: Vec<u8> = program
            .iter()
            .flat_map(|one| {
                let (code, operand) = (one.code.to_ne_bytes(), one.k.to_ne_bytes());
                code.into_iter().chain([one.jt, one.jf]).chain(operand)
            })
            .collect();
        let length = u64::try_from(code.len()).unwrap_or_default() + 16;
        // A stack pointer may be any number: what lies nowhere cannot be read, and the call is made as it is.
        let scratch_at = registers.stack().wrapping_sub(RED_ZONE + length) & !15;
        // A `sock_fprog`: the number of instructions, and (past a hole) where they are.
        let mut bytes = (length / 8 - 2).to_ne_bytes().to_vec();
        bytes.extend((scratch_at + 16).to_ne_bytes());
        bytes.extend(code);
        let mut scratch = vec![0; bytes.len()];
        memory::read(caller.tid, scratch_at, &mut scratch)?;
        memory::write(caller.tid, scratch_at, &bytes)?;
        registers.set_number(calls::SECCOMP);
        registers.set_argument(0, SECCOMP_SET_MODE_FILTER);
        registers.set_argument(1, SECCOMP_FILTER_FLAG_TSYNC);
        registers.set_argument(2, scratch_at);
        Ok(Self { original, scratch_at, scratch, otherwise })
    }

    /// Puts everything back, and lets the thread make its own call again.
    pub(super) fn put_back(&self, world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<()> {
        if registers.result() != 0 {
            world.not_virtualised(self.otherwise);
        }
        for index in 0..6 {
            registers.set_argument(index, self.original.argument(index));
        }
        registers.rewind(self.original.number());
        memory::write(caller.tid, self.scratch_at, &self.scratch)
    }
}
