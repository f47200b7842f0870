//! Whose script a thread of an interpreter is in: the program's own, or the library's.
//!
//! The library's scripts are as right as its machine code; to switch threads within them costs turns and shows nothing. What a thread
//! runs is found by way of the interpreter's structures, whose layout is that of `CPython` 3.11.

use std::collections::BTreeMap;

use super::memory;

/// Where the current thread's state is in the interpreter's, and what leads from there to the name of the file.
pub(super) const CURRENT_THREAD: u64 = 0x240;
pub(super) const FRAMES: u64 = 0x38;
pub(super) const CURRENT_FRAME: u64 = 8;
pub(super) const CODE: u64 = 0x20;
const FILE_NAME: u64 = 0x70;
/// A text: its length, its kind, and where it begins when each character is a byte.
const LENGTH: u64 = 16;
const STATE: u64 = 32;
const ASCII: u8 = 0x40;
const TEXT: u64 = 48;
/// The longest path that is looked at.
const LONGEST: u64 = 4096;

/// What is known of the scripts of one process.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    own: BTreeMap<u64, bool>,
}

impl Scripts {
    /// Whether the thread that holds the lock is in a script of the program's own; also where that cannot be told.
    pub(super) fn is_own(&mut self, tid: i32, runtime: u64) -> bool {
        let word = |at: u64| memory::read_words::<1>(tid, at).ok().map(|[word]| word.cast_unsigned());
        let code = || word(word(word(word(runtime + CURRENT_THREAD)? + FRAMES)? + CURRENT_FRAME)? + CODE);
        let Some(code) = code() else { return true };
        *self.own.entry(code).or_insert_with(|| file_name(tid, code).is_none_or(|name| !is_library(&name)))
    }
}

/// The name of the file that a piece of code comes from.
pub(super) fn file_name(tid: i32, code: u64) -> Option<String> {
    let text = memory::read_words::<1>(tid, code + FILE_NAME).ok()?[0].cast_unsigned();
    let state = memory::read_some(tid, text + STATE, 1).ok()?;
    let [length] = memory::read_words::<1>(tid, text + LENGTH).ok()?;
    let bytes = memory::read_some(tid, text + TEXT, usize::try_from(length.cast_unsigned().min(LONGEST)).ok()?).ok()?;
    state.first().filter(|state| *state & ASCII != 0).and_then(|_| String::from_utf8(bytes).ok())
}

/// Whether a file is one of the library's.
pub(super) fn is_library(name: &str) -> bool {
    name.starts_with("<frozen ") || name.contains("/lib/python3.")
}

#[cfg(test)]
mod tests {
    use super::is_library;

    #[test]
    fn the_library_is_known_by_its_folder() {
        for (name, is) in [
            ("/usr/lib/python3.11/threading.py", true),
            ("/home/me/.venv/lib/python3.11/site-packages/attr/_make.py", true),
            ("<frozen importlib._bootstrap>", true),
            ("/home/me/race.py", false),
            ("main.py", false),
            ("<string>", false),
        ] {
            assert_eq!(is_library(name), is, "{name}");
        }
    }
}
