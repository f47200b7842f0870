//! The journal of a batch: one `SQLite` file, `grade.db`, which is the truth from which every report is written.
//!
//! Each finished piece (a submission's build that failed, one case under one schedule, a result) is a transaction of its
//! own, so that the death of the process at any moment loses at most the pieces that were under way. The file is in WAL
//! mode with `synchronous=NORMAL`: a transaction that has returned survives `kill -9`, since the system holds it; a power
//! cut may take the last ones, and those pieces are then made again, but never damages the file.
//!
//! A result belongs to a *work*: the key of everything that decides it (source, spec and snapshots, compiler and
//! libraries, engine and its build, schedules, cases). So a change of any of these, and nothing else, has a submission
//! graded again; and the same content handed in twice is one work. Traces are kept compressed until the result stands;
//! then only those that reports show. This room does not grade, and knows nothing of how a report looks.

mod encoding;
mod error;
mod lock;
mod open;
mod results;
mod roll;
mod runs;
mod schema;
#[cfg(test)]
mod tests;
mod work;

pub use error::JournalError;
pub use lock::OutLock;
pub use open::Journal;
pub use results::{Blame, Recorded};
pub use roll::{Entry, Known, People, Person, Roll};
pub use runs::WorkMemory;
pub use work::{Work, WorkKey};

/// The journal's name in a batch's output folder.
pub const FILE: &str = "grade.db";
