//! One file a format: from results and events to what a person or a program reads.
//!
//! Formats are pure: they take a trace or a result and give a text. What a program wrote is its own claim and may be
//! hostile, so whatever people read goes through [`harmless()`] first. This room judges nothing and writes to no stream.

pub mod class;
pub mod human;
pub mod json;

mod cast;
mod harmless;
mod lanes;
mod perfetto;
#[cfg(test)]
mod samples;
mod table;
mod trace_text;

pub use harmless::harmless;
pub use perfetto::write_perfetto;
pub use trace_text::{TextStyle, trace_text};
