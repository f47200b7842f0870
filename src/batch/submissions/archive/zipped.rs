use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipReadOptions;
use zip::read::{Config, OwnedZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::super::RefusedReason;
use super::super::limits::Limits;
use super::{Entry, Wants, path};

/// The bytes of a local file header before its name (APPNOTE 4.3.7).
const LOCAL_HEADER: usize = 30;
/// The flag of an entry whose sizes stand behind its data (APPNOTE 4.4.4).
const SIZES_BEHIND: u16 = 1 << 3;
/// The type bits of a Unix mode, and the ones of a regular file and of none given.
const TYPE_OF_FILE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// Reads a zip archive by its central directory. An iterator keeps entries of one name apart, which a map by name would
/// not.
pub(super) fn read(bytes: &[u8], limits: &Limits, wants: &Wants<'_>) -> Result<Vec<Entry>, RefusedReason> {
    let mut archive = ZipIterable::try_new(Cursor::new(bytes), Config::default()).map_err(|error| bad(&error))?;
    let mut found = Vec::new();
    let mut listed = Vec::new();
    for entry in archive.files().map_err(|error| bad(&error))? {
        match entry {
            Ok(_) if listed.len() == limits.entries => {
                found.push(whole(RefusedReason::TooMuch { what: "entries", most: limits.entries as u64 }));
                break;
            }
            Ok(entry) => listed.push(OwnedZipFileEntry::from(entry)),
            Err(error) if listed.is_empty() => return Err(bad(&error)),
            Err(error) => {
                found.push(whole(bad(&error)));
                break;
            }
        }
    }
    let overlapping = overlapping(&listed);
    let mut wanted: Vec<(usize, String, Vec<String>)> = Vec::new();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (place, entry) in listed.iter().enumerate() {
        let shown =
            entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), Cow::into_owned);
        if entry.is_dir() {
            continue;
        }
        match path::names(&shown, limits) {
            Ok(names) if entry.is_symlink() => {
                found.push(Entry { path: names, shown, content: Err(RefusedReason::Link) });
            }
            Ok(names) => match wants(&names) {
                Ok(true) => {
                    *count.entry(path::identity(&names)).or_default() += 1;
                    wanted.push((place, shown, names));
                }
                Ok(false) => {}
                Err(reason) => found.push(Entry { path: names, shown, content: Err(reason) }),
            },
            Err((names, reason)) => found.push(Entry { path: names, shown, content: Err(reason) }),
        }
    }
    let mut left = Left { kept: limits.kept, unpacked: limits.unpacked };
    for (place, shown, names) in wanted {
        let content = if count[&path::identity(&names)] > 1 {
            Err(RefusedReason::Duplicate)
        } else if overlapping[place] {
            Err(RefusedReason::Contradiction("its bytes belong to several files".to_owned()))
        } else {
            content(bytes, &listed[place], limits, &mut left)
        };
        found.push(Entry { path: names, shown, content });
    }
    Ok(found)
}

/// What one archive may still hold.
struct Left {
    kept: u64,
    unpacked: u64,
}

fn content(
    bytes: &[u8],
    entry: &OwnedZipFileEntry,
    limits: &Limits,
    left: &mut Left,
) -> Result<Vec<u8>, RefusedReason> {
    if entry.encrypted() {
        return Err(RefusedReason::Encrypted);
    }
    if entry.unix_mode().is_some_and(|mode| !matches!(mode & TYPE_OF_FILE, 0 | REGULAR)) {
        return Err(RefusedReason::Special);
    }
    agrees_with_local_header(bytes, entry)?;
    let most = limits.source.min(left.unpacked);
    let mut reader = Cursor::new(bytes);
    let opened = entry.as_ref().with_reader(&mut reader, ZipReadOptions::new()).map_err(|error| bad(&error))?;
    let mut content = Vec::new();
    let read = opened.take(most + 1).read_to_end(&mut content);
    let size = content.len() as u64;
    left.unpacked = left.unpacked.saturating_sub(size);
    if size > most {
        return Err(RefusedReason::TooMuch { what: "bytes of a program", most: limits.source });
    }
    // A wrong checksum or a length that is not the announced one comes out here.
    read.map_err(|error| RefusedReason::Contradiction(error.to_string().to_lowercase()))?;
    if size != entry.size() {
        return Err(RefusedReason::Contradiction("an entry is not as long as its header says".to_owned()));
    }
    if size > limits.free_of_ratio && size / entry.compressed_size().max(1) > limits.ratio {
        return Err(RefusedReason::TooMuch { what: "times its compressed size", most: limits.ratio });
    }
    left.kept = left
        .kept
        .checked_sub(size)
        .ok_or(RefusedReason::TooMuch { what: "bytes of programs of one student", most: limits.kept })?;
    Ok(content)
}

