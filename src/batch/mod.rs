//! Submissions in, results out: one exercise of one student, and many of many.
//!
//! [`Grader::grade`] is the whole way of one submission: build, run each case under each schedule, judge, sum up. What
//! is ours or the machine's fault becomes the verdict `grader-error` with its cause beside it, so that a long batch goes
//! on and no student gets a zero for it.
//!
//! A class goes this way: [`submissions`] finds what was handed in, [`Plan`] makes of it the works that are to be graded,
//! each once, [`Conductor`] grades them side by side with the [`journal`] as its memory, and [`Reading`] reads the whole
//! class from the journal for the reports. This room prints nothing.

mod class;
mod conduct;
mod engines;
mod fault;
mod fewest;
mod grader;
pub mod journal;
mod last_words;
mod memory;
mod plan;
mod runs;
mod scale;
mod scratch;
mod seeds;
pub mod submissions;
mod summary;

pub use class::Reading;
pub use conduct::{BatchEvent, Conductor, Stopped, Watcher};
pub use engines::Engines;
pub use fault::{Interrupted, OurFault};
pub use grader::{Graded, Grader, Task};
pub use journal::JournalError;
pub use memory::{Forgetful, Memory, RunKey};
pub use plan::{Plan, PlanError, Setting, Unit};
pub use scale::OtherCases;
pub use scratch::Scratch;
pub use seeds::Seeds;
