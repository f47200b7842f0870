//! System calls of ours, made by a program that stands at its exec, before its first instruction.
//!
//! It makes them one step at a time, and nothing else runs in it: it has one thread, and its signals wait.

use std::io;

use crate::sys::ptrace;
use crate::sys::wait::{self, Waited};
use crate::tracer::regs::{Native, Registers};

/// A program that makes calls for us. Its registers and its blocked signals are put back by [`Steps::end`].
pub(super) struct Steps {
    tid: i32,
    registers: Native,
    blocked: u64,
    /// Where an instruction for system calls stands.
    instruction: u64,
    /// How often it stopped.
    pub(super) stops: u64,
}

/// Why a call was not made.
pub(super) enum Failure {
    /// The kernel would not.
    Refused,
    /// Something else came in between: the thread has stopped, or is gone, by this status.
    Overtaken(i32),
}

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Self {
        Self::Refused
    }
}

impl Steps {
    /// Brings the program from its exec to just before its first instruction.
    pub(super) fn begin(tid: i32, instruction: u64) -> Result<Self, Failure> {
        let registers = Native::read(tid)?;
        let blocked = ptrace::block_signals(tid, u64::MAX)?;
        let mut steps = Self { tid, registers, blocked, instruction, stops: 0 };
        // The kernel still has to return from the exec, which sets a register.
        let begun = steps.step();
        if begun.is_ok() {
            steps.registers = Native::read(tid)?;
            return Ok(steps);
        }
        steps.end()?;
        begun.map(|()| steps)
    }

    /// Makes a system call, and returns what it returned.
    pub(super) fn call(&mut self, number: i64, arguments: [u64; 6]) -> Result<u64, Failure> {
        let mut registers = self.registers;
        registers.make_call(self.instruction, number, arguments);
        registers.write(self.tid)?;
        self.step()?;
        match Native::read(self.tid)?.result() {
            -4095..0 => Err(Failure::Refused),
            result => Ok(result.cast_unsigned()),
        }
    }

    /// Puts everything back. A thread that is gone is left alone.
    pub(super) fn end(&self) -> io::Result<()> {
        match self.registers.write(self.tid).and_then(|()| ptrace::block_signals(self.tid, self.blocked)) {
            Err(error) if error.raw_os_error() != Some(libc::ESRCH) => Err(error),
            _ => Ok(()),
        }
    }

    fn step(&mut self) -> Result<(), Failure> {
        ptrace::step(self.tid)?;
        loop {
            match wait::one(self.tid)? {
                Waited::Changed(_, status) => {
                    self.stops += 1;
                    let step = libc::WIFSTOPPED(status) && status >> 8 == libc::SIGTRAP;
                    return if step { Ok(()) } else { Err(Failure::Overtaken(status)) };
                }
                Waited::Interrupted => {}
                Waited::Nothing | Waited::NoneLeft => return Err(Failure::Refused),
            }
        }
    }
}
