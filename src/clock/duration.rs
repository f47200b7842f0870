use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A span of virtual time, in whole nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VirtualDuration(u64);

impl VirtualDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of `nanos` virtual nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A span of `millis` virtual milliseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros * 1_000)
    }

    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// A span of `seconds` virtual seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// The span in virtual nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The same span as a standard duration (real time of the wall engine, time-outs).
    pub const fn as_std(self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.0)
    }

    /// The difference between two spans, whichever is the longer.
    pub const fn abs_diff(self, other: Self) -> Self {
        Self(self.0.abs_diff(other.0))
    }

    /// The sum, or the longest span that can be said.
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for VirtualDuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, unit, name) = match self.0 {
            0 => return formatter.write_str("0 s"),
            1..1_000 => (self.0, 1, "ns"),
            1_000..1_000_000 => (self.0, 1_000, "µs"),
            1_000_000..1_000_000_000 => (self.0, 1_000_000, "ms"),
            _ => (self.0, 1_000_000_000, "s"),
        };
        let whole = value / unit;
        let thousandths = u128::from(value % unit) * 1000 / u128::from(unit);
        if thousandths == 0 {
            write!(formatter, "{whole} {name}")
        } else {
            let decimals = format!("{thousandths:03}");
            write!(formatter, "{whole}.{} {name}", decimals.trim_end_matches('0'))
        }
    }
}

/// What is wrong with a text that should have been a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationParseError {
    /// No number at the start.
    #[error("a duration is a number and a unit, such as `2s` or `250ms`")]
    NoNumber,
    /// A number with no unit behind it.
    #[error("a duration needs its unit: ns, us, ms, s, min or h")]
    NoUnit,
    /// A unit that nobody knows.
    #[error("`{0}` is no unit of time: use ns, us, ms, s, min or h")]
    UnknownUnit(String),
    /// More than 584 years.
    #[error("a duration of more than 584 years does not fit")]
    TooLong,
}

/// Reads `2s`, `2.25s`, `250ms`, `1500 us`, `3min`, `1h`: one number and one unit.
impl FromStr for VirtualDuration {
    type Err = DurationParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
        let (number, unit) = text.split_at(unit_at);
        let number = number.replace('_', "");
        let (whole, decimals) = number.split_once('.').unwrap_or((&number, ""));
        if whole.is_empty() || decimals.contains('.') || (number.contains('.') && decimals.is_empty()) {
            return Err(DurationParseError::NoNumber);
        }
        let nanos_per_unit: u128 = match unit.trim() {
            "" => return Err(DurationParseError::NoUnit),
            "ns" => 1,
            "us" | "µs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "min" | "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            other => return Err(DurationParseError::UnknownUnit(other.to_owned())),
        };
        let whole: u128 = whole.parse().map_err(|_| DurationParseError::TooLong)?;
        let mut nanos = whole.checked_mul(nanos_per_unit).ok_or(DurationParseError::TooLong)?;
        let mut share = nanos_per_unit;
        for digit in decimals.bytes() {
            share /= 10;
            nanos += u128::from(digit - b'0') * share;
        }
        u64::try_from(nanos).map(Self).map_err(|_| DurationParseError::TooLong)
    }
}

#[cfg(test)]
mod tests {
    use super::VirtualDuration;

    #[test]
    fn a_duration_is_read_as_it_is_written_in_a_spec() {
        for (text, nanos) in [
            ("2s", 2_000_000_000),
            ("2.25s", 2_250_000_000),
            ("250ms", 250_000_000),
            ("3 min", 180_000_000_000),
            ("0.5us", 500),
        ] {
            assert_eq!(text.parse(), Ok(VirtualDuration::from_nanos(nanos)), "{text}");
        }
        for text in ["", "2", "s", "2 parsecs", "-2s", "1.2.3s", ".5s", "99999999999h"] {
            assert!(text.parse::<VirtualDuration>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_duration_is_shown_in_its_largest_unit() {
        for (nanos, text) in
            [(0, "0 s"), (999, "999 ns"), (2_000_000_000, "2 s"), (2_250_000_000, "2.25 s"), (1_500_000, "1.5 ms")]
        {
            assert_eq!(VirtualDuration::from_nanos(nanos).to_string(), text);
        }
    }
}
