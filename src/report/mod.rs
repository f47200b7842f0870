//! One file a format: from results and events to what a person or a program reads.
//!
//! Formats are pure: they take a trace, a result ([`Single`]) or a whole class ([`class::Class`]) and give a text. In none
//! of them is a result that could not be decided a zero; each says how it says that instead. What a program wrote is its
//! own claim and may be hostile, so whatever people read goes through [`harmless()`] first. This room judges nothing and
//! writes to no stream.

pub mod class;
pub mod classroom50;
pub mod csv;
pub mod exercism;
pub mod github;
pub mod gradescope;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;

mod cast;
mod columns;
mod harmless;
mod lanes;
mod perfetto;
#[cfg(test)]
mod samples;
mod single;
mod standing;
mod table;
mod trace_text;
mod words;

pub use columns::columns;
pub use harmless::harmless;
pub use perfetto::write_perfetto;
pub use single::Single;
pub use standing::Standing;
pub use trace_text::{TextStyle, trace_text};
