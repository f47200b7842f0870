//! Runs and builds side by side, as many at once as there are slots.
//!
//! For now a slot is a thread of this process; worker processes, which can die and be replaced, will stand behind the
//! same face: requests in, traces out, in the order in which they were asked for. The pool does not judge, and does
//! not try a failed run again.

mod slots;
mod threads;

pub use threads::Pool;
