//! The auxiliary vector of a new program, on the stack of its first instruction.

use std::io;

use crate::tracer::memory;

const AT_NULL: i64 = 0;
const AT_IGNORE: i64 = 1;
const AT_RANDOM: i64 = 25;
const AT_HWCAP2: i64 = 26;
const AT_SYSINFO_EHDR: i64 = 33;
/// Arguments and environment, with nine bytes for the shortest of them, take at most 6 MiB however large the stack may be
/// (`bprm_stack_limits` of the kernel).
const MOST_WORDS: usize = 1 << 20;

/// What of it concerns the vDSO.
pub(super) struct Auxv {
    tid: i32,
    /// Where the entry stands that tells of the vDSO.
    entry_at: u64,
    /// Where the kernel put the vDSO.
    pub(super) vdso: u64,
    /// Where 16 random bytes are.
    random_at: Option<u64>,
    /// What the machine offers to programs, second part.
    pub(super) hwcap2: i64,
}

impl Auxv {
    /// Reads it; `stack` is the stack pointer at the first instruction. None when the kernel tells of no vDSO.
    pub(super) fn read(tid: i32, stack: u64) -> io::Result<Option<Self>> {
        // argc, the arguments, a null, the environment, a null, then pairs up to AT_NULL.
        let mut words = Words { tid, at: stack, chunk: Vec::new() };
        let arguments = usize::try_from(words.get(0)?).unwrap_or(MOST_WORDS);
        let mut index = arguments.saturating_add(2);
        while index < MOST_WORDS && words.get(index)? != 0 {
            index += 1;
        }
        index += 1;
        let mut found = None;
        let mut hwcap2 = 0;
        let mut random_at = None;
        while index < MOST_WORDS {
            match words.get(index)? {
                AT_NULL => break,
                AT_SYSINFO_EHDR => found = Some((index, words.get(index + 1)?.cast_unsigned())),
                AT_RANDOM => random_at = Some(words.get(index + 1)?.cast_unsigned()),
                AT_HWCAP2 => hwcap2 = words.get(index + 1)?,
                _ => {}
            }
            index += 2;
        }
        Ok(found.map(|(index, vdso)| {
            let entry_at = stack + u64::try_from(index * 8).unwrap_or_default();
            Self { tid, entry_at, vdso, random_at, hwcap2 }
        }))
    }

    /// Puts these in the place of the program's 16 random bytes.
    pub(super) fn give_chance(&self, chance: [u64; 2]) -> io::Result<()> {
        self.random_at.map_or(Ok(()), |at| memory::write_words(self.tid, at, &chance.map(u64::cast_signed)))
    }

    /// Tells the program that its vDSO is at `address`; or that it has none.
    pub(super) fn tell(&self, address: Option<u64>) -> io::Result<()> {
        let entry = address.map_or([AT_IGNORE, 0], |address| [AT_SYSINFO_EHDR, address.cast_signed()]);
        memory::write_words(self.tid, self.entry_at, &entry)
    }
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
