//! Archives made in code, honest or not.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

/// A zip archive of files, compressed.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(|writer| {
        for (name, content) in files {
            writer.start_file(*name, SimpleFileOptions::default()).expect("an entry");
            writer.write_all(content).expect("its content");
        }
    })
}

/// A zip archive that a closure fills.
pub(crate) fn zip_with(fill: impl FnOnce(&mut zip::ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut writer);
    writer.finish().expect("an archive").into_inner()
}

/// A tar archive of files.
pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    tar_with(|builder| {
        for (name, content) in files {
            entry(builder, tar::EntryType::Regular, name, content);
        }
    })
}

/// A tar archive that a closure fills.
pub(crate) fn tar_with(fill: impl FnOnce(&mut tar::Builder<Vec<u8>>)) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    fill(&mut builder);
    builder.into_inner().expect("an archive")
}

/// Adds an entry of any type and name: also names that an honest writer refuses.
pub(crate) fn entry(builder: &mut tar::Builder<Vec<u8>>, kind: tar::EntryType, name: &str, content: &[u8]) {
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(kind);
    header.as_mut_bytes()[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, content).expect("an entry");
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("compresses");
    encoder.finish().expect("compresses")
}

/// Where a byte pattern begins, counted from the front.
pub(crate) fn position(bytes: &[u8], pattern: &[u8]) -> usize {
    bytes.windows(pattern.len()).position(|window| window == pattern).expect("the pattern")
}

/// Where a byte pattern begins for the last time.
pub(crate) fn last_position(bytes: &[u8], pattern: &[u8]) -> usize {
    bytes.windows(pattern.len()).rposition(|window| window == pattern).expect("the pattern")
}
