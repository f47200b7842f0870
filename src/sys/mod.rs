//! The only `unsafe` of the crate: thin, safe faces of system calls that `nix` does not have.

pub mod descriptors;
pub mod dispositions;
pub mod limit_child;
pub mod subprocess;
