//! A vDSO of our own: a shared object of one page, as small as C libraries and Go's runtime accept.
//!
//! What they read of it (glibc's `setup-vdso.h` and its symbol lookup, musl's `vdso.c`, Go's `vdso_linux.go`): one loadable
//! segment, the dynamic section, a symbol table with its strings and hash table, and the versions of the symbols. The format
//! is that of the System V ABI; symbol versions are those of the Linux Standard Base.

use crate::sys::clock_code::{self, PAGE_DISTANCE};

/// The image's size, and where the page of shared words begins behind it.
pub(super) const SIZE: usize = 4096;
/// Where the code stands in it.
const CODE_AT: usize = SIZE - PAGE_DISTANCE;

const MACHINE: u16 = 62;
const NAME: &str = "linux-vdso.so.1";
/// The version under which Linux offers these functions on this CPU.
const VERSION: &str = "LINUX_2.6";

/// The tables, in the order in which they stand behind the headers.
struct Tables {
    symbols: Vec<u8>,
    strings: Vec<u8>,
    hash: Vec<u8>,
    versions: Vec<u8>,
    definitions: Vec<u8>,
}

/// The string table under construction: each text ends with a zero byte, and begins with one.
struct Strings(Vec<u8>);

impl Strings {
    fn add(&mut self, text: &str) -> u32 {
        let at = u32::try_from(self.0.len()).unwrap_or_default();
        self.0.extend(text.bytes().chain([0]));
        at
    }
}

fn half(bytes: &mut Vec<u8>, values: &[u16]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn word(bytes: &mut Vec<u8>, values: &[u32]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn long(bytes: &mut Vec<u8>, values: &[usize]) {
    bytes.extend(values.iter().flat_map(|value| (*value as u64).to_le_bytes()));
}

/// The hash function of the System V ABI.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0_u32, |hash, byte| {
        let hash = (hash << 4).wrapping_add(u32::from(byte));
        let high = hash & 0xf000_0000;
        (hash ^ (high >> 24)) & !high
    })
}

fn tables() -> (Tables, u32) {
    let functions = clock_code::functions();
    let mut strings = Strings(vec![0]);
    let name = strings.add(NAME);
    let version = strings.add(VERSION);
    let mut symbols = vec![0; 24];
    let mut versions = vec![0; 2];
    for (index, (function, offset)) in functions.iter().enumerate() {
        let end = functions.get(index + 1).map_or(clock_code::bytes().len(), |(_, next)| *next);
        word(&mut symbols, &[strings.add(function)]);
        // A global function, visible to all, of the first section that is none of the reserved ones.
        symbols.extend([0x12, 0]);
        half(&mut symbols, &[1]);
        long(&mut symbols, &[CODE_AT + offset, end - offset]);
        half(&mut versions, &[2]);
    }
    // One bucket, in which all symbols hang in a row.
    let count = u32::try_from(functions.len()).unwrap_or_default() + 1;
    let mut hashes = Vec::new();
    word(&mut hashes, &[1, count, 1, 0]);
    word(&mut hashes, &(1..count).map(|next| (next + 1) % count).collect::<Vec<_>>());
    // The object itself (flag 1: base), then the version of its functions.
    let mut definitions = Vec::new();
    for (number, flags, text, at, next) in [(1, 1, NAME, name, 28), (2, 0, VERSION, version, 0)] {
        half(&mut definitions, &[1, flags, number, 1]);
        word(&mut definitions, &[hash(text), 20, next]);
        word(&mut definitions, &[at, 0]);
    }
    (Tables { symbols, strings: strings.0, hash: hashes, versions, definitions }, name)
}

/// The page.
pub(super) fn image() -> Vec<u8> {
    let (tables, name) = tables();
    let headers = 64 + 2 * 56;
    let mut body = Vec::new();
    let mut place = |bytes: &[u8]| {
        body.resize(body.len().next_multiple_of(8), 0);
        let at = headers + body.len();
        body.extend(bytes);
        at
    };
    let symbols = place(&tables.symbols);
    let hash = place(&tables.hash);
    let versions = place(&tables.versions);
    let definitions = place(&tables.definitions);
    let strings = place(&tables.strings);
    let mut entries = Vec::new();
    for (tag, value) in [
        (14, name as usize),
        (4, hash),
        (5, strings),
        (6, symbols),
        (10, tables.strings.len()),
        (11, 24),
        (0x6fff_fff0, versions),
        (0x6fff_fffc, definitions),
        (0x6fff_fffd, 2),
        (0, 0),
    ] {
        long(&mut entries, &[tag, value]);
    }
    let dynamic = place(&entries);

    let mut page = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0];
    page.resize(16, 0);
    half(&mut page, &[3, MACHINE]);
    word(&mut page, &[1]);
    long(&mut page, &[0, 64, 0]);
    word(&mut page, &[0]);
    half(&mut page, &[64, 56, 2, 64, 0, 0]);
    // To be loaded whole, readable and executable; the dynamic section is readable only, or glibc would write to it.
    word(&mut page, &[1, 5]);
    long(&mut page, &[0, 0, 0, SIZE, SIZE, SIZE]);
    word(&mut page, &[2, 4]);
    long(&mut page, &[dynamic, dynamic, dynamic, entries.len(), entries.len(), 8]);
    page.extend(body);
    assert!(page.len() <= CODE_AT, "the tables reach into the code");
    page.resize(CODE_AT, 0);
    page.extend(clock_code::bytes());
    assert!(page.len() <= SIZE, "the code is longer than its page");
    page.resize(SIZE, 0);
    page
}

#[cfg(test)]
mod tests {
    use super::{SIZE, hash, image};

    #[test]
    fn it_is_one_page_of_a_shared_object() {
        let page = image();
        assert_eq!(page.len(), SIZE);
        assert!(page.starts_with(b"\x7fELF"));
    }

    #[test]
    fn names_are_hashed_as_the_abi_says() {
        // The hash by which every libc looks for this version.
        assert_eq!(hash("LINUX_2.6"), 0x03ae_75f6);
    }
}
