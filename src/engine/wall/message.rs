//! What the engine and its supervisor say to each other over one socket.
//!
//! Down: the order (its length in four bytes, then a run request as JSON), later one byte that asks for the end; a
//! closed socket asks for it, too. Up: JSON Lines of [`Report`].

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::engine::RunRequest;
use crate::trace::{ExitStatus, LimitKind};

/// What the supervisor tells. Times are the monotonic clock's nanoseconds, which all processes share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Report {
    /// The program runs.
    Started {
        /// Its process id.
        pid: u32,
        /// When it was started: before the fork, so that no time of the program is lost.
        at: u64,
    },
    /// The program could not be executed.
    NotStarted {
        /// What the system said.
        errno: i32,
    },
    /// Something of ours failed; the program's processes are ended.
    Failed {
        /// What was tried.
        operation: String,
        /// What the system said, when it did.
        errno: i32,
    },
    /// The tree uses more than it may and is being ended.
    Over {
        /// More of what.
        limit: LimitKind,
    },
    /// The program's first process ended.
    Exited {
        /// When.
        at: u64,
        /// How.
        status: ExitStatus,
        /// CPU time that it used itself.
        cpu: u64,
    },
    /// Nothing of the tree is left.
    Done {
        /// CPU time of the tree.
        cpu: u64,
        /// Threads that were seen.
        threads: u32,
        /// Processes that were seen.
        processes: u32,
        /// For how long they waited for a CPU.
        noise: u64,
    },
}

/// Sends the order.
pub(super) fn send_order(mut socket: impl Write, request: &RunRequest) -> io::Result<()> {
    let mut message = vec![0; 4];
    serde_json::to_writer(&mut message, request)?;
    let length = u32::try_from(message.len() - 4).map_err(io::Error::other)?;
    message[..4].copy_from_slice(&length.to_le_bytes());
    socket.write_all(&message)
}

/// Reads the order, and not a byte more.
pub(super) fn read_order(mut socket: impl Read) -> io::Result<RunRequest> {
    let mut length = [0; 4];
    socket.read_exact(&mut length)?;
    let mut message = Vec::new();
    let length = u64::from(u32::from_le_bytes(length));
    if socket.take(length).read_to_end(&mut message)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(serde_json::from_slice(&message)?)
}

/// Sends a report.
pub(super) fn send_report(mut socket: impl Write, report: &Report) -> io::Result<()> {
    let mut line = serde_json::to_vec(report)?;
    line.push(b'\n');
    socket.write_all(&line)
}