/// Compares the header in front of the data with the central directory, as different programs believe different ones.
fn agrees_with_local_header(bytes: &[u8], entry: &OwnedZipFileEntry) -> Result<(), RefusedReason> {
    let lie = |what: &str| RefusedReason::Contradiction(format!("{what} is one in the list and another at the file"));
    let start = usize::try_from(entry.header_start()).unwrap_or(usize::MAX);
    let header = bytes.get(start..).and_then(|rest| rest.get(..LOCAL_HEADER));
    let header = header.filter(|header| header.starts_with(b"PK\x03\x04"));
    let header = header.ok_or_else(|| RefusedReason::BadArchive("an entry has no header".to_owned()))?;
    let half = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let name = bytes.get(start + LOCAL_HEADER..).and_then(|rest| rest.get(..usize::from(half(26))));
    // A Unicode path in an extra field replaces the name in the list, and not here.
    let same_name = name.is_some_and(|name| name == entry.name_raw())
        || entry.name().is_ok_and(|decoded| !decoded.is_ascii() && name.is_some_and(|name| !name.is_ascii()));
    if !same_name {
        return Err(lie("its name"));
    }
    let flags = half(6);
    if flags & 1 != 0 {
        return Err(RefusedReason::Encrypted);
    }
    let agrees = |at: usize, listed: u64| {
        let local = u64::from(word(at));
        // All ones: the size stands in the extra field for 64 bits.
        local == listed || local == u64::from(u32::MAX) || (local == 0 && flags & SIZES_BEHIND != 0)
    };
    if !agrees(18, entry.compressed_size()) || !agrees(22, entry.size()) {
        return Err(lie("its size"));
    }
    Ok(())
}

/// Which entries share bytes with another one: the trick of bombs that are small and do not nest (Fifield, "A better zip
/// bomb", WOOT 2019).
fn overlapping(entries: &[OwnedZipFileEntry]) -> Vec<bool> {
    let range = |entry: &OwnedZipFileEntry| {
        let start = entry.header_start();
        let length = (LOCAL_HEADER as u64).saturating_add(entry.name_raw().len() as u64);
        (start, start.saturating_add(length).saturating_add(entry.compressed_size()))
    };
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|place| range(&entries[*place]));
    let mut overlapping = vec![false; entries.len()];
    let mut furthest: Option<(u64, usize)> = None;
    for place in order {
        let (start, end) = range(&entries[place]);
        if let Some((_, other)) = furthest.filter(|(furthest, _)| start < *furthest) {
            overlapping[place] = true;
            overlapping[other] = true;
        }
        if furthest.is_none_or(|(furthest, _)| end > furthest) {
            furthest = Some((end, place));
        }
    }
    overlapping
}

/// A refusal of the archive's rest.
fn whole(reason: RefusedReason) -> Entry {
    Entry { path: Vec::new(), shown: String::new(), content: Err(reason) }
}

fn bad(error: &ZipError) -> RefusedReason {
    let said = error.to_string().to_lowercase();
    // "EOCD", the end of the central directory, tells no instructor anything.
    let no_end = said.contains("eocd") || said.contains("central directory end");
    RefusedReason::BadArchive(if no_end { "it is no zip archive, or its end is missing".to_owned() } else { said })
}
