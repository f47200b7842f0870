//! What names in a table of symbols tell: which library a function is of, or which crate, by the ways in which compilers name them.

/// The crates that Rust's standard library is made of.
pub(super) const RUSTS_OWN: [&[u8]; 20] = [
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
/// Whether a function is of the crate `std`, or was made for it, by the older and the newer way of naming symbols.
pub(super) fn is_library(name: &[u8]) -> bool {
    let holds = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    name.starts_with(b"_ZN3std") || (name.starts_with(b"_R") && holds(b"_3std"))
}

/// The crate that an object file of Rust's compiler is of, by the file's name: `name.hash-cgu.0`.
pub(super) fn crate_of(file: &[u8]) -> Option<&[u8]> {
    let end = file.iter().position(|byte| *byte == b'.')?;
    file.windows(5).any(|window| window == b"-cgu.").then_some(&file[..end])
}

/// Whether an object file is one of those that Rust's compiler makes of a program piece by piece, to make only what has changed again
/// the next time: named by a hash, as no library of others is.
pub(super) fn is_piece(file: &[u8]) -> bool {
    (20..=25).contains(&file.len()) && file.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
}

/// Whether a function is of this crate, or an implementation of a trait for a type of it, by the older and the newer way of naming symbols.
pub(super) fn is_of_crate(name: &[u8], of: &[u8]) -> bool {
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
pub(super) fn is_own_in_go(name: &[u8]) -> bool {
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
    use super::{crate_of, is_library, is_of_crate, is_own_in_go, is_piece};

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
}
