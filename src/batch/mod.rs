//! Submissions in, results out: one exercise of one student, and many of many.
//!
//! [`Grader::grade`] is the whole way of one submission: build, run each case under each schedule, judge, sum up. What
//! is ours or the machine's fault becomes the verdict `grader-error` with its cause beside it, so that a long batch goes
//! on and no student gets a zero for it. This room prints nothing and remembers nothing of students.

mod engines;
mod fault;
mod grader;
pub mod journal;
mod memory;
mod runs;
mod seeds;
pub mod submissions;
mod summary;

pub use engines::Engines;
pub use fault::{Interrupted, OurFault};
pub use grader::{Graded, Grader, Task};
pub use journal::JournalError;
pub use memory::{Forgetful, Memory, RunKey};
pub use seeds::Seeds;
