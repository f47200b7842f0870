//! The course as its author wrote it: `course.toml`, the exercises found on disk, and each one's `spec.toml`.
//!
//! A spec is read in two steps: `raw` (what the TOML says, every value with its span, read against the table in `keys`)
//! and `validate` (all mistakes at once, each as a [`crate::diag::Diagnostic`]), which yields the plain model that
//! everything else uses. The same table of keys makes the JSON Schema. This room neither builds, runs nor judges.

mod discover;
mod error;
mod find;
mod keys;
mod load;
pub mod model;
mod raw;
mod schema;
mod suggest;
mod validate;

pub use error::CourseError;
pub use find::{NoSuchExercise, find_exercise};
pub use load::{Loaded, check_course, check_spec, find_root, load, load_exercise, load_with_warnings, parse_spec};
pub use schema::schema;
pub use validate::SpecContext;
