//! What a class handed in: a folder of students' folders, files and archives, read without trusting any of it.
//!
//! [`find()`] lists every program once, with its student, exercise, language and digest, and every file that cannot be
//! graded with the reason. Two readings of the same folder give the same. The ways of it:
//!
//! * `layout` tells whose something is by its name: a student's own folder or archive, Moodle's, Canvas', Gradescope's and
//!   GitHub Classroom's downloads. `place` tells which exercise and language a file is for by its path below the student.
//! * `beneath` and `archive` read: no link is followed, only regular files are opened, archives stay in memory, and all
//!   is limited (`limits`).
//! * `choose` takes one file an exercise, and tells of starters that were left as they were.
//! * `roster` is the list of the course's students.
//!
//! Nothing is written, built or run here, and nothing is shown: names and origins keep the characters that students gave
//! them, for [`crate::report::harmless`] to draw.

mod archive;
mod beneath;
mod choose;
mod collect;
mod error;
mod exercises;
mod filter;
mod find;
mod found;
mod layout;
mod limits;
mod names;
mod place;
mod reason;
mod roster;

pub use error::SubmissionsError;
pub use filter::Filter;
pub use find::find;
pub use found::{Found, Note, Refused, Student, Submitted};
pub use reason::RefusedReason;
pub use roster::{Columns, Roster, RosterFormat, RosterStudent};
