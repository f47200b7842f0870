//! Which code of a process is the program's own, and which memory its instructions touch that others could touch, too.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;

use super::gates::Gates;
use super::maps;
use super::memory;
use super::own_crates::own_crates;
use super::regs::{LONGEST, Native, Operand, Registers};
use super::symbols::{self, OwnFunctions};

/// Below the stack pointer a function may use this much.
const RED_ZONE: u64 = 128;
/// So far above its stack pointer a thread's own data are.
const STACK: u64 = 64 << 10;
/// So far from the thread pointer what belongs to the thread is.
const THREAD: u64 = 4096;

/// Where the code of the file is that a process runs.
#[derive(Debug, Default)]
pub(super) struct OwnCode {
    code: Vec<Range<u64>>,
    constant: Vec<Range<u64>>,
    /// Functions of the standard library, which is part of it, ascending.
    standard: Vec<Range<u64>>,
    /// The program's own functions, where the file holds libraries that are passed over.
    pub(super) functions: Option<OwnFunctions>,
    /// Instructions that were looked at, by place.
    operands: HashMap<u64, Option<Operand>>,
}

impl OwnCode {
    /// Looks where it is; empty for a process that is gone.
    pub(super) fn of(pid: i32) -> Self {
        let mut own = Self::default();
        let Some((program, pieces)) = maps::of_program(pid) else { return own };
        for piece in pieces {
            if piece.executable {
                own.code.push(piece.range.clone());
            }
            if !piece.writable {
                own.constant.push(piece.range);
            }
        }
        let base = own.constant.iter().map(|range| range.start).min().unwrap_or_default();
        let file = fs::read(format!("/proc/{pid}/exe")).unwrap_or_default();
        own.functions =
            symbols::own_functions(&file, base, || own_crates(pid, &program)).filter(|own| !own.ranges.is_empty());
        if own.functions.is_none() {
            own.standard = symbols::library(&file, base);
        }
        own
    }

    pub(super) fn is_go(&self) -> bool {
        self.functions.as_ref().is_some_and(|functions| functions.is_go)
    }

    /// Whether an instruction is the program's own: in its file, or in what is known to be its part of that.
    pub(super) fn holds(&self, at: u64) -> bool {
        match &self.functions {
            Some(OwnFunctions { ranges, .. }) => is_within(ranges, at),
            None => self.code.iter().any(|range| range.contains(&at)),
        }
    }

    /// Whether one of the program's own functions begins there, which libraries in the same file may call. (Go's are told apart otherwise.)
    pub(super) fn begins(&self, at: u64) -> bool {
        let begins = |own: &OwnFunctions| own.ranges.binary_search_by_key(&at, |range| range.start).is_ok();
        self.functions.as_ref().is_some_and(|own| !own.is_go && begins(own))
    }

    /// Whether it is of the standard library.
    pub(super) fn is_library(&self, at: u64) -> bool {
        is_within(&self.standard, at)
    }

    /// Whether an address is a thread's own, or cannot be written.
    pub(super) fn is_private(&self, address: u64, tid: i32, registers: &Native) -> bool {
        if self.is_go() {
            // Where a goroutine's stack begins and ends is told at the beginning of what describes it, and other objects may be near.
            let stack = memory::read_words(tid, registers.goroutine()).unwrap_or([0, 0]);
            return (stack[0].cast_unsigned()..stack[1].cast_unsigned()).contains(&address)
                || self.constant.iter().any(|range| range.contains(&address));
        }
        let near = |from: u64, below: u64, above: u64| address.wrapping_sub(from.wrapping_sub(below)) < below + above;
        near(registers.stack(), RED_ZONE, STACK)
            || near(registers.thread_pointer(), THREAD, THREAD)
            || self.constant.iter().any(|range| range.contains(&address))
    }

    /// Where the instruction at which a thread goes on touches memory that others could share, and whether it may write there.
    pub(super) fn access(&mut self, tid: i32, registers: &Native, gates: Option<&Gates>) -> Option<(u64, bool)> {
        let at = registers.instruction();
        // Followed, for what it calls may be the program's own again; told of it is nothing.
        if self.is_library(at) {
            return None;
        }
        let operand = self.operands.entry(at).or_insert_with(|| {
            let mut code = memory::read_some(tid, at, LONGEST).ok()?;
            if let Some(gates) = gates {
                gates.without(at, &mut code);
            }
            Operand::decode(&code)
        });
        let operand = (*operand)?;
        let address = registers.address(&operand);
        (!self.is_private(address, tid, registers)).then_some((address, operand.written))
    }

    /// What runs on a thread: itself, or one of Go's goroutines.
    pub(super) fn who(&self, tid: i32, registers: &Native) -> u64 {
        if self.is_go() { registers.goroutine() } else { u64::from(tid.cast_unsigned()) }
    }
}

/// Whether one of some ascending ranges holds this.
fn is_within(ranges: &[Range<u64>], at: u64) -> bool {
    let before = ranges.partition_point(|range| range.start <= at);
    before > 0 && ranges[before - 1].contains(&at)
}
