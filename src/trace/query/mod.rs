//! Questions that are asked of a trace: which lines are an event, who lived, what overlapped.
//!
//! Everything here is pure and reads one trace. Both streams count as output: Python's `logging` writes to standard
//! error, and a student is free to use it. Order is always that of `seq`, never that of equal times. Nothing here knows
//! what is right: that is the checks' business.

mod group;
mod http;
mod interval;
mod line;
mod lives;

pub use group::{Group, Grouping, groups};
pub use http::{Request, requests};
pub use interval::{Interval, Moment, Peak, intervals, peak};
pub use line::{Match, lines, matches};
pub use lives::{Life, Lives, Process};
