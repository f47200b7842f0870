//! From the spanned TOML to the plain model: every mistake of a file at once.
//!
//! Each part is read as far as it goes and yields `None` where it is mistaken, so that a mistake in one place hides none
//! in another. References (to events, fields, checks, cases, arguments) are looked up while reading, against names that
//! were gathered first.

mod bounds;
mod cases;
mod checks;
mod course;
mod events;
mod kinds;
mod needs;
mod operand;
mod pattern;
mod scalar;
mod scene;
mod spec;
mod wrong;

pub(super) use course::{CourseFile, Listed, course, number_of};
pub use spec::SpecContext;
pub(super) use spec::spec;
