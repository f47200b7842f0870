//! Stops at the borders of a program's own code, for surveys of programs that their libraries are linked into.
//!
//! Go's scheduler and the executors of Rust's crates are part of the program's file, make thousands of instructions for each of the program's own, and
//! call it back. So they run at full speed, and a trap instruction stands where the program's own code may be come to: at the
//! beginning of each of its functions, and where a call that it made comes back to it. The processor's debug registers
//! would hold four of these. Only a survey writes into the code: what it sees is a program's memory, never its results.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use super::memory;
use super::regs::{Registers, TRAP};
use super::task::Slot;
use super::tracee::Resume;
use super::world::World;

/// The traps, and what stood in their place.
#[derive(Debug, Default)]
pub(super) struct Gates {
    before: BTreeMap<u64, u8>,
    /// Whether they stand there now.
    shut: bool,
}

fn memory_of(pid: i32) -> Option<File> {
    OpenOptions::new().write(true).open(format!("/proc/{pid}/mem")).ok()
}

impl Gates {
    /// Where functions begin.
    pub(super) fn new(pid: i32, functions: &[Range<u64>]) -> Self {
        let mut gates = Self::default();
        for function in functions {
            gates.add(pid, function.start);
        }
        gates
    }

    /// Adds one that does not stand there yet.
    pub(super) fn add(&mut self, pid: i32, at: u64) {
        if let Ok(&[byte]) = memory::read_some(pid, at, 1).as_deref()
            && !self.before.contains_key(&at)
        {
            self.before.insert(at, byte);
            if self.shut
                && let Some(memory) = memory_of(pid)
            {
                // A process that is gone is told of by a wait.
                let _ = memory.write_all_at(&[TRAP], at);
            }
        }
    }

    /// Puts all of them in their places.
    pub(super) fn shut(&mut self, pid: i32) {
        if !std::mem::replace(&mut self.shut, true)
            && let Some(memory) = memory_of(pid)
        {
            for at in self.before.keys() {
                let _ = memory.write_all_at(&[TRAP], *at);
            }
        }
    }

    /// Puts back what stood in their places in a process, which may be a child of the one that they are for.
    pub(super) fn open(&mut self, pid: i32, root: i32) {
        self.shut &= pid != root;
        if let Some(memory) = memory_of(pid) {
            for (at, byte) in &self.before {
                let _ = memory.write_all_at(&[*byte], *at);
            }
        }
    }

    /// Whether there is one.
    pub(super) fn is_at(&self, at: u64) -> bool {
        self.before.contains_key(&at)
    }

    /// Opens one, or shuts it again.
    pub(super) fn set(&self, pid: i32, at: u64, open: bool) {
        if let Some(byte) = self.before.get(&at).filter(|_| self.shut)
            && let Some(memory) = memory_of(pid)
        {
            let _ = memory.write_all_at(&[if open { *byte } else { TRAP }], at);
        }
    }

    /// Code as it is without them.
    pub(super) fn without(&self, at: u64, code: &mut [u8]) {
        for (place, byte) in code.iter_mut().enumerate() {
            if let Some(before) = self.before.get(&at.wrapping_add(place as u64)) {
                *byte = *before;
            }
        }
    }
}

impl World<'_> {
    /// Whether a thread that stopped by a SIGTRAP came to a gate: it is set back to where the gate stands.
    pub(super) fn is_at_gate(&mut self, tid: i32) -> bool {
        let (Some(gates), Some(task)) =
            (self.survey.as_ref().and_then(super::survey::Survey::gates), self.tasks.get(&tid))
        else {
            return false;
        };
        let Slot::Stopped(stopped) = &task.slot else { return false };
        let Ok(mut registers) = stopped.registers() else { return false };
        let at = registers.instruction().wrapping_sub(1);
        if !gates.is_at(at) {
            return false;
        }
        registers.set_instruction(at);
        stopped.set_registers(&registers).is_ok()
    }

    /// A thread came to a gate: it is followed from there on, or goes on without any where it is not.
    pub(super) fn came_to_gate(&mut self, tid: i32) {
        let (root, pid) = (self.root, self.tasks.get(&tid).map_or(tid, |task| task.pid));
        if !self.is_surveyed(tid)
            && let Some(gates) = self.survey.as_mut().and_then(super::survey::Survey::gates_mut)
        {
            gates.open(pid, root);
        }
        self.release(tid, Resume::Go(0));
    }
}
