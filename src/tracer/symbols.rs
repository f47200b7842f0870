//! What a program's own file says of its functions: which are its standard library's, by the names in its table of symbols, and where
//! those are that it exports.
//!
//! Rust links its library into each program. What that does when a thread begins and ends is under its own locks, and would
//! drown the program's own accesses. Generic code of `core` stays: an atomic's methods are what the program does. So does generic code
//! of `std` that was made for the program, whatever it is called: a thread's closure is often a part of it. It stands in the
//! program's own object files, which the table names before their local symbols.

use std::ops::Range;

use super::symbol_names::{RUSTS_OWN, crate_of, is_library, is_of_crate, is_own_in_go, is_piece};

const SYMBOLS: u32 = 2;
const EXPORTED: u32 = 11;
/// A section header and a symbol of 64-bit ELF, in bytes.
const SECTION: usize = 64;
const SYMBOL: usize = 24;
/// The type of a symbol that names a function.
const FUNCTION: u8 = 2;
/// The type of a symbol that names an object file, and the binding of those that come from it alone.
const FILE: u8 = 4;
const LOCAL: u8 = 0;
/// `e_type` of a program that stands where it was linked to.
const FIXED: u16 = 2;

fn bytes<const N: usize>(file: &[u8], at: usize) -> Option<[u8; N]> {
    file.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn half(file: &[u8], at: usize) -> Option<u16> {
    bytes(file, at).map(u16::from_le_bytes)
}

fn word(file: &[u8], at: usize) -> Option<u32> {
    bytes(file, at).map(u32::from_le_bytes)
}

fn long(file: &[u8], at: usize) -> Option<usize> {
    usize::try_from(bytes(file, at).map(u64::from_le_bytes)?).ok()
}

/// Where the library's functions are, ascending, for a file that is loaded at `base`. Empty for a file without symbols.
pub(super) fn library(file: &[u8], base: u64) -> Vec<Range<u64>> {
    let mut found = functions(file, base).unwrap_or_default();
    found.sort_unstable_by_key(|range| range.start);
    found
}

/// A table of symbols in a file that is loaded somewhere.
struct Table<'a> {
    file: &'a [u8],
    base: u64,
    symbols: Range<usize>,
    names: usize,
}

impl<'a> Table<'a> {
    /// The first table of this kind; none for a file that has none, or is broken.
    fn of(file: &'a [u8], base: u64, kind: u32) -> Option<Self> {
        let base = if half(file, 16)? == FIXED { 0 } else { base };
        let sections = long(file, 40)?;
        let header = |index: usize| sections.checked_add(index.checked_mul(SECTION)?).filter(|at| *at < file.len());
        let count = usize::from(half(file, 60)?);
        let table = (0..count).filter_map(header).find(|at| word(file, at + 4) == Some(kind))?;
        let names = header(usize::try_from(word(file, table + 40)?).ok()?)?;
        let (symbols, size, names) = (long(file, table + 24)?, long(file, table + 32)?, long(file, names + 24)?);
        let end = symbols.checked_add(size).filter(|end| *end <= file.len())?;
        Some(Self { file, base, symbols: symbols..end, names })
    }

    /// Where each symbol stands in the file.
    fn symbols(&self) -> impl Iterator<Item = usize> + use<> {
        self.symbols.clone().step_by(SYMBOL)
    }

    fn name(&self, symbol: usize) -> Option<&'a [u8]> {
        let name = self.names.checked_add(usize::try_from(word(self.file, symbol)?).ok()?)?;
        let rest = self.file.get(name..)?;
        rest.iter().position(|byte| *byte == 0).map(|length| &rest[..length])
    }

    /// Where what it names is in memory.
    fn range(&self, symbol: usize) -> Option<Range<u64>> {
        let value = u64::try_from(long(self.file, symbol + 8)?).ok()?;
        let start = value.wrapping_add(self.base);
        Some(start..start.wrapping_add(u64::try_from(long(self.file, symbol + 16)?).ok()?))
    }
}

fn functions(file: &[u8], base: u64) -> Option<Vec<Range<u64>>> {
    let table = Table::of(file, base, SYMBOLS)?;
    let mut found = Vec::new();
    let mut in_library = false;
    for symbol in table.symbols() {
        let name = table.name(symbol)?;
        let [info] = bytes(file, symbol + 4)?;
        if info & 0xf == FILE {
            in_library = name.starts_with(b"std.");
        }
        if is_library(name) && (in_library || info >> 4 != LOCAL) {
            found.push(table.range(symbol)?);
        }
    }
    Some(found)
}

/// Where the functions and variables are that a file exports by these names, for a file that is loaded at `base`; none when it
/// has not all of them.
pub(super) fn exported<const N: usize>(file: &[u8], base: u64, names: [&str; N]) -> Option<[Range<u64>; N]> {
    let table = Table::of(file, base, EXPORTED)?;
    let mut found = [const { None }; N];
    for symbol in table.symbols() {
        // What it takes from other files stands nowhere.
        if let Some(at) = table.name(symbol).and_then(|name| names.iter().position(|wanted| wanted.as_bytes() == name))
            && long(file, symbol + 8)? != 0
        {
            found[at].get_or_insert(table.range(symbol)?);
        }
    }
    let found: Option<Vec<Range<u64>>> = found.into_iter().collect();
    found?.try_into().ok()
}

