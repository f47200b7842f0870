//! Between which instructions of a script a thread may be made to give its interpreter's lock away.
//!
//! `CPython` says that a script's threads may switch between any two of its instructions, and only that single ones are whole (its
//! FAQ: `i = i + 1` and `D[x] = D[x] + 1` are not atomic). In fact it asks at calls and at the ends of loops alone, which hides most
//! races on one version and shows them on another. So a thread is stopped where the interpreter begins with an instruction of a
//! kind that matters to races, by the interpreter's own table of these places, and made to give the lock away there (see
//! `hand_over`).

use std::fs;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::sync::{Mutex, PoisonError};

use super::maps::{self, Mapping};
use super::memory;
use super::own_bytecode;
use super::symbols;
use crate::schedule::Place;

/// The table has one entry for each number of an instruction.
const INSTRUCTIONS: usize = 256;
/// So many of them at least are within the function that holds the loop: the compiler may put what is seldom elsewhere, and numbers that
/// stand for no instruction are many.
const MOST: usize = 128;
/// An instruction of the processor that ends a function.
const RETURN: u8 = 0xc3;

/// How much more often a kind is chosen that the functions of the program have.
const IN_ITS_FUNCTIONS: usize = 8;
/// Instructions of version 3.11 by kind, and how much more often a kind is chosen: what writes or takes is what others come before.
const KINDS: [(usize, &[u8]); 14] = [
    // STORE_GLOBAL.
    (2, &[97]),
    // STORE_ATTR; its quick forms, after some rounds of a loop.
    (2, &[95]),
    (1, &[153, 154, 158, 159]),
    // STORE_SUBSCR, DELETE_SUBSCR; quick forms.
    (2, &[60, 61]),
    (1, &[168, 169, 170]),
    // STORE_DEREF.
    (1, &[138]),
    // BEFORE_WITH.
    (3, &[53]),
    // LOAD_GLOBAL and the quick form for what is a module's own.
    (1, &[116, 55]),
    // LOAD_ATTR and the quick form for objects.
    (1, &[106, 40]),
    // BINARY_SUBSCR and quick forms.
    (1, &[25, 18, 20]),
    // LOAD_METHOD and the quick form for built-in types.
    (1, &[160, 59]),
    // PRECALL; quick forms for functions and methods of built-in types.
    (1, &[166]),
    (1, &[79, 80, 81, 113]),
    // FOR_ITER.
    (1, &[93]),
];

/// Where an interpreter's functions are, and its state.
#[derive(Clone, Copy, Debug)]
pub(super) struct LockFunctions {
    /// Gives the lock away, and returns what belongs to the thread.
    pub(super) release: u64,
    /// Where its own state is.
    pub(super) runtime: u64,
    /// Takes the lock, for the thread to whom what it is given belongs.
    pub(super) take: u64,
}

/// The interpreter that a process runs.
struct Interpreter {
    functions: LockFunctions,
    evaluates: Range<u64>,
    code: Vec<Range<u64>>,
    data: Vec<Range<u64>>,
}

/// Those functions, when a process runs an interpreter that has them.
pub(super) fn lock_functions(pid: i32) -> Option<LockFunctions> {
    interpreter(pid).map(|interpreter| interpreter.functions)
}

fn interpreter(pid: i32) -> Option<Interpreter> {
    let (program, pieces) = maps::of_program(pid)?;
    if program.file_name()? != "python3.11" {
        return None;
    }
    let base = pieces.iter().map(|piece| piece.range.start).min()?;
    let (code, data): (Vec<Mapping>, Vec<Mapping>) = pieces.into_iter().partition(|piece| piece.executable);
    let ranges = |pieces: Vec<Mapping>| pieces.into_iter().map(|piece| piece.range).collect();
    let [release, take, runtime, evaluates] = exported(pid, base)?;
    let functions = LockFunctions { release: release.start, take: take.start, runtime: runtime.start };
    Some(Interpreter { functions, evaluates, code: ranges(code), data: ranges(data) })
}

/// Which file it was, as far as one can tell without reading it, and where it was loaded.
type Identity = ([u64; 3], [i64; 4], u64);

/// Where the interpreter's functions and its state are. A worker runs one interpreter thousands of times, and its file is large: what the
/// last one had is kept.
fn exported(pid: i32, base: u64) -> Option<[Range<u64>; 4]> {
    const NAMES: [&str; 4] = ["PyEval_SaveThread", "PyEval_RestoreThread", "_PyRuntime", "_PyEval_EvalFrameDefault"];
    static LAST: Mutex<Option<(Identity, [Range<u64>; 4])>> = Mutex::new(None);
    let path = format!("/proc/{pid}/exe");
    let file = fs::metadata(&path).ok()?;
    let times = [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()];
    let identity = ([file.dev(), file.ino(), file.size()], times, base);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, found)) = last.as_ref().filter(|(known, _)| *known == identity) {
        return Some(found.clone());
    }
    let found = symbols::exported(&fs::read(path).ok()?, base, NAMES)?;
    *last = Some((identity, found.clone()));
    Some(found)
}

/// The places of a process's interpreter, a list for each kind of instructions; none where they are not known.
pub(super) fn places(pid: i32) -> Vec<Vec<Place>> {
    let Some(interpreter) = interpreter(pid) else { return Vec::new() };
    let Some(table) = interpreter.data.iter().find_map(|range| table(pid, range, &interpreter)) else {
        return Vec::new();
    };
    let own = own_bytecode::of_functions(pid, interpreter.functions.runtime);
    let mut places = Vec::new();
    for (times, kind) in KINDS {
        let times = if kind.iter().any(|number| own.contains(number)) { times * IN_ITS_FUNCTIONS } else { times };
        let mut starts: Vec<u64> = kind.iter().map(|number| table[usize::from(*number)]).collect();
        starts.sort_unstable();
        starts.dedup();
        // Behind the end of a function the unwinder has another idea of the stack.
        starts.retain(|at| memory::read_some(pid, at - 1, 1).is_ok_and(|before| before != [RETURN]));
        let starts: Vec<Place> = starts.into_iter().map(Place::Bytecode).collect();
        if !starts.is_empty() {
            places.extend(vec![starts; times]);
        }
    }
    places
}

/// The table of where each instruction begins, when it is in this part of memory.
fn table(pid: i32, range: &Range<u64>, interpreter: &Interpreter) -> Option<Vec<u64>> {
    let length = usize::try_from(range.end - range.start).ok()?;
    let bytes = memory::read_some(pid, range.start, length).ok()?;
    let words: Vec<u64> =
        bytes.chunks_exact(8).map(|word| u64::from_ne_bytes(word.try_into().expect("chunks of eight bytes"))).collect();
    let mut run = 0;
    let mut best: Option<(usize, usize)> = None;
    for (at, word) in words.iter().enumerate() {
        run = if interpreter.code.iter().any(|range| range.contains(word)) { run + 1 } else { 0 };
        if run < INSTRUCTIONS {
            continue;
        }
        let first = at + 1 - INSTRUCTIONS;
        let within = words[first..=at].iter().filter(|word| interpreter.evaluates.contains(word)).count();
        if within >= MOST && best.is_none_or(|(most, _)| within > most) {
            best = Some((within, first));
        }
    }
    best.map(|(_, first)| words[first..first + INSTRUCTIONS].to_vec())
}
