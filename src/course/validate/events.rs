use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;

use super::pattern;
use crate::course::model::EventPattern;
use crate::course::raw::{Section, excerpt};
use crate::course::suggest;
use crate::diag::Mistakes;

/// The events of a spec, as other parts of it refer to them.
#[derive(Debug)]
pub(super) struct Events {
    known: BTreeMap<String, Known>,
    /// False when `[events]` itself could not be read.
    complete: bool,
    used: RefCell<BTreeSet<String>>,
}

#[derive(Debug)]
struct Known {
    name: Range<usize>,
    /// None when the expression is wrong.
    pattern: Option<EventPattern>,
}

impl Events {
    /// Reads `[events]`.
    pub(super) fn read(spec: &Section<'_>) -> Self {
        let mut known = BTreeMap::new();
        let fields = spec.value("events").and_then(|events| events.fields()).unwrap_or_default();
        for field in fields {
            name_rule(&field.name, spec.mistakes);
            let name = field.name.get_ref().clone();
            let text = field.value.and_then(|value| value.text());
            let regex = text.as_ref().and_then(|text| pattern::regex(text, spec.mistakes));
            let pattern = regex.map(|regex| EventPattern { name: name.clone(), regex });
            if let (Some(pattern), Some(text)) = (&pattern, &text) {
                reserved_fields(pattern, text, spec.mistakes);
                pattern::refuse_newline(text, spec.mistakes);
            }
            known.insert(name, Known { name: field.name.span(), pattern });
        }
        Self { known, complete: !spec.is_broken("events"), used: RefCell::default() }
    }

    /// The name of an event that some part of the spec refers to; reports one that does not exist.
    pub(super) fn find(&self, name: Option<Spanned<String>>, mistakes: &Mistakes) -> Option<Spanned<String>> {
        let name = name?;
        if self.known.contains_key(name.get_ref()) {
            self.used.borrow_mut().insert(name.get_ref().clone());
            return Some(name);
        }
        if self.complete {
            let names: Vec<&str> = self.known.keys().map(String::as_str).collect();
            let message = format!("unknown event {}", excerpt(name.get_ref()));
            let mistake = mistakes.error(name.span(), message, "no such event in `[events]`");
            let help = if names.is_empty() {
                format!("define it: `[events]`, then `{} = '^…$'`", name.get_ref())
            } else {
                suggest::nearest_or_all(name.get_ref(), &names, "the events are")
            };
            mistakes.add_reference(mistake.help(help), suggest::nearest(name.get_ref(), &names).is_some());
        }
        None
    }

    /// A field that must be one of each of these events; reports it otherwise.
    pub(super) fn field_of_all(
        &self,
        events: &[&Spanned<String>],
        field: &Spanned<String>,
        mistakes: &Mistakes,
    ) -> bool {
        events
            .iter()
            .all(|event| self.has_field(event.get_ref(), field.get_ref()) || self.no_field(event, field, mistakes))
    }

    /// A field that must be one of at least one of these events; reports it otherwise.
    pub(super) fn field_of_any(
        &self,
        events: &[&Spanned<String>],
        field: &Spanned<String>,
        mistakes: &Mistakes,
    ) -> bool {
        let found = events.iter().any(|event| self.has_field(event.get_ref(), field.get_ref()));
        found || events.first().is_none_or(|event| self.no_field(event, field, mistakes))
    }

    /// Also true when the event's expression is wrong, since then nobody knows.
    fn has_field(&self, event: &str, field: &str) -> bool {
        let pattern = self.known.get(event).and_then(|known| known.pattern.as_ref());
        pattern.is_none_or(|pattern| pattern.fields().any(|name| name == field))
    }

    /// False when the event's expression is wrong.
    pub(super) fn surely_has_field(&self, event: &str, field: &str) -> bool {
        let pattern = self.known.get(event).and_then(|known| known.pattern.as_ref());
        pattern.is_some_and(|pattern| pattern.fields().any(|name| name == field))
    }

    /// Reports that an event has no such field; always false.
    fn no_field(&self, event: &Spanned<String>, field: &Spanned<String>, mistakes: &Mistakes) -> bool {
        let (event, wanted) = (event.get_ref(), field.get_ref());
        let Some(known) = self.known.get(event) else { return false };
        let fields: Vec<&str> = known.pattern.iter().flat_map(EventPattern::fields).collect();
        let message = format!("the event `{event}` has no field {}", excerpt(wanted));
        let mistake = mistakes
            .error(field.span(), message, "no named group of this name")
            .see(known.name.clone(), "the event is defined here");
        mistakes.add(mistake.help(if fields.is_empty() {
            "the event has no fields yet: name a group of its expression, `(?<name>…)`".to_owned()
        } else {
            suggest::nearest_or_all(wanted, &fields, &format!("the fields of `{event}` are"))
        }));
        false
    }

    /// Warns of events that nothing refers to.
    pub(super) fn warn_of_unused(&self, mistakes: &Mistakes) {
        if mistakes.any_error() {
            // A check that could not be read may use them.
            return;
        }
        let used = self.used.borrow();
        for (name, known) in self.known.iter().filter(|(name, _)| !used.contains(*name)) {
            let message = format!("the event `{name}` is never used");
            let mistake = mistakes.warning(known.name.clone(), message, "no check refers to it");
            mistakes.add_relative(mistake.help("use it in a check, or remove it"));
        }
    }

    /// The events of the model.
    pub(super) fn into_patterns(self) -> BTreeMap<String, EventPattern> {
        self.known.into_iter().filter_map(|(name, known)| Some((name, known.pattern?))).collect()
    }
}

fn name_rule(name: &Spanned<String>, mistakes: &Mistakes) {
    let text = name.get_ref();
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'));
    if plain && text.starts_with(|c: char| c.is_ascii_lowercase()) {
        return;
    }
    let message = format!("{} cannot be the name of an event", excerpt(text));
    let label = "small letters, digits, `-` and `_` only, a letter first";
    let mistake = mistakes.error(name.span(), message, label);
    mistakes.add(match super::checks::kebab(text) {
        Some(better) => mistake.help(format!("for example `{better}`")),
        None => mistake.help("for example `main-line`"),
    });
}

/// In `by`, these two are the kernel's word.
fn reserved_fields(pattern: &EventPattern, text: &Spanned<String>, mistakes: &Mistakes) {
    for field in pattern.fields().filter(|field| matches!(*field, "thread" | "process")) {
        let message = format!("the field `{field}` cannot be used in `by`");
        let label = format!("`by = \"{field}\"` means the {field} that the kernel saw write the line");
        let mistake = mistakes.warning(text.span(), message, label);
        mistakes.add(mistake.help(format!("call the group otherwise, for example `(?<{field}_name>…)`")));
    }
}
