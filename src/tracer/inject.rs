//! A call of ours in place of the program's, after which the program makes its own.
//!
//! Used to bring more calls to the tracer from now on: a filter cannot be changed from outside, but a process can be made to
//! put one more on itself and all its threads. So rare features cost nothing to programs that do not use them.

use std::io;

use seccompiler::BpfProgram;

use super::memory;
use super::regs::{Native, Registers, calls};
use super::world::{Caller, World};

pub(super) const SECCOMP_SET_MODE_FILTER: u64 = 1;
const SECCOMP_FILTER_FLAG_TSYNC: u64 = 1;
/// Below the stack pointer, a function may use this much without moving it (System V ABI).
const RED_ZONE: u64 = 128;

/// A filter as the kernel takes it, at `at` in the program's memory: a `sock_fprog`, the number of instructions and (past a hole)
/// where they are, and the instructions.
pub(super) fn for_kernel(program: &BpfProgram, at: u64) -> Vec<u8> {
    let code = program.iter().flat_map(|one| {
        let (code, operand) = (one.code.to_ne_bytes(), one.k.to_ne_bytes());
        code.into_iter().chain([one.jt, one.jf]).chain(operand)
    });
    let count = u64::try_from(program.len()).unwrap_or_default();
    count.to_ne_bytes().into_iter().chain((at + 16).to_ne_bytes()).chain(code).collect()
}

/// What to put back when the call has returned.
#[derive(Debug)]
pub(super) struct Injected {
    original: Native,
    scratch_at: u64,
    scratch: Vec<u8>,
    /// What is not covered when the kernel refuses; none: too little to give up virtual time for.
    otherwise: Option<&'static str>,
}

impl Injected {
    /// Makes a thread that stands before a call put a filter on its process instead.
    pub(super) fn filter(
        caller: Caller,
        registers: &mut Native,
        program: &BpfProgram,
        otherwise: Option<&'static str>,
    ) -> io::Result<Self> {
        let original = *registers;
        let length = u64::try_from(for_kernel(program, 0).len()).unwrap_or_default();
        // A stack pointer may be any number: what lies nowhere cannot be read, and the call is made as it is.
        let scratch_at = registers.stack().wrapping_sub(RED_ZONE + length) & !15;
        let bytes = for_kernel(program, scratch_at);
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
        if registers.result() != 0
            && let Some(what) = self.otherwise
        {
            world.not_virtualised(what);
        }
        for index in 0..6 {
            registers.set_argument(index, self.original.argument(index));
        }
        registers.rewind(self.original.number());
        memory::write(caller.tid, self.scratch_at, &self.scratch)
    }
}
