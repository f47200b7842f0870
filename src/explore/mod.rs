//! Runs a program under many schedules and tells how many different outcomes it has.
//!
//! Each schedule is a seed, and seed 0 is the natural schedule. Runs stand side by side, each pinned to a processor of its
//! own as far as there are any. Nothing is judged here: which outcome is the right one is not known.

mod noise;
mod outcome;
mod run;

pub use outcome::{Exploration, Outcome, SCHEMA, schema};
pub use run::{Plan, explore, fewest_switches, shown, surveyed};
