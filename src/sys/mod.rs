//! The only `unsafe` of the crate: thin, safe faces of system calls that `nix` does not have.
//!
//! One concern a file, small functions, each block with the reason why it is sound. Nothing here decides anything: what
//! is called when, and what a failure means, is the caller's business.

pub mod child;
pub mod children;
pub mod clock_code;
pub mod cycle_counter;
pub mod descriptor;
pub mod descriptors;
pub mod dispositions;
pub mod limit_child;
pub mod loopback;
pub mod peer;
pub mod ptrace;
pub mod rights;
pub mod signal;
pub mod split;
pub mod stage;
pub mod subprocess;
pub mod tcp;
pub mod tick;
pub mod tree;
pub mod wait;
