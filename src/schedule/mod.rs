//! Who runs next: pure policies behind one trait.
//!
//! Virtual time makes wake-ups orderly, so a race ends right by luck. Under a schedule the tracer lets one thread run at
//! a time, and at each stop that orders things asks a [`Policy`] which of the ready threads goes on. A policy sees
//! threads as numbers by birth and nothing else of the machine, so the same seed makes the same choices anywhere.
//!
//! - [`Natural`] goes on with the thread that ran last: what a machine does that is in no hurry to switch.
//! - [`Random`] chooses evenly at each point.
//! - [`Pct`] gives random priorities with a few change points (Burckhardt et al., ASPLOS 2010): a bug of depth d shows
//!   with probability at least 1/(n·k^(d-1)) a run.
//! - [`Replay`] makes recorded switches again; [`minimise()`] finds few of them that still show the bug.
//!
//! This room does not trace, hold or resume anything, and knows no time but the length of a hold.

mod minimise;
mod natural;
mod pauses;
mod pct;
mod place;
mod policy;
mod preemptions;
mod random;
mod replay;
mod seed;
mod splitmix;

pub use minimise::minimise;
pub use natural::Natural;
pub use pct::Pct;
pub use place::Place;
pub use policy::{Policy, Preemption, Ready, ThreadNumber, Unit};
pub use random::Random;
pub use replay::{Recorder, Replay, Switch};
pub use seed::for_seed;
