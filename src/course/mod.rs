//! The course as its author wrote it: `course.toml`, the exercises found on disk, and each one's `spec.toml`.
//!
//! A spec is read in two steps: `raw` (what the TOML says, every value with its span) and `validate` (all mistakes at
//! once, each as a [`crate::diag::Diagnostic`]), which yields the plain model that everything else uses. This room
//! neither builds, runs nor judges.

pub mod model;
