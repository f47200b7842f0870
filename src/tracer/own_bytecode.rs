//! Which instructions there are in the functions of a program's own scripts.
//!
//! Of the kinds of instructions at which threads may be made to switch most do not occur in a short program, and a schedule that marks
//! those marks nothing. What the program's functions are is told by the constants of the script that runs: of a module its
//! functions and classes, of a class its methods. Modules of its own that it imported are not among them, so what was not found
//! may still be there. The layout is that of `CPython` 3.11.

use std::collections::BTreeSet;

use super::memory;
use super::script::{self, CODE, CURRENT_FRAME, CURRENT_THREAD, FRAMES};

/// What leads from a frame to the one that called it.
const PREVIOUS_FRAME: u64 = 0x30;
/// An object's type; of one that holds several things, how many.
const TYPE: u64 = 8;
const SIZE: u64 = 16;
/// The things that a tuple holds.
const ITEMS: u64 = 24;
/// Of a piece of code: its constants, and its instructions, of two bytes each.
const CONSTANTS: u64 = 24;
const INSTRUCTIONS: u64 = 0xb8;
/// So much is looked at, at most: frames, constants of one piece of code, pieces of code, and instructions of one.
const MOST_FRAMES: usize = 200;
const MOST_CONSTANTS: u64 = 4_096;
const MOST_PIECES: usize = 2_000;
const MOST_INSTRUCTIONS: u64 = 1 << 16;

/// The numbers of the instructions in the functions of the script that the thread with the interpreter's lock runs; none where they
/// cannot be read.
pub(super) fn of_functions(pid: i32, runtime: u64) -> BTreeSet<u8> {
    let mut walk = Walk { pid, seen: BTreeSet::new(), found: BTreeSet::new() };
    for code in frames(pid, runtime).unwrap_or_default() {
        if script::file_name(pid, code).is_some_and(|name| !script::is_library(&name)) {
            // What stands in the frame of a module itself one thread does alone, mostly.
            walk.functions(code);
        }
    }
    walk.found
}

fn word(pid: i32, at: u64) -> Option<u64> {
    memory::read_words::<1>(pid, at).ok().map(|[word]| word.cast_unsigned())
}

/// The pieces of code of the calls that are under way.
fn frames(pid: i32, runtime: u64) -> Option<Vec<u64>> {
    let mut frame = word(pid, word(pid, word(pid, runtime + CURRENT_THREAD)? + FRAMES)? + CURRENT_FRAME)?;
    let mut frames = Vec::new();
    while frame != 0 && frames.len() < MOST_FRAMES {
        frames.push(word(pid, frame + CODE)?);
        frame = word(pid, frame + PREVIOUS_FRAME)?;
    }
    Some(frames)
}

struct Walk {
    pid: i32,
    seen: BTreeSet<u64>,
    found: BTreeSet<u8>,
}

impl Walk {
    /// The functions among the constants of a piece of code, and those in them.
    fn functions(&mut self, code: u64) {
        if self.seen.len() >= MOST_PIECES || !self.seen.insert(code) {
            return;
        }
        for inner in self.inner(code).unwrap_or_default() {
            if self.instructions(inner).is_some() {
                self.functions(inner);
            }
        }
    }

    /// The constants that are pieces of code themselves.
    fn inner(&self, code: u64) -> Option<Vec<u64>> {
        let kind = word(self.pid, code + TYPE)?;
        let constants = word(self.pid, code + CONSTANTS)?;
        let count = word(self.pid, constants + SIZE)?.min(MOST_CONSTANTS);
        let items = (0..count).filter_map(|index| word(self.pid, constants + ITEMS + 8 * index));
        Some(items.filter(|item| word(self.pid, item + TYPE) == Some(kind)).collect())
    }

    fn instructions(&mut self, code: u64) -> Option<()> {
        let count = word(self.pid, code + SIZE)?.min(MOST_INSTRUCTIONS);
        let bytes = memory::read_some(self.pid, code + INSTRUCTIONS, usize::try_from(2 * count).ok()?).ok()?;
        // What stands between them are caches, which a function that has not run yet has empty.
        self.found.extend(bytes.chunks_exact(2).map(|instruction| instruction[0]));
        Some(())
    }
}
