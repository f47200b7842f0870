//! Hides the vDSO from a new program, so that reading a clock is a system call.
//!
//! The kernel tells a program where its vDSO is by an entry of the auxiliary vector, on the stack of its first
//! instruction. Overwritten with `AT_IGNORE`, glibc, musl and Go make the system call, static binaries too.

use std::io;

use super::memory;
use super::regs::Registers;
use super::task::{Slot, Task};

const AT_NULL: i64 = 0;
const AT_IGNORE: i64 = 1;
const AT_SYSINFO_EHDR: i64 = 33;
/// Arguments and environment have at most 2 MiB of pointers (a quarter of the largest usual stack).
const MOST_WORDS: usize = 1 << 18;

/// Hides it; `task` stands at its exec.
pub(super) fn hide(task: &Task) -> io::Result<()> {
    let Slot::Stopped(stopped) = &task.slot else { return Ok(()) };
    let stack = stopped.registers()?.stack();
    // argc, the arguments, a null, the environment, a null, then pairs up to AT_NULL.
    let mut words = Words { tid: task.tid, at: stack, chunk: Vec::new() };
    let arguments = usize::try_from(words.get(0)?).unwrap_or(MOST_WORDS);
    let mut index = arguments + 2;
    while index < MOST_WORDS && words.get(index)? != 0 {
        index += 1;
    }
    index += 1;
    while index < MOST_WORDS {
        match words.get(index)? {
            AT_NULL => break,
            AT_SYSINFO_EHDR => {
                let at = stack + u64::try_from(index * 8).unwrap_or_default();
                memory::write_words(task.tid, at, &[AT_IGNORE, 0])?;
                break;
            }
            _ => index += 2,
        }
    }
    Ok(())
}

/// Words of the stack, read a page at a time.
struct Words {
    tid: i32,
    at: u64,
    chunk: Vec<i64>,
}

impl Words {
    fn get(&mut self, index: usize) -> io::Result<i64> {
        while self.chunk.len() <= index {
            let at = self.at + u64::try_from(self.chunk.len() * 8).unwrap_or_default();
            // Up to the end of the page: the stack may end there.
            let length = 4096 - usize::try_from(at % 4096).unwrap_or_default();
            let bytes = memory::read_some(self.tid, at, length)?;
            if bytes.len() < 8 {
                return Err(io::Error::from_raw_os_error(libc::EFAULT));
            }
            self.chunk.extend(bytes.chunks_exact(8).map(|word| i64::from_ne_bytes(word.try_into().expect("eight"))));
        }
        Ok(self.chunk[index])
    }
}
