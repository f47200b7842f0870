use std::fmt;

use serde::{Deserialize, Serialize};

use super::VirtualDuration;

/// A moment of a run, in virtual nanoseconds since the program's start.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct VirtualInstant(u64);

impl VirtualInstant {
    /// The start of the program.
    pub const START: Self = Self(0);

    /// The moment `nanos` virtual nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Virtual nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The time from `earlier` to this moment; zero when `earlier` is the later one.
    pub const fn since(self, earlier: Self) -> VirtualDuration {
        VirtualDuration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// This moment moved on by `duration`; stays at the end of time rather than wrap.
    pub const fn saturating_add(self, duration: VirtualDuration) -> Self {
        Self(self.0.saturating_add(duration.as_nanos()))
    }
}

/// Seconds with three decimals, as reports show it: `2.000 s`.
impl fmt::Display for VirtualInstant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:03} s", self.0 / 1_000_000_000, self.0 / 1_000_000 % 1000)
    }
}