/// The functions of a program's own in a file that its libraries are linked into.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OwnFunctions {
    /// Where they are, ascending.
    pub(super) ranges: Vec<Range<u64>>,
    /// Whether they are of Go, which passes arguments in other registers and runs several goroutines on a thread.
    pub(super) is_go: bool,
}

/// Where a program's own functions are: for a program of Go, or one of Rust that has other crates linked in than the standard library's.
/// None for others, and for those without a table of symbols.
///
/// Of Rust all that stands in the crate's own object files is its own, whatever it is called: a closure that is given to a thread, a
/// pool or an executor is mostly a part of the generic function that was made for it there. `own_crates` is asked for others that were
/// built with it.
pub(super) fn own_functions(file: &[u8], base: u64, own_crates: impl FnOnce() -> Vec<String>) -> Option<OwnFunctions> {
    let table = Table::of(file, base, SYMBOLS)?;
    let kind = |symbol: usize| bytes::<1>(file, symbol + 4).map(|[info]| info & 0xf);
    let files = || table.symbols().filter(|symbol| kind(*symbol) == Some(FILE));
    let is_go = table.symbols().any(|symbol| table.name(symbol) == Some(b"runtime.main"));
    let crates: Vec<&[u8]> = files().filter_map(|symbol| crate_of(table.name(symbol)?)).collect();
    // The program's own object files come first; a single piece, the choice of an allocator, behind them in any case.
    let made_by_rust = |name: &&[u8]| is_piece(name) || crate_of(name).is_some();
    let by_pieces = files().filter_map(|symbol| table.name(symbol)).find(made_by_rust).is_some_and(is_piece);
    let first = crates.first().filter(|_| !by_pieces).copied();
    let has_crates = crates.iter().any(|name| Some(*name) != first && !RUSTS_OWN.contains(name));
    if !is_go && !has_crates {
        return None;
    }
    let mut own: Vec<Vec<u8>> = first.map(<[u8]>::to_owned).into_iter().collect();
    if first.is_some() {
        own.extend(own_crates().into_iter().map(String::into_bytes));
    }
    let is_own_crate = |name: &[u8]| own.iter().any(|own| own == name);
    let is_own_file = |name: &[u8]| if by_pieces { is_piece(name) } else { crate_of(name).is_some_and(is_own_crate) };
    let mut ranges = Vec::new();
    let mut stands_in_own = false;
    for symbol in table.symbols() {
        let Some(name) = table.name(symbol) else { continue };
        let [info] = bytes(file, symbol + 4)?;
        if info & 0xf == FILE {
            stands_in_own = is_own_file(name);
        }
        let is_own = match (is_go, info & 0xf) {
            (true, FUNCTION) => is_own_in_go(name),
            (false, FUNCTION) => (stands_in_own && info >> 4 == LOCAL) || own.iter().any(|own| is_of_crate(name, own)),
            _ => false,
        };
        if is_own {
            ranges.extend(table.range(symbol).filter(|range| !range.is_empty()));
        }
    }
    ranges.sort_unstable_by_key(|range| range.start);
    Some(OwnFunctions { ranges, is_go })
}

#[cfg(test)]
mod tests {
    use super::{library, own_functions};
    use crate::tracer::maps;

    #[test]
    fn what_was_made_of_a_library_for_the_program_is_its_own() {
        #[derive(Clone)]
        struct Own(u64);
        let made: fn(&Vec<Own>) -> Vec<Own> = Clone::clone;
        assert_eq!(made(&vec![Own(7)])[0].0, 7);
        let of_library: fn(&str) -> String = str::to_lowercase;
        let pid = i32::try_from(std::process::id()).expect("a process");
        let (path, pieces) = maps::of_program(pid).expect("this program is mapped");
        let base = pieces.iter().map(|piece| piece.range.start).min().expect("in pieces");
        let file = std::fs::read(path).expect("this program can be read");
        let own = own_functions(&file, base, Vec::new).expect("libraries are linked into this test");
        let holds = |at: usize| own.ranges.iter().any(|range| range.contains(&u64::try_from(at).expect("an address")));
        assert!(holds(made as usize) && !holds(of_library as usize));
    }

    #[test]
    fn this_test_holds_library_and_other_code() {
        let file = std::fs::read("/proc/self/exe").expect("this program can be read");
        let found = library(&file, 0x1000);
        assert!(found.len() > 100, "{} functions", found.len());
        assert!(found.iter().all(|range| range.start >= 0x1000));
        assert!(found.is_sorted_by_key(|range| range.start));
    }

    #[test]
    fn what_is_no_program_has_none() {
        assert!(library(b"#!/bin/sh", 0).is_empty());
        assert!(library(&[0xff; 200], 0).is_empty());
    }
}
