//! The command line as people and programs meet it: what is written where, and the exit status.
//!
//! Most tests work on a copy of a tiny course (`tests/courses/tiny`), whose programs take milliseconds.

mod author;
mod bad_input;
mod batch;
mod day;
mod desk;
mod formats;
mod grading;
mod readme;
mod signals;
