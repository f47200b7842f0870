//! Virtual time as plain data: an instant, a duration, and the deadlines of a run.
//!
//! Everything here is pure, so that the engine's arithmetic can be tested without a process. Time is counted in whole
//! nanoseconds; there is no float, because a schedule must repeat to the byte. This room does not know what moves time:
//! that is the tracer's business (`ENGINE`: min of real time and CPU time, or a jump when all sleep).

mod deadlines;
mod duration;
mod instant;

pub use deadlines::{DeadlineKey, Deadlines};
pub use duration::{DurationParseError, VirtualDuration};
pub use instant::VirtualInstant;
