//! What is different from CPU to CPU: registers and system call numbers. One folder a CPU; a port adds a folder and a
//! line here, and touches nothing else.

mod number;
#[cfg(target_arch = "x86_64")]
mod x86_64;

pub(super) use number::{address, int, negative, word};
#[cfg(target_arch = "x86_64")]
pub(super) use x86_64::{
    CALL_INSTRUCTION, CALLS, FILTER_ARCH, LONGEST, Native, ORDERING, Operand, TRAP, WATCHPOINTS, break_at, calls,
    code_before, is_call, may_read_thread_pointer, take_hits, watch_words, written,
};

use std::io;

/// The watched words that a thread wrote to before a stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hits {
    /// Their places among those that are watched.
    pub(super) slots: Vec<usize>,
    /// Whether the stop is also the end of a single step.
    pub(super) stepped: bool,
}

/// What a thread is stopped at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breakpoint {
    /// Before this instruction.
    Instruction(u64),
    /// After a use of this word of memory.
    Word(u64),
}

/// How an instruction writes to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It puts another value in the place of one, in one step: a word of 32 bits.
    Exchange,
    /// The same, with 64 bits.
    WideExchange,
    /// It adds, or it stores without having looked.
    Otherwise,
}

/// The registers of a stopped thread, as far as system calls go.
pub(super) trait Registers: Sized {
    /// Reads them from a stopped thread.
    fn read(tid: i32) -> io::Result<Self>;
    /// Writes them back.
    fn write(&self, tid: i32) -> io::Result<()>;
    /// The system call's number; negative when it is none.
    fn number(&self) -> i64;
    /// Makes it another system call; -1 skips it.
    fn set_number(&mut self, number: i64);
    /// Its argument, 0 to 5.
    fn argument(&self, index: usize) -> u64;
    /// Changes an argument.
    fn set_argument(&mut self, index: usize, value: u64);
    /// What it returned; before it ran, this is not meaningful.
    fn result(&self) -> i64;
    /// Changes what it returned.
    fn set_result(&mut self, value: i64);
    /// The stack pointer.
    fn stack(&self) -> u64;
    /// The thread pointer: no two threads of a process have the same.
    fn thread_pointer(&self) -> u64;
    /// Makes the thread, which stands outside of any system call, make this one: `instruction` is where the instruction for
    /// system calls stands in its memory.
    fn make_call(&mut self, instruction: u64, number: i64, arguments: [u64; 6]);
    /// Makes the thread, which stands outside of any system call, call this function, as if from where it stands; where it is to
    /// return to belongs where the stack pointer is then.
    fn call_function(&mut self, function: u64, argument: u64);
    /// The thread stands before the instruction for system calls: makes it go on behind it as if the call had returned this.
    fn skip_call(&mut self, result: i64);
    /// Whether a thread outside of any call that has these registers does the same as one with those.
    fn is_same_as(&self, other: &Self) -> bool;
    /// Where it goes on.
    fn instruction(&self) -> u64;
    /// Makes it go on there.
    fn set_instruction(&mut self, at: u64);
    /// The first two arguments of a function that the thread has just called, by C's convention.
    fn passed(&self) -> [u64; 2];
    /// The same by Go's.
    fn passed_in_go(&self) -> [u64; 2];
    /// The running goroutine, in Go's own code.
    fn goroutine(&self) -> u64;
    /// Where the operand in memory is of the instruction at which it goes on.
    fn address(&self, operand: &Operand) -> u64;
    /// When `code`, which stands where it goes on, begins with an instruction that reads the processor's cycle counter: does
    /// what that would do, with `ticks` as what the counter says. Whether it was one.
    fn answer_cycle_counter(&mut self, code: [u8; 3], ticks: u64) -> bool;
    /// Sets the thread back so that it makes the system call `number` (again) when it goes on.
    fn rewind(&mut self, number: i64);

    /// Answers the call without the kernel.
    fn answer(&mut self, value: i64) {
        self.set_number(-1);
        self.set_result(value);
    }
}
