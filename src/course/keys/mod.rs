//! What may be written in `spec.toml` and `course.toml`: every key with its type and its meaning.
//!
//! This table is the only place that knows the keys. The reader (`raw`) refuses what is not in it, and the JSON Schema
//! is made from it, so that an editor and `grade` never disagree.

mod check;
mod course;
mod kinds;
mod shape;
mod spec;
mod tables;

pub(super) use check::CHECK;
pub(super) use course::COURSE;
pub(super) use kinds::KINDS;
pub(super) use shape::{Choice, Key, OperandKind, Shape, Type};
pub(super) use spec::SPEC;
