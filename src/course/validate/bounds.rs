//! `equals`, `at_least` and `at_most`: whether they can hold together, and whether they can hold at all.

use super::operand::{Tried, Writer};
use super::scene::Scene;
use crate::course::keys::OperandKind;
use crate::course::model::Bounds;
use crate::course::raw::{Section, excerpt};

/// The range in which the measured value lies whatever the program does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Possible {
    /// The least, and why.
    pub least: f64,
    /// Why it cannot be less, as a sentence.
    pub because: &'static str,
    /// The most and why, when there is one.
    pub most: Option<(f64, &'static str)>,
}

impl Possible {
    /// From nothing on.
    pub(super) const FROM_ZERO: Self = Self { least: 0.0, because: "it is never less than 0", most: None };
    /// From one on: the program's first thread or process counts.
    pub(super) const FROM_ONE: Self =
        Self { least: 1.0, because: "the program's first one counts, so it is never less than 1", most: None };
}

impl Scene<'_> {
    /// The bounds of a table, of which there must be one. None when any is mistaken.
    pub(super) fn bounds(&self, section: &Section<'_>, kind: OperandKind, possible: Possible) -> Option<Bounds> {
        let names = ["equals", "at_least", "at_most"];
        if !names.iter().any(|name| section.has(name)) {
            self.no_bound(section);
            return None;
        }
        self.some_bounds(section, kind, Writer::Unknown, Some(possible))
    }

    /// The bounds of a table, if any. None when any is mistaken.
    pub(super) fn some_bounds(
        &self,
        section: &Section<'_>,
        kind: OperandKind,
        writer: Writer,
        possible: Option<Possible>,
    ) -> Option<Bounds> {
        let read = |name| self.operand_of(section, name, kind, writer);
        let (equals, at_least, at_most) = (read("equals"), read("at_least"), read("at_most"));
        let mut good = ["equals", "at_least", "at_most"]
            .into_iter()
            .zip([&equals, &at_least, &at_most])
            .all(|(name, tried)| !section.has(name) || tried.is_some());
        good &= self.no_other_beside_equals(section);
        if let (Some(low), Some(high)) = (&at_least, &at_most) {
            good &= self.in_order(low, high);
        }
        if let Some(possible) = possible {
            good &= self.can_hold(equals.as_ref(), at_least.as_ref(), at_most.as_ref(), possible);
        }
        let operand = |tried: Option<Tried>| tried.map(|tried| tried.operand);
        good.then(|| Bounds { equals: operand(equals), at_least: operand(at_least), at_most: operand(at_most) })
    }

    /// Reports a table without any bound, unless one of its unknown keys was meant as one.
    pub(super) fn no_bound(&self, section: &Section<'_>) {
        if section.has_unknown_keys() {
            return;
        }
        let message = format!("{} needs a bound", section.shape.name);
        let mistake = self.mistakes.error(section.span.clone(), message, "nothing here can fail");
        section.add_missing(mistake.help("add `equals`, `at_least` or `at_most`"));
    }

    fn no_other_beside_equals(&self, section: &Section<'_>) -> bool {
        let Some(equals) = section.key_span("equals") else { return true };
        let mut good = true;
        for other in ["at_least", "at_most"] {
            if let Some(span) = section.key_span(other) {
                let message = format!("`equals` leaves nothing for `{other}` to say");
                let mistake = self.mistakes.error(span, message, "a second bound").see(equals.clone(), "the first");
                self.mistakes.add(mistake.help("keep `equals`, or write both `at_least` and `at_most`"));
                good = false;
            }
        }
        good
    }

    pub(super) fn in_order(&self, low: &Tried, high: &Tried) -> bool {
        let runs = self.cases.len().max(1);
        let crossed =
            (0..runs).find(|&case| matches!((low.number(case), high.number(case)), (Some(a), Some(b)) if a > b));
        let Some(case) = crossed else { return true };
        let in_case = match self.cases.get(case) {
            Some(case) if !(low.constant && high.constant) => format!(" in {}", case.title()),
            _ => String::new(),
        };
        let message = format!("`at_least` is more than `at_most`{in_case}");
        let mistake = self
            .mistakes
            .error(low.span.clone(), message, "nothing is as much")
            .see(high.span.clone(), "and as little");
        self.mistakes.add(mistake.help("swap the two bounds, or write `equals`"));
        false
    }

    fn can_hold(&self, equals: Option<&Tried>, low: Option<&Tried>, high: Option<&Tried>, possible: Possible) -> bool {
        let in_all = |tried: Option<&Tried>, is: &dyn Fn(f64) -> bool| {
            tried
                .is_some_and(|tried| !tried.values.is_empty() && tried.values.iter().all(|value| value.is_some_and(is)))
        };
        let source = self.mistakes.source().text();
        let mut good = true;
        let mut refuse = |tried: Option<&Tried>, name: &str, what: &str, why: &str, help: &str| {
            let Some(tried) = tried else { return };
            let written = excerpt(source.get(tried.span.clone()).unwrap_or_default());
            let message = format!("`{name} = {}` {what}", written.trim_matches('`'));
            self.mistakes.add(self.mistakes.error(tried.span.clone(), message, why).help(help));
            good = false;
        };
        let less = |value: f64| value < possible.least;
        for (tried, name) in [(equals, "equals"), (high, "at_most")] {
            if in_all(tried, &less) {
                refuse(tried, name, "can never hold", possible.because, "raise the bound");
            }
        }
        if high.is_none() && in_all(low, &|value| value <= possible.least) {
            refuse(
                low,
                "at_least",
                "always holds",
                possible.because,
                "raise the bound, or write `at_most` or `equals`",
            );
        }
        if let Some((most, why)) = possible.most {
            for (tried, name) in [(equals, "equals"), (low, "at_least")] {
                if in_all(tried, &|value| value > most) {
                    refuse(tried, name, "can never hold", why, "lower the bound, or raise the limit");
                }
            }
        }
        good
    }
}
