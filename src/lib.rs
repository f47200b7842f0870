//! `grade`: an autograder for concurrency exercises that watches the program from the kernel, in virtual time.
//!
//! Data goes one way:
//!
//! ```text
//! course -> build -> run (sandbox, tracer, clock, schedule) -> trace -> check -> verdict -> report
//!           with the pool and the batch around "build" and "run"
//! ```
//!
//! | room | what it does | uses |
//! | --- | --- | --- |
//! | [`cli`] | one file a subcommand; the only owner of stdout and stderr | everything; nobody uses it |
//! | [`batch`] | grades submissions: one exercise of one student, many of many | `pool`, `engine`, `build`, `check`, `course`, `schedule`, `trace`, `folder`, `report` (the class as plain data) |
//! | [`pool`] | worker processes around builds and runs | `engine`, `build`, `event`, `trace`, `folder`, `sandbox`, `sys`, `wire` |
//! | [`explore`] | one program under many schedules: its different outcomes | `tracer`, `trace` |
//! | [`engine`] | runs a program and tells what it did: traced, wall, scripted | `tracer`, `sandbox`, `fixture`, `schedule`, `trace`, `course` (limits), `folder`, `sys`, `wire` |
//! | [`tracer`] | ptrace: the loop, system calls, registers | `clock`, `schedule`, `trace`, `sandbox`, `sys` |
//! | [`sandbox`] | what a submission may do | `folder`, `sys` |
//! | [`schedule`] | who runs next: pure policies | nothing |
//! | [`clock`] | virtual time: pure | nothing |
//! | [`fixture`] | the HTTP server for fetchers | `trace` (its record), `sys` |
//! | [`build`] | Rust and Python submissions into something that runs | `course` (language), `event`, `sandbox`, `folder`, `sys`, `wire` |
//! | [`trace`] | events, JSON Lines, queries, the normal form of snapshots | `clock` |
//! | [`check`] | one file a kind of check; sees traces only | `trace`, `course`, `clock` |
//! | [`report`] | one file a format, web pages with the timeline | `event`, `check`, `course`, `trace`, `clock` |
//! | [`course`] | `course.toml`, `spec.toml`, validation | `diag`, `clock` |
//! | [`diag`] | mistakes drawn on the source line | nothing |
//! | [`event`] | the stream from the grading to every reporter | `check`, `course` |
//! | [`sys`] | the only `unsafe` | nothing |
//! | `folder` | temporary folders that go with their owner | nothing |
//! | `wire` | how bytes, paths and errors travel as JSON | nothing |
//!
//! Three kinds of failure never mix: the student's is a verdict, not an `Err`; the author's is a list of diagnostics;
//! ours or the machine's is a typed error and never a zero for a student.

pub mod batch;
pub mod build;
pub mod check;
pub mod cli;
pub mod clock;
pub mod course;
pub mod diag;
pub mod engine;
pub mod event;
pub mod explore;
pub mod fixture;
mod folder;
pub mod pool;
pub mod report;
pub mod sandbox;
pub mod schedule;
pub mod sys;
pub mod trace;
pub mod tracer;
mod wire;
