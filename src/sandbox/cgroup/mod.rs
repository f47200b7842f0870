//! Control groups: limits of memory and of processes for the whole tree of a run, kept by the kernel.
//!
//! [`Groups`] is where this process may make groups: below its own group, or beside it. It is found by reading what is mounted
//! and which group is ours, and tried by doing (see [`super::probe()`]). Both of the kernel's interfaces are known, version 2
//! where it has the memory controller, else version 1. A [`Group`] is one run's; whoever stays (a worker) keeps groups for the
//! next run ([`keep_groups`]): to make one costs more than to use one again, and the kernel holds on to each that ever was as
//! long as a page of a file is charged to it.
//!
//! The limits stand behind those that the tracer counts, as `setrlimit(2)`'s do: they are for what is too quick for it, and for
//! memory that belongs to no process (`memfd`, pipes, sockets). Without groups all else is as with them. This room decides
//! nothing of verdicts; it tells whose lack of memory ended a process.

mod door;
mod files;
mod group;
mod groups;
mod hierarchy;
mod sweep;

pub use group::{Group, OutOfMemory};
pub use groups::{GroupLimits, Groups, keep_groups, release_groups};
