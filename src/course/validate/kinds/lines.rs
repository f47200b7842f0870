//! Kinds that look at the lines of one event: `count`, `distinct`, `field`, `never`.

use toml::Spanned;

use super::super::bounds::Possible;
use super::super::operand::Writer;
use super::super::pattern;
use super::super::scene::Scene;
use crate::course::keys::OperandKind;
use crate::course::model::{Count, Distinct, FieldCheck, GroupBy, Never, Operand, Which};
use crate::course::raw::{Section, Value};

impl Scene<'_> {
    pub(super) fn count(&self, table: &Section<'_>) -> Option<Count> {
        let select = self.selector(table);
        let bounds = self.bounds(table, OperandKind::Count, Possible::FROM_ZERO);
        Some(Count { select: select?.1, bounds: bounds? })
    }

    pub(super) fn distinct(&self, table: &Section<'_>) -> Option<Distinct> {
        let select = self.selector(table);
        let by = self.group_by(table, &[select.as_ref().map(|(event, _)| event)]);
        let bounds = self.bounds(table, OperandKind::Count, Possible::FROM_ZERO);
        let not_main = table.value("not_main").and_then(|value| value.boolean()).unwrap_or_default();
        if let (true, Ok(Some(GroupBy::Field(field))), Some(span)) = (not_main, &by, table.key_span("not_main")) {
            let label = format!("the values of `{field}` have no main one");
            let mistake = self.mistakes.error(span, "`not_main` goes with threads and processes only", label);
            self.mistakes.add(mistake.help("remove it, or write `by = \"thread\"` or `by = \"process\"`"));
        }
        Some(Distinct { select: select?.1, by: by.ok()??, not_main, bounds: bounds? })
    }

    pub(super) fn field(&self, table: &Section<'_>) -> Option<FieldCheck> {
        let select = self.selector(table);
        let name = table.filled_text("name");
        let name = name.filter(|name| {
            select.as_ref().is_none_or(|(event, _)| self.events.field_of_all(&[event], name, self.mistakes))
        });
        let which = match table.choice("which") {
            Some("first") => Which::First,
            Some("last") => Which::Last,
            Some("any") => Which::Any,
            _ => Which::All,
        };
        let one_of = self.one_of(table);
        let matches = table.text("matches").map(|text| pattern::regex(&text, self.mistakes));
        let equals = self.operand_of(table, "equals", OperandKind::Text, Writer::Known);
        let bounds = self.number_bounds(table);
        let claims = ["equals", "one_of", "matches", "at_least", "at_most"];
        if !claims.iter().any(|claim| table.has(claim)) {
            if !table.has_unknown_keys() {
                let mistake =
                    self.mistakes.error(table.span.clone(), "`field` claims nothing", "nothing here can fail");
                table.add_missing(mistake.help("add `equals`, `one_of`, `matches`, `at_least` or `at_most`"));
            }
            return None;
        }
        let good = self.equals_alone(table) && (equals.is_some() || !table.has("equals"));
        let (at_least, at_most) = bounds?;
        (good && (which != Which::All || !table.has("which") || table.choice("which").is_some())).then_some(())?;
        Some(FieldCheck {
            select: select?.1,
            name: name?.into_inner(),
            which,
            equals: equals.map(|tried| tried.operand),
            one_of: one_of?,
            matches: match matches {
                Some(compiled) => Some(compiled?),
                None => None,
            },
            at_least,
            at_most,
        })
    }

    /// `at_least` and `at_most` of a field, which may be negative and have decimals.
    fn number_bounds(&self, table: &Section<'_>) -> Option<(Option<Operand>, Option<Operand>)> {
        let low = self.operand_of(table, "at_least", OperandKind::Number, Writer::Known);
        let high = self.operand_of(table, "at_most", OperandKind::Number, Writer::Known);
        let mut good = (low.is_some() || !table.has("at_least")) && (high.is_some() || !table.has("at_most"));
        if let (Some(low), Some(high)) = (&low, &high) {
            good &= self.in_order(low, high);
        }
        good.then(|| (low.map(|tried| tried.operand), high.map(|tried| tried.operand)))
    }

    fn one_of(&self, table: &Section<'_>) -> Option<Vec<Operand>> {
        let Some(value) = table.value("one_of") else { return (!table.has("one_of")).then(Vec::new) };
        let items = value.items()?;
        if items.is_empty() && !value.has_bad_item() {
            let mistake = self.mistakes.error(value.span(), "`one_of` is empty", "no text is among these");
            self.mistakes.add(mistake.help("list the texts that are right: `one_of = [\"a\", \"b\"]`"));
            return None;
        }
        let read = |item: Value<'_>| self.operand(item, OperandKind::Text, Writer::Known).map(|tried| tried.operand);
        // Every item is tried, so that each mistake among them is found.
        let operands: Vec<Option<Operand>> = items.into_iter().map(read).collect();
        operands.into_iter().collect()
    }

    /// With `equals` every other claim about the value is idle or contradicts it.
    fn equals_alone(&self, table: &Section<'_>) -> bool {
        let Some(equals) = table.key_span("equals") else { return true };
        let mut good = true;
        for other in ["one_of", "matches", "at_least", "at_most"] {
            if let Some(span) = table.key_span(other) {
                let message = format!("`equals` leaves nothing for `{other}` to say");
                let mistake = self.mistakes.error(span, message, "a second claim").see(equals.clone(), "the first");
                self.mistakes.add(mistake.help("keep one of the two"));
                good = false;
            }
        }
        good
    }

    pub(super) fn never(&self, table: &Section<'_>) -> Option<Never> {
        let select = self.selector(table);
        let edge = |key: &'static str| match (table.has(key), self.event(table, key)) {
            (true, event) => event.map(|event| Some(event.into_inner())),
            (false, _) => Some(None),
        };
        let (after, before) = (edge("after"), edge("before"));
        if let (Some(Some(after)), Some(Some(before)), Some(span)) = (&after, &before, table.key_span("before"))
            && after == before
        {
            let mistake = self.mistakes.error(span, "`after` and `before` name the same event", "nothing lies between");
            self.mistakes.add(mistake.help("name two events, or keep one of the two keys"));
        }
        Some(Never { select: select?.1, after: after?, before: before? })
    }

    /// Reports that two keys, which should name two events, name one.
    pub(super) fn different(&self, table: &Section<'_>, a: &Spanned<String>, b: &Spanned<String>) -> bool {
        if a.get_ref() != b.get_ref() {
            return true;
        }
        let message = format!("{} names the event `{}` twice", table.shape.name, a.get_ref());
        let mistake = self.mistakes.error(b.span(), message, "here again").see(a.span(), "first here");
        self.mistakes.add(mistake.help("name two different events"));
        false
    }
}
