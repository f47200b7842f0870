use super::finding::SpecFault;
use super::run::Run;
use crate::clock::VirtualDuration;
use crate::course::model::{Bounds, Operand};
use crate::trace::query::Match;

/// Bounds whose operands are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range<T> {
    pub(crate) equals: Option<T>,
    pub(crate) at_least: Option<T>,
    pub(crate) at_most: Option<T>,
}

/// On which side of its bounds a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Below,
    Within,
    Above,
}

impl<T: Copy + Ord> Range<T> {
    pub(crate) fn side(&self, value: T) -> Side {
        if self.least().is_some_and(|least| value < least) {
            Side::Below
        } else if self.most().is_some_and(|most| value > most) {
            Side::Above
        } else {
            Side::Within
        }
    }

    /// The least value that is right.
    pub(crate) fn least(&self) -> Option<T> {
        self.equals.max(self.at_least)
    }

    /// The greatest value that is right.
    pub(crate) fn most(&self) -> Option<T> {
        [self.equals, self.at_most].into_iter().flatten().min()
    }

    /// Whether nothing is asked.
    pub(crate) const fn is_empty(&self) -> bool {
        self.equals.is_none() && self.at_least.is_none() && self.at_most.is_none()
    }
}

impl<T: Copy + Ord + std::fmt::Display> Range<T> {
    /// The bounds in words: `2`, `at least 2`, `2 to 4`.
    pub(crate) fn words(&self) -> String {
        match (self.equals, self.at_least, self.at_most) {
            (Some(equals), ..) => equals.to_string(),
            (None, Some(least), Some(most)) if least == most => least.to_string(),
            (None, Some(least), Some(most)) => format!("{least} to {most}"),
            (None, Some(least), None) => format!("at least {least}"),
            (None, None, Some(most)) => format!("at most {most}"),
            (None, None, None) => "anything".to_owned(),
        }
    }
}

/// The bounds as whole numbers, for the case at hand.
pub(crate) fn numbers(run: &Run<'_>, bounds: &Bounds) -> Result<Range<u64>, SpecFault> {
    range(bounds, |operand| {
        let text = run.resolve(operand, None)?;
        text.trim().parse().map_err(|_| SpecFault::NotANumber(text))
    })
}

/// The bounds as durations, for the case (and the line) at hand.
pub(crate) fn durations(
    run: &Run<'_>,
    bounds: &Bounds,
    line: Option<&Match<'_>>,
) -> Result<Range<VirtualDuration>, SpecFault> {
    range(bounds, |operand| {
        let value = run.resolve(operand, line)?;
        value.parse().map_err(|cause| SpecFault::NotADuration { value, cause })
    })
}

fn range<T>(bounds: &Bounds, read: impl Fn(&Operand) -> Result<T, SpecFault>) -> Result<Range<T>, SpecFault> {
    Ok(Range {
        equals: bounds.equals.as_ref().map(&read).transpose()?,
        at_least: bounds.at_least.as_ref().map(&read).transpose()?,
        at_most: bounds.at_most.as_ref().map(&read).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Range, Side};

    #[test]
    fn a_value_is_below_within_or_above() {
        let range = Range { equals: None, at_least: Some(2), at_most: Some(4) };
        assert_eq!([1, 2, 4, 5].map(|value| range.side(value)), [Side::Below, Side::Within, Side::Within, Side::Above]);
        assert_eq!(range.words(), "2 to 4");
        let equals = Range { equals: Some(3), at_least: None, at_most: None };
        assert_eq!([2, 3, 4].map(|value| equals.side(value)), [Side::Below, Side::Within, Side::Above]);
        assert_eq!(Range { equals: None, at_least: Some(2), at_most: None }.words(), "at least 2");
    }
}
