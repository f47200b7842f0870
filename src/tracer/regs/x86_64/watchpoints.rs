//! The processor's debug registers: it stops a thread after each write to one of four words, or before one of four instructions.

use std::io;
use std::mem::offset_of;

use crate::sys::ptrace;
use crate::tracer::regs::{Breakpoint, Hits, Written, address};

/// So many words a thread can be watched at once.
pub(in crate::tracer) const WATCHPOINTS: usize = 4;

/// What happened, by the debug status register.
const STATUS: usize = 6;
/// What is watched, by the debug control register.
const CONTROL: usize = 7;
/// The status bit of a single step.
const STEPPED: u64 = 1 << 14;

const fn register(number: usize) -> usize {
    offset_of!(libc::user, u_debugreg) + number * size_of::<u64>()
}

/// Stops a thread, which stands still, after each write to one of these words of 32 bits from now on.
pub(in crate::tracer) fn watch_words(tid: i32, words: &[u64]) -> io::Result<()> {
    let mut control = 0_u64;
    for (slot, word) in words.iter().take(WATCHPOINTS).enumerate() {
        ptrace::set_user_word(tid, register(slot), *word)?;
        // On, for this thread; on writes (01); four bytes (11).
        control |= 1 << (2 * slot) | 0b1101 << (16 + 4 * slot);
    }
    ptrace::set_user_word(tid, register(CONTROL), control)
}

/// Stops a thread, which stands still, by a SIGTRAP when it comes to one of these instructions (or has read or written one of these
/// words of 32 bits), and nowhere else from now on.
pub(in crate::tracer) fn break_at(tid: i32, places: &[Breakpoint]) -> io::Result<()> {
    // None is watched while a place is not what it was.
    ptrace::set_user_word(tid, register(CONTROL), 0)?;
    let mut control = 0_u64;
    for (slot, place) in places.iter().take(WATCHPOINTS).enumerate() {
        // On execution (00), one byte (00); else on reads and writes (11), four bytes (11).
        let (at, how) = match place {
            Breakpoint::Instruction(at) => (*at, 0),
            Breakpoint::Word(at) => (*at, 0b1111),
        };
        ptrace::set_user_word(tid, register(slot), at)?;
        control |= 1 << (2 * slot) | how << (16 + 4 * slot);
    }
    if control == 0 { Ok(()) } else { ptrace::set_user_word(tid, register(CONTROL), control) }
}

/// Which of its words a thread has just written to; asked once for a stop.
pub(in crate::tracer) fn take_hits(tid: i32) -> io::Result<Hits> {
    let status = ptrace::user_word(tid, register(STATUS))?;
    ptrace::set_user_word(tid, register(STATUS), 0)?;
    let slots = (0..WATCHPOINTS).filter(|slot| status & (1 << slot) != 0).collect();
    Ok(Hits { slots, stepped: status & STEPPED != 0 })
}

/// How many bytes before the next instruction [`written`] looks at: the longest instruction.
pub(in crate::tracer) const LONGEST_INSTRUCTION: usize = 15;

/// How the instruction at the end of `code` writes to memory.
pub(in crate::tracer) fn written(code: &[u8]) -> Written {
    let found = (2..=code.len()).filter_map(|length| exchange(&code[code.len() - length..]));
    found.into_iter().next().unwrap_or(Written::Otherwise)
}

/// `xchg` and `lock cmpxchg` with a word in memory, when that is the whole of `code`.
fn exchange(code: &[u8]) -> Option<Written> {
    let (locked, rest) = match code {
        [0xf0, rest @ ..] => (true, rest),
        _ => (false, code),
    };
    let (wide, rest) = match rest {
        [rex @ 0x40..=0x4f, rest @ ..] => (rex & 8 != 0, rest),
        _ => (false, rest),
    };
    let operand = match rest {
        [0x87, operand @ ..] => operand,
        [0x0f, 0xb1, operand @ ..] if locked => operand,
        _ => return None,
    };
    (operand.len() == memory_operand(operand)?).then_some(if wide { Written::WideExchange } else { Written::Exchange })
}

/// The length of an operand in memory: `ModRM`, `SIB`, displacement. None when it is a register.
fn memory_operand(code: &[u8]) -> Option<usize> {
    let first = *code.first()?;
    let (mode, base) = (first >> 6, first & 7);
    let sib = usize::from(base == 4);
    let displacement = match mode {
        0 if base == 5 => 4,
        0 if sib == 1 && code.get(1)? & 7 == 5 => 4,
        0 => 0,
        1 => 1,
        2 => 4,
        _ => return None,
    };
    Some(1 + sib + displacement)
}

/// The address before `at`, so that [`LONGEST_INSTRUCTION`] bytes end there.
pub(in crate::tracer) fn code_before(at: u64) -> (u64, usize) {
    let start = at.saturating_sub(LONGEST_INSTRUCTION as u64);
    (start, address(at - start))
}

#[cfg(test)]
mod tests {
    use super::{Written, written};

    #[test]
    fn an_exchange_is_told_from_an_addition_and_from_a_plain_store() {
        for (code, how) in [
            // lock cmpxchg %ecx,(%rdi)
            (&[0x31, 0xc0, 0xf0, 0x0f, 0xb1, 0x0f][..], Written::Exchange),
            // lock cmpxchg %r8d,0x18(%rsp)
            (&[0x90, 0xf0, 0x44, 0x0f, 0xb1, 0x44, 0x24, 0x18], Written::Exchange),
            // lock cmpxchg %rdx,(%rdi)
            (&[0x90, 0xf0, 0x48, 0x0f, 0xb1, 0x17], Written::WideExchange),
            // xchg %eax,(%rdi)
            (&[0x90, 0x90, 0x87, 0x07], Written::Exchange),
            // xchg %eax,0x2ea1(%rip)
            (&[0x90, 0x87, 0x05, 0xa1, 0x2e, 0, 0], Written::Exchange),
            // lock xadd %eax,(%rdi)
            (&[0x90, 0xf0, 0x0f, 0xc1, 0x07], Written::Otherwise),
            // lock incl (%rdi)
            (&[0x90, 0xf0, 0xff, 0x07], Written::Otherwise),
            // movl $1,(%rdi)
            (&[0x90, 0xc7, 0x07, 1, 0, 0, 0], Written::Otherwise),
            // mov %eax,(%rdi)
            (&[0x90, 0x90, 0x89, 0x07], Written::Otherwise),
            // xchg %eax,%ecx: no memory
            (&[0x90, 0x90, 0x87, 0xc1], Written::Otherwise),
        ] {
            assert_eq!(written(code), how, "{code:x?}");
        }
    }
}
