//! What a class handed in: a folder of students' folders, files and archives, read without trusting any of it.
mod error;
mod filter;
mod found;
mod reason;
mod roster;

pub use error::SubmissionsError;
pub use filter::Filter;
pub use found::{Found, Note, Refused, Student, Submitted};
pub use reason::RefusedReason;
pub use roster::{Columns, Roster, RosterFormat, RosterStudent};
