//! Strings that stand for a number with a unit: durations and sizes.

use std::ops::Range;

use toml::Spanned;

use crate::clock::VirtualDuration;
use crate::course::raw::{Section, excerpt};
use crate::diag::Mistakes;

/// Reads a duration such as `2s`; reports a text that is none.
pub(super) fn duration(text: &str, span: Range<usize>, mistakes: &Mistakes) -> Option<VirtualDuration> {
    match text.parse() {
        Ok(duration) => Some(duration),
        Err(error) => {
            let message = format!("{} is no duration", excerpt(text));
            let mistake = mistakes.error(span, message, error_text(&error));
            mistakes.add(mistake.help("write a number and a unit: `\"2s\"`, `\"2.5s\"`, `\"250ms\"`, `\"3min\"`"));
            None
        }
    }
}

fn error_text(error: &crate::clock::DurationParseError) -> String {
    use crate::clock::DurationParseError;
    match error {
        DurationParseError::NoNumber => "this does not begin with a number".to_owned(),
        DurationParseError::NoUnit => "the unit is missing".to_owned(),
        DurationParseError::UnknownUnit(unit) => format!("{} is no unit: use ns, us, ms, s, min or h", excerpt(unit)),
        DurationParseError::TooLong => "this is longer than 584 years".to_owned(),
    }
}

/// The duration of a key.
pub(super) fn duration_of(section: &Section<'_>, name: &'static str) -> Option<Spanned<VirtualDuration>> {
    let text = section.text(name)?;
    Some(Spanned::new(text.span(), duration(text.get_ref(), text.span(), section.mistakes)?))
}

/// The size of a key, in bytes.
pub(super) fn size_of(section: &Section<'_>, name: &'static str) -> Option<Spanned<u64>> {
    let text = section.text(name)?;
    match bytes(text.get_ref()) {
        Ok(size) => Some(Spanned::new(text.span(), size)),
        Err(why) => {
            let message = format!("{} is no size", excerpt(text.get_ref()));
            let mistake = section.mistakes.error(text.span(), message, why);
            section
                .mistakes
                .add(mistake.help("write a number and a unit: `\"512MiB\"`, `\"1GiB\"`, `\"64KiB\"`, `\"100kB\"`"));
            None
        }
    }
}

fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let number = number.replace('_', "");
    if number.is_empty() {
        return Err("this does not begin with a whole number".to_owned());
    }
    let factor: u64 = match unit.trim() {
        "" => return Err("the unit is missing".to_owned()),
        "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        other if other.starts_with('.') => return Err("a size is a whole number of its unit".to_owned()),
        other => return Err(format!("{} is no unit: use B, KiB, MiB, GiB, kB, MB or GB", excerpt(other))),
    };
    let size = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    size.ok_or_else(|| "this is more than any machine has".to_owned())
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn a_size_is_a_whole_number_and_a_unit() {
        assert_eq!(bytes("512MiB"), Ok(512 << 20));
        assert_eq!(bytes("1 kB"), Ok(1000));
        assert_eq!(bytes("1_000B"), Ok(1000));
        for text in ["", "512", "MiB", "1.5GiB", "-1B", "1 m", "99999999999999GiB", "1TiBs"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
