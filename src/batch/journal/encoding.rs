//! How a trace lies in the journal: `grade/trace/v1` (JSON Lines), compressed with zstd.

use std::io::{self, BufReader};

use crate::trace::{Trace, read_jsonl, write_jsonl};

/// The quickest level: a trace shrinks to a tenth, and a batch writes tens of thousands.
const LEVEL: i32 = 1;

pub(super) fn pack(trace: &Trace) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    write_jsonl(trace, &mut text)?;
    zstd::bulk::compress(&text, LEVEL)
}

pub(super) fn unpack(packed: &[u8]) -> Result<Trace, String> {
    let text = zstd::Decoder::new(packed).map_err(|error| error.to_string())?;
    read_jsonl(BufReader::new(text)).map_err(|error| error.to_string())
}
