//! What a program's own file says of its functions: which are its standard library's, by the names in its table of symbols, and where
//! those are that it exports.
//!
//! Rust links its library into each program. What that does when a thread begins and ends is under its own locks, and would
//! drown the program's own accesses. Generic code of `core` stays: an atomic's methods are what the program does. So does generic code
//! of `std` that was made for the program, whatever it is called: a thread's closure is often a part of it. It stands in the
//! program's own object files, which the table names before their local symbols.

use std::ops::Range;

const SYMBOLS: u32 = 2;
const EXPORTED: u32 = 11;
/// A section header and a symbol of 64-bit ELF, in bytes.
const SECTION: usize = 64;
const SYMBOL: usize = 24;
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

/// Whether a function is of the crate `std`, or was made for it, by the older and the newer way of naming symbols.
fn is_library(name: &[u8]) -> bool {
    let holds = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    name.starts_with(b"_ZN3std") || (name.starts_with(b"_R") && holds(b"_3std"))
}

#[cfg(test)]
mod tests {
    use super::{is_library, library};

    #[test]
    fn the_library_is_known_by_its_names() {
        assert!(is_library(b"_ZN3std6thread5spawn17h4db57e5c5e3d92bfE"));
        assert!(is_library(b"_RNvNtNtNtNtCsjrHSEGnQ3l9_3std3sys3pal4unix4initE"));
        assert!(!is_library(b"_ZN4core4sync6atomic11atomic_load17h4db57e5c5e3d92bfE"));
        assert!(!is_library(b"main"));
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
