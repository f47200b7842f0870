//! Which functions in a program's own file are its standard library's, by the names in the file's symbol table.
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

fn functions(file: &[u8], base: u64) -> Option<Vec<Range<u64>>> {
    let base = if half(file, 16)? == FIXED { 0 } else { base };
    let sections = long(file, 40)?;
    let header = |index: usize| sections.checked_add(index.checked_mul(SECTION)?).filter(|at| *at < file.len());
    let count = usize::from(half(file, 60)?);
    let table = (0..count).filter_map(header).find(|at| word(file, at + 4) == Some(SYMBOLS))?;
    let names = header(usize::try_from(word(file, table + 40)?).ok()?)?;
    let (symbols, size, names) = (long(file, table + 24)?, long(file, table + 32)?, long(file, names + 24)?);
    let end = symbols.checked_add(size).filter(|end| *end <= file.len())?;
    let mut found = Vec::new();
    let mut in_library = false;
    for at in (symbols..end).step_by(SYMBOL) {
        let name = names.checked_add(usize::try_from(word(file, at)?).ok()?)?;
        let length = file.get(name..)?.iter().position(|byte| *byte == 0)?;
        let name = &file[name..name + length];
        let [info] = bytes(file, at + 4)?;
        if info & 0xf == FILE {
            in_library = name.starts_with(b"std.");
        }
        if is_library(name) && (in_library || info >> 4 != LOCAL) {
            let start = u64::try_from(long(file, at + 8)?).ok()?.wrapping_add(base);
            found.push(start..start.wrapping_add(u64::try_from(long(file, at + 16)?).ok()?));
        }
    }
    Some(found)
}

/// Where a function is that a file exports by this name, for a file that is loaded at `base`.
pub(super) fn exported(file: &[u8], base: u64, name: &[u8]) -> Option<Range<u64>> {
    let base = if half(file, 16)? == FIXED { 0 } else { base };
    let sections = long(file, 40)?;
    let header = |index: usize| sections.checked_add(index.checked_mul(SECTION)?).filter(|at| *at < file.len());
    let count = usize::from(half(file, 60)?);
    let table = (0..count).filter_map(header).find(|at| word(file, at + 4) == Some(EXPORTED))?;
    let names = header(usize::try_from(word(file, table + 40)?).ok()?)?;
    let (symbols, size, names) = (long(file, table + 24)?, long(file, table + 32)?, long(file, names + 24)?);
    let end = symbols.checked_add(size).filter(|end| *end <= file.len())?;
    let is = |at: &usize| {
        let text = word(file, *at).and_then(|text| names.checked_add(usize::try_from(text).ok()?));
        let rest = text.and_then(|text| file.get(text..)?.strip_prefix(name));
        rest.is_some_and(|rest| rest.first() == Some(&0))
    };
    let at = (symbols..end).step_by(SYMBOL).find(is)?;
    let start = u64::try_from(long(file, at + 8)?).ok().filter(|start| *start != 0)?.wrapping_add(base);
    Some(start..start.wrapping_add(u64::try_from(long(file, at + 16)?).ok()?))
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
