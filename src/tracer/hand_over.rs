//! A thread is made to give its interpreter's lock away between two instructions of its script.
//!
//! Where it stands, nothing of its own is half done. So it is made to call the interpreter's function that gives the lock away, as
//! if the call stood there; then others have their turns; and when it has its own again, it calls the one that takes the lock, and
//! goes on with the registers that it had. Both calls return to where it stands, which is marked: so we are told.

use super::bytecode::{self, LockFunctions};
use super::memory;
use super::regs::{Native, Registers};
use super::task::Slot;
use super::tracee::Resume;
use super::world::World;
use crate::schedule::Preemption;
use crate::sys::ptrace::{self, FloatingPoint};

/// The stack at a call, by the ABI.
const ALIGNMENT: u64 = 16;

/// How far a thread is with it.
#[derive(Debug)]
pub(super) struct HandOver {
    registers: Native,
    floating_point: Box<FloatingPoint>,
    /// What comes when the lock was given away; none once it did.
    preemption: Option<Preemption>,
}

impl World<'_> {
    fn lock_functions(&self) -> Option<LockFunctions> {
        let known = || self.interpreter_of(self.root).and_then(|_| bytecode::lock_functions(self.root));
        *self.lock_functions.get_or_init(known)
    }

    /// Whether a thread that stands before an instruction of a script is in one of the program's own.
    pub(super) fn is_in_own_script(&mut self, tid: i32) -> bool {
        self.lock_functions().is_none_or(|functions| self.scripts.is_own(tid, functions.runtime))
    }

    /// Makes a thread that stands before an instruction of its script give the lock away; false when it cannot.
    pub(super) fn hand_over(&mut self, tid: i32, preemption: Preemption) -> bool {
        let (Some(functions), Some(task)) = (self.lock_functions(), self.tasks.get_mut(&tid)) else { return false };
        let Slot::Stopped(stopped) = &task.slot else { return false };
        let (Ok(registers), Ok(floating_point)) = (stopped.registers(), ptrace::floating_point(tid)) else {
            return false;
        };
        if registers.stack() % ALIGNMENT != 0 || !call(tid, &registers, functions.release, 0) {
            return false;
        }
        task.hand_over = Some(Box::new(HandOver {
            registers,
            floating_point: Box::new(floating_point),
            preemption: Some(preemption),
        }));
        self.let_go(tid, Resume::Go(0));
        true
    }

    /// A thread came back from one of these calls.
    pub(super) fn came_back(&mut self, tid: i32) {
        let functions = self.lock_functions();
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let Some(mut hand_over) = task.hand_over.take() else { return };
        if let Some(preemption) = hand_over.preemption.take() {
            // A thread that was killed where it stood is told of by the next wait.
            if let (Some(functions), Ok(thread)) = (functions, Native::read(tid)) {
                call(tid, &hand_over.registers, functions.take, thread.result().cast_unsigned());
            }
            task.hand_over = Some(hand_over);
            self.preempt(tid, preemption, false);
            return;
        }
        let _ = ptrace::set_floating_point(tid, &hand_over.floating_point);
        let _ = hand_over.registers.write(tid);
        self.mark(tid);
        self.let_go(tid, Resume::Go(0));
    }
}

/// Makes a thread with these registers call a function that returns to where it stands; whether that could be done.
fn call(tid: i32, registers: &Native, function: u64, argument: u64) -> bool {
    let back = registers.instruction().to_ne_bytes();
    let mut calling = *registers;
    calling.call_function(function, argument);
    memory::write(tid, calling.stack(), &back).is_ok() && calling.write(tid).is_ok()
}
