//! Students' archives, read in memory and entry by entry; nothing is ever extracted to disk.
//!
//! An entry is refused alone, with its reason, and the good rest is read: links, devices, names that lead out or that no
//! file has, duplicates, encrypted entries, headers that contradict each other, more than the limits allow. What an
//! archive says of its sizes is never believed: what comes out is counted.

mod path;
mod tarball;
mod zipped;

use super::RefusedReason;
use super::limits::Limits;

/// What an archive is, by its first bytes, else by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// PKZIP.
    Zip,
    /// A tar archive.
    Tar,
    /// A tar archive in gzip.
    TarGz,
    /// Known, and not read.
    Unsupported,
}

/// One entry that was asked for, or that something is wrong with.
#[derive(Debug)]
pub(super) struct Entry {
    /// The names of its path. For an entry that is refused, as far as they could be told.
    pub(super) path: Vec<String>,
    /// Its path as the archive has it.
    pub(super) shown: String,
    /// What it holds.
    pub(super) content: Result<Vec<u8>, RefusedReason>,
}

impl Format {
    /// What the name of a file says, or none when it says no archive.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let ends = |endings: &[&str]| {
            endings.iter().any(|ending| name.strip_suffix(ending).is_some_and(|stem| !stem.is_empty()))
        };
        if ends(&[".zip"]) {
            Some(Self::Zip)
        } else if ends(&[".tar.gz", ".tgz"]) {
            Some(Self::TarGz)
        } else if ends(&[".tar"]) {
            Some(Self::Tar)
        } else {
            let others =
                [".7z", ".rar", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".zipx", ".gz", ".xz", ".bz2"];
            ends(&others).then_some(Self::Unsupported)
        }
    }

    /// A file's name without the ending that makes it an archive.
    pub(super) fn stem(name: &str) -> &str {
        let lower = name.to_ascii_lowercase();
        let long = [".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"].into_iter().find(|ending| lower.ends_with(ending));
        match long {
            Some(ending) => &name[..name.len() - ending.len()],
            None => name.rsplit_once('.').map_or(name, |(stem, _)| stem),
        }
    }

    /// What the first bytes say; students rename archives.
    fn by_content(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [0x1f, 0x8b, ..] => Some(Self::TarGz),
            [b'R', b'a', b'r', b'!', ..] | [b'7', b'z', 0xbc, 0xaf, ..] => Some(Self::Unsupported),
            _ => bytes.get(257..262).filter(|magic| *magic == b"ustar").map(|_| Self::Tar),
        }
    }
}

/// Whether an entry of this path is read, is passed over, or is refused unread.
pub(super) type Wants<'a> = dyn Fn(&[String]) -> Result<bool, RefusedReason> + 'a;

/// Reads the entries whose path `wants` says yes to.
///
/// # Errors
/// When it is no archive that can be read at all.
pub(super) fn read(
    bytes: &[u8],
    by_name: Format,
    limits: &Limits,
    wants: &Wants<'_>,
) -> Result<Vec<Entry>, RefusedReason> {
    match Format::by_content(bytes).unwrap_or(by_name) {
        Format::Zip => zipped::read(bytes, limits, wants),
        Format::Tar => tarball::read(bytes, None, limits, wants),
        Format::TarGz => {
            let reader = flate2::read::MultiGzDecoder::new(bytes);
            tarball::read(reader, Some(bytes.len() as u64), limits, wants)
        }
        Format::Unsupported => Err(RefusedReason::UnsupportedArchive),
    }
}
