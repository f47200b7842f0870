//! Kinds that look at how events stand to each other: `order`, `before`, `elapsed`, `gap`, `overlap`.

use toml::Spanned;

use super::super::bounds::Possible;
use super::super::operand::Writer;
use super::super::scalar;
use super::super::scene::Scene;
use crate::clock::VirtualDuration;
use crate::course::keys::OperandKind;
use crate::course::model::{Before, Bounds, Elapsed, Gap, GapUnit, Operand, Order, Overlap, Selector};
use crate::course::raw::{Section, Value};

/// How far times may be off when the spec does not say.
pub(super) const TOLERANCE: VirtualDuration = VirtualDuration::from_millis(50);

impl Scene<'_> {
    pub(super) fn order(&self, table: &Section<'_>) -> Option<Order> {
        let of_values = ["event", "field", "values", "only"];
        let other = of_values.iter().find_map(|key| table.key_span(key));
        match (table.key_span("events"), other) {
            (Some(events), Some(other)) => {
                let mistake = self
                    .mistakes
                    .error(other, "`order` is either of events or of values", "this belongs to an order of values")
                    .see(events, "this to an order of events");
                self.mistakes
                    .add(mistake.help("write two checks, one with `events`, one with `event`, `field` and `values`"));
                None
            }
            (Some(_), None) => self.order_of_events(table),
            (None, Some(_)) => self.order_of_values(table),
            (None, None) => {
                if !table.has_unknown_keys() {
                    let mistake = self.mistakes.error(table.span.clone(), "`order` needs `events`", "of what?");
                    table.add_missing(mistake.help(
                        "write `events = [\"first\", \"second\"]`, or `event`, `field` and `values` for an order of values",
                    ));
                }
                None
            }
        }
    }

    fn order_of_events(&self, table: &Section<'_>) -> Option<Order> {
        let value = table.value("events")?;
        let names = table.texts("events")?;
        let all = names.len();
        let events: Vec<Spanned<String>> =
            names.into_iter().filter_map(|name| self.events.find(Some(name), self.mistakes)).collect();
        let by = self.group_by(table, &events.iter().map(Some).collect::<Vec<_>>());
        if all < 2 && !value.has_bad_item() {
            let mistake = self.mistakes.error(value.span(), "an order needs two events or more", "these are too few");
            self.mistakes.add(mistake.help("for example `events = [\"started\", \"finished\"]`"));
            return None;
        }
        let whole = events.len() == all && !value.has_bad_item();
        whole.then_some(())?;
        Some(Order::Events { events: events.into_iter().map(Spanned::into_inner).collect(), by: by.ok()? })
    }

    fn order_of_values(&self, table: &Section<'_>) -> Option<Order> {
        for key in ["event", "field", "values"] {
            if !table.has(key) {
                let message = format!("an order of values needs `{key}`");
                let mistake = self.mistakes.error(table.span.clone(), message, format!("`{key}` is missing"));
                table.add_missing(
                    mistake.help("for example `order = { event = \"result\", field = \"n\", values = \"$*\" }`"),
                );
            }
        }
        if let Some(by) = table.key_span("by") {
            let mistake =
                self.mistakes.error(by, "`by` goes with `events` only", "an order of values is of the whole run");
            self.mistakes.add(mistake.help("remove it; with `only` some lines can be left out"));
        }
        let select = self.selector(table);
        let field = table.filled_text("field");
        let field = field.filter(|field| {
            select.as_ref().is_none_or(|(event, _)| self.events.field_of_all(&[event], field, self.mistakes))
        });
        let value = table.value("values")?;
        let operand = |value: Value<'_>| self.operand(value, OperandKind::Text, Writer::Unknown);
        let values: Vec<Operand> = match value.items() {
            Some(items) if items.is_empty() && !value.has_bad_item() => {
                let mistake = self.mistakes.error(value.span(), "`values` is empty", "no value is right");
                self.mistakes.add(mistake.help("list the values, or write an operand such as `\"$*\"`"));
                return None;
            }
            Some(items) => {
                let operands: Vec<Option<Operand>> =
                    items.into_iter().map(|item| Some(operand(item)?.operand)).collect();
                operands.into_iter().collect::<Option<_>>()?
            }
            None => vec![operand(value)?.operand],
        };
        Some(Order::Values { select: select?.1, field: field?.into_inner(), values })
    }

    pub(super) fn before(&self, table: &Section<'_>) -> Option<Before> {
        let (first, then) = (self.event(table, "first"), self.event(table, "then"));
        let by = self.group_by(table, &[first.as_ref(), then.as_ref()]);
        let (first, then) = (first?, then?);
        self.different(table, &first, &then).then_some(())?;
        Some(Before { first: first.into_inner(), then: then.into_inner(), by: by.ok()? })
    }

    pub(super) fn elapsed(&self, table: &Section<'_>) -> Option<Elapsed> {
        let until: Option<Option<Selector>> = match table.value("until") {
            None => (!table.has("until")).then_some(None),
            Some(value) => match value.section() {
                Some(until) => self.selector(&until).map(|(_, select)| Some(select)),
                None => self
                    .event(table, "until")
                    .map(|event| Some(Selector { event: event.into_inner(), only: std::collections::BTreeMap::new() })),
            },
        };
        let bounds = self.bounds(table, OperandKind::Duration, self.possible_time());
        Some(Elapsed { until: until?, bounds: bounds? })
    }

    pub(super) fn gap(&self, table: &Section<'_>) -> Option<Gap> {
        let from = self.event(table, "from");
        let to = self.event(table, "to");
        let by = self.group_by(table, &[from.as_ref(), to.as_ref()]);
        let field = table.filled_text("field");
        let named: Vec<&Spanned<String>> = [to.as_ref(), from.as_ref()].into_iter().flatten().collect();
        let field_known =
            to.is_none() || field.as_ref().is_none_or(|field| self.events.field_of_any(&named, field, self.mistakes));
        let unit = match table.choice("unit") {
            Some("ms") => GapUnit::Milliseconds,
            _ => GapUnit::Seconds,
        };
        let tolerance = match scalar::duration_of(table, "tolerance") {
            Some(tolerance) => Some(tolerance.into_inner()),
            None => (!table.has("tolerance")).then_some(TOLERANCE),
        };
        let bounds = if table.has("field") {
            self.field_alone(table)
        } else {
            self.bounds(table, OperandKind::Duration, self.possible_time())
        };
        self.idle(table, "unit", "field", table.has("field"));
        self.idle(table, "tolerance", "`equals` or `field", table.has("field") || table.has("equals"));
        let unit_good = !table.has("unit") || table.choice("unit").is_some();
        (field_known && unit_good && !table.is_broken("field")).then_some(())?;
        let from = match from {
            Some(from) => Some(from.into_inner()),
            None if table.has("from") => return None,
            None => None,
        };
        Some(Gap {
            from,
            to: to?.into_inner(),
            by: by.ok()?,
            bounds: bounds?,
            field: field.map(|field| (field.into_inner(), unit)),
            tolerance: tolerance?,
        })
    }

    /// A gap as long as a field says has no constant bounds.
    fn field_alone(&self, table: &Section<'_>) -> Option<Bounds> {
        let mut bounds = Some(Bounds::default());
        for other in ["equals", "at_least", "at_most"] {
            if let (Some(span), Some(field)) = (table.key_span(other), table.key_span("field")) {
                let message = format!("`field` leaves nothing for `{other}` to say");
                let mistake = self.mistakes.error(span, message, "a second length").see(field, "the first");
                self.mistakes.add(mistake.help("keep one of the two; how far it may be off says `tolerance`"));
                bounds = None;
            }
        }
        bounds
    }

    /// Reports a key that says nothing without another one.
    fn idle(&self, table: &Section<'_>, key: &'static str, needs: &str, there: bool) {
        if let (Some(span), false, false) = (table.key_span(key), there, table.has_unknown_keys()) {
            let message = format!("`{key}` says nothing without `{needs}`");
            let mistake = self.mistakes.error(span, message, "this has no effect");
            table.add_missing(mistake.help(format!("remove it, or add `{needs}`")));
        }
    }

    pub(super) fn overlap(&self, table: &Section<'_>) -> Option<Overlap> {
        let (from, to) = (self.event(table, "from"), self.event(table, "to"));
        let by = self.group_by(table, &[from.as_ref(), to.as_ref()]);
        let named: Vec<&Spanned<String>> = [from.as_ref(), to.as_ref()].into_iter().flatten().collect();
        let only = self.only(table, &named);
        let bounds = self.bounds(table, OperandKind::Count, Possible::FROM_ZERO);
        let (from, to) = (from?, to?);
        self.different(table, &from, &to).then_some(())?;
        Some(Overlap { from: from.into_inner(), to: to.into_inner(), only: only?, by: by.ok()?, bounds: bounds? })
    }

    fn possible_time(&self) -> Possible {
        #[expect(clippy::cast_precision_loss, reason = "only compared with bounds that an author wrote")]
        let most = self.limits.time.as_nanos() as f64;
        Possible { most: Some((most, "the run is ended before that, by `limits.time`")), ..Possible::FROM_ZERO }
    }
}
