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
/// The type of a symbol that names a function.
const FUNCTION: u8 = 2;
/// The crates that Rust's standard library is made of.
const RUSTS_OWN: [&[u8]; 20] = [
    b"std",
    b"core",
    b"alloc",
    b"compiler_builtins",
    b"panic_unwind",
    b"panic_abort",
    b"object",
    b"memchr",
    b"addr2line",
    b"gimli",
    b"rustc_demangle",
    b"hashbrown",
    b"miniz_oxide",
    b"adler2",
    b"adler",
    b"cfg_if",
    b"libc",
    b"unwind",
    b"std_detect",
    b"test",
];
/// The first part of the paths of the packages of Go's standard library, and of what it brings along.
const GOS_OWN: [&[u8]; 56] = [
    b"archive",
    b"arena",
    b"bufio",
    b"builtin",
    b"bytes",
    b"cmd",
    b"cmp",
    b"compress",
    b"container",
    b"context",
    b"crypto",
    b"database",
    b"debug",
    b"embed",
    b"encoding",
    b"errors",
    b"expvar",
    b"flag",
    b"fmt",
    b"go",
    b"hash",
    b"html",
    b"image",
    b"index",
    b"internal",
    b"io",
    b"iter",
    b"log",
    b"maps",
    b"math",
    b"mime",
    b"net",
    b"os",
    b"path",
    b"plugin",
    b"reflect",
    b"regexp",
    b"runtime",
    b"simd",
    b"slices",
    b"sort",
    b"strconv",
    b"strings",
    b"structs",
    b"sync",
    b"syscall",
    b"testing",
    b"text",
    b"time",
    b"unicode",
    b"unique",
    b"vendor",
    b"weak",
    b"type",
    b"_cgo",
    b"x_cgo",
];
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
/// pool or an executor is mostly a part of the generic function that was made for it there.
pub(super) fn own_functions(file: &[u8], base: u64) -> Option<OwnFunctions> {
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
    let is_own_file = |name: &[u8]| if by_pieces { is_piece(name) } else { crate_of(name) == first };
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
            (false, FUNCTION) => {
                (stands_in_own && info >> 4 == LOCAL) || first.is_some_and(|first| is_of_crate(name, first))
            }
            _ => false,
        };
        if is_own {
            ranges.extend(table.range(symbol).filter(|range| !range.is_empty()));
        }
    }
    ranges.sort_unstable_by_key(|range| range.start);
    Some(OwnFunctions { ranges, is_go })
}

/// The crate that an object file of Rust's compiler is of, by the file's name: `name.hash-cgu.0`.
fn crate_of(file: &[u8]) -> Option<&[u8]> {
    let end = file.iter().position(|byte| *byte == b'.')?;
    file.windows(5).any(|window| window == b"-cgu.").then_some(&file[..end])
}

/// Whether an object file is one of those that Rust's compiler makes of a program piece by piece, to make only what has changed again
/// the next time: named by a hash, as no library of others is.
fn is_piece(file: &[u8]) -> bool {
    (20..=25).contains(&file.len()) && file.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
}

/// Whether a function is of this crate, or an implementation of a trait for a type of it, by the older and the newer way of naming symbols.
fn is_of_crate(name: &[u8], of: &[u8]) -> bool {
    let holds = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    let counted = [of.len().to_string().as_bytes(), of].concat();
    if let Some(rest) = name.strip_prefix(b"_ZN") {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let for_type = [b"_$LT$", of, b".."].concat();
        return rest.starts_with(&counted) || rest[digits..].starts_with(&for_type);
    }
    name.starts_with(b"_R") && holds(&[b"_", counted.as_slice()].concat())
}

/// Whether a function of a program of Go is of no package of the standard library: those have no dot in the first part of their
/// path, and no other is called like them.
fn is_own_in_go(name: &[u8]) -> bool {
    let end = name.iter().position(|byte| matches!(byte, b'(' | b'[')).unwrap_or(name.len());
    let path = &name[..end];
    let until = |wanted: u8| path.iter().position(|byte| *byte == wanted).map(|at| &path[..at]);
    let Some(first) = until(b'/').or_else(|| until(b'.')) else { return false };
    // What the linker makes is named `type..eq.…` and `go:…`.
    let is_made = first.contains(&b':') || path.starts_with(b"type..") || path.starts_with(b"go.");
    !is_made && !GOS_OWN.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::{crate_of, is_library, is_of_crate, is_own_in_go, is_piece, library, own_functions};
    use crate::tracer::maps;

    #[test]
    fn a_crates_functions_are_known_by_their_names() {
        assert!(is_of_crate(b"_ZN5smoke4main17h5501afdf97acfe4aE", b"smoke"));
        assert!(is_of_crate(b"_ZN44_$LT$smoke..Stack$u20$as$u20$core..ops..drop..Drop$GT$4drop17h55E", b"smoke"));
        assert!(is_of_crate(b"_RNvCs1234_5smoke4main", b"smoke"));
        assert!(!is_of_crate(b"_ZN5tokio7runtime4task3raw4poll17h5501afdf97acfe4aE", b"smoke"));
        assert!(!is_of_crate(b"_ZN6smoker4main17h5501afdf97acfe4aE", b"smoke"));
        assert_eq!(crate_of(b"smoke.8ed828294a8666d3-cgu.0"), Some(&b"smoke"[..]));
        assert_eq!(crate_of(b"crtstuff.c"), None);
        assert!(is_piece(b"6ijtq6czk3qr302ku9983hgqy") && !is_piece(b"crtstuff.c") && !is_piece(b"tokio.8ed8-cgu.0"));
    }

    #[test]
    fn what_is_no_package_of_gos_standard_library_is_the_programs_own() {
        for own in
            ["main.main", "main.(*Account).Withdraw.func1", "github.com/x/y.F", "hello/bank.Transfer", "main.init.0"]
        {
            assert!(is_own_in_go(own.as_bytes()), "{own}");
        }
        for other in [
            "runtime.main",
            "sync.(*Mutex).lockSlow",
            "sync/atomic.(*Value).Load",
            "internal/poll.(*FD).Close",
            "type..eq.[2]main.pair",
            "go:buildid",
            "gogo",
            "vendor/golang.org/x/net/idna.init",
        ] {
            assert!(!is_own_in_go(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn the_library_is_known_by_its_names() {
        assert!(is_library(b"_ZN3std6thread5spawn17h4db57e5c5e3d92bfE"));
        assert!(is_library(b"_RNvNtNtNtNtCsjrHSEGnQ3l9_3std3sys3pal4unix4initE"));
        assert!(!is_library(b"_ZN4core4sync6atomic11atomic_load17h4db57e5c5e3d92bfE"));
        assert!(!is_library(b"main"));
    }

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
        let own = own_functions(&file, base).expect("libraries are linked into this test");
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
