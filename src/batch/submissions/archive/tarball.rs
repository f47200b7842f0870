use std::collections::BTreeMap;
use std::io::{self, Read};

use tar::EntryType;

use super::super::RefusedReason;
use super::super::limits::Limits;
use super::{Entry, Wants, path};

/// Reads a tar archive, whose compressed size is given when it was compressed.
pub(super) fn read(
    reader: impl Read,
    compressed: Option<u64>,
    limits: &Limits,
    wants: &Wants<'_>,
) -> Result<Vec<Entry>, RefusedReason> {
    let by_ratio = compressed.map(|size| size.saturating_mul(limits.ratio).max(limits.free_of_ratio * 16));
    let most = by_ratio.unwrap_or(u64::MAX).min(limits.unpacked);
    let mut archive = tar::Archive::new(Counted { inner: reader, left: most, damaged: None });
    let mut found: Vec<Entry> = Vec::new();
    // The first entry of each name: where it is in `found`, if it is.
    let mut seen: BTreeMap<String, Option<usize>> = BTreeMap::new();
    let mut count = 0;
    let mut kept = 0;
    let entries = archive.entries().map_err(|error| bad(&error))?;
    for entry in entries {
        let mut entry = match entry {
            Ok(entry) => entry,
            // What was good before stays good.
            Err(error) if count > 0 => {
                found.push(whole(bad(&error)));
                break;
            }
            Err(error) => return Err(bad(&error)),
        };
        count += 1;
        if count > limits.entries {
            found.push(whole(RefusedReason::TooMuch { what: "entries", most: limits.entries as u64 }));
            break;
        }
        let kind = entry.header().entry_type();
        let shown = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let refuse = |path, reason| Entry { path, shown: shown.clone(), content: Err(reason) };
        if kind.is_dir() || matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
            continue;
        }
        let names = match path::names(&shown, limits) {
            Ok(names) => names,
            Err((names, reason)) => {
                found.push(refuse(names, reason));
                continue;
            }
        };
        if kind.is_symlink() || kind.is_hard_link() {
            found.push(refuse(names, RefusedReason::Link));
            continue;
        }
        if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
            found.push(refuse(names, RefusedReason::Special));
            continue;
        }
        match wants(&names) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(reason) => {
                found.push(refuse(names, reason));
                continue;
            }
        }
        match seen.get(&path::identity(&names)) {
            None => {}
            // Which of the two a program on somebody's machine would take, nobody knows: neither is graded.
            Some(first) => {
                if let Some(first) = first.and_then(|first| found.get_mut(first)) {
                    first.content = Err(RefusedReason::Duplicate);
                }
                found.push(refuse(names, RefusedReason::Duplicate));
                continue;
            }
        }
        let identity = path::identity(&names);
        let content = content(&mut entry, limits, &mut kept);
        seen.insert(identity, Some(found.len()));
        found.push(Entry { path: names, shown, content });
    }
    if compressed.is_some() {
        found_out(archive.into_inner(), &mut found);
    }
    Ok(found)
}

/// Reads on to the checksum at the end of what is compressed: before it, nothing that came out can be trusted.
fn found_out(mut rest: Counted<impl Read>, found: &mut [Entry]) {
    if io::copy(&mut rest, &mut io::sink()).is_ok() && rest.damaged.is_none() {
        return;
    }
    // At a limit of ours what came out before it stays good.
    if let Some(damage) = rest.damaged {
        for entry in found {
            entry.content = Err(RefusedReason::BadArchive(damage.clone()));
        }
    }
}

fn content(entry: &mut impl Read, limits: &Limits, kept: &mut u64) -> Result<Vec<u8>, RefusedReason> {
    let mut content = Vec::new();
    entry.take(limits.source + 1).read_to_end(&mut content).map_err(|error| bad(&error))?;
    let size = content.len() as u64;
    if size > limits.source {
        return Err(RefusedReason::TooMuch { what: "bytes of a program", most: limits.source });
    }
    *kept += size;
    if *kept > limits.kept {
        return Err(RefusedReason::TooMuch { what: "bytes of programs of one student", most: limits.kept });
    }
    Ok(content)
}

/// A refusal of the archive's rest.
fn whole(reason: RefusedReason) -> Entry {
    Entry { path: Vec::new(), shown: String::new(), content: Err(reason) }
}

fn bad(error: &io::Error) -> RefusedReason {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<TooMuch>()) {
        Some(TooMuch) => RefusedReason::Contradiction("it unpacks to far more than its size".to_owned()),
        None => RefusedReason::BadArchive(error.to_string().to_lowercase()),
    }
}

/// Reads until a limit of bytes, and fails then: also what is skipped or kept by the reader itself counts.
struct Counted<R> {
    inner: R,
    left: u64,
    /// What the unpacking said, once it could not go on.
    damaged: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("it unpacks to far more than its size")]
struct TooMuch;

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(TooMuch));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..most]).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.damaged.get_or_insert_with(|| error.to_string().to_lowercase());
            }
        })?;
        self.left -= read as u64;
        Ok(read)
    }
}
