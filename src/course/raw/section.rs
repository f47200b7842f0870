use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use super::{Value, excerpt};
use crate::course::keys::{Key, Shape, Type};
use crate::course::suggest;
use crate::diag::{Diagnostic, Mistakes};

/// A table that was read against its shape: unknown keys, missing ones and those of a wrong type are reported by then.
#[derive(Debug)]
pub(in crate::course) struct Section<'a> {
    /// Its shape.
    pub shape: &'static Shape,
    /// Its place: the header, or the whole inline table.
    pub span: Range<usize>,
    /// The file's mistakes.
    pub mistakes: &'a Mistakes,
    entries: BTreeMap<&'static str, Entry<'a>>,
    /// For each unknown key the one that was most likely meant.
    unknown: Vec<Option<&'static str>>,
}

#[derive(Debug)]
struct Entry<'a> {
    key: Range<usize>,
    /// None when it is of a wrong type.
    value: Option<Value<'a>>,
}

impl<'a> Section<'a> {
    /// Reads a table.
    pub(super) fn read(
        shape: &'static Shape,
        table: &'a DeTable<'a>,
        span: Range<usize>,
        mistakes: &'a Mistakes,
    ) -> Self {
        let mut section = Self { shape, span, mistakes, entries: BTreeMap::new(), unknown: Vec::new() };
        for (name, node) in table {
            let Some(key) = shape.key(name.get_ref()) else {
                let meant = section.unknown_key(name);
                let free = meant.filter(|meant| !table.contains_key(meant.name));
                if let Some((key, value)) =
                    free.and_then(|key| Some((key, Value::read_quietly(node, &key.of, mistakes)?)))
                {
                    // It is plain what was meant, so the mistakes inside it are worth showing too.
                    section.entries.insert(key.name, Entry { key: name.span(), value: Some(value) });
                }
                continue;
            };
            let value = Value::read(node, &key.of, &format!("`{}`", key.name), key.example, mistakes);
            section.entries.insert(key.name, Entry { key: name.span(), value });
        }
        for key in shape.keys.iter().filter(|key| key.required && !section.entries.contains_key(key.name)) {
            // A key that is merely misspelt is reported where it stands.
            if !section.unknown.contains(&Some(key.name)) {
                section.missing(key);
            }
        }
        section
    }

    /// Whether the key is written, also with a value of a wrong type.
    pub(in crate::course) fn has(&self, name: &'static str) -> bool {
        self.entries.contains_key(name)
    }

    /// Whether the key is written, with a value of a wrong type.
    pub(in crate::course) fn is_broken(&self, name: &'static str) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.value.is_none())
    }

    /// Whether it has keys that it should not have; what seems missing may be one of them, misspelt.
    pub(in crate::course) fn has_unknown_keys(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// The key's value, when it is there and of the right type.
    pub(in crate::course) fn value(&self, name: &'static str) -> Option<Value<'a>> {
        debug_assert!(self.shape.key(name).is_some(), "{name} is no key of {}", self.shape.name);
        self.entries.get(name)?.value
    }

    /// The key's place, when it is written.
    pub(in crate::course) fn key_span(&self, name: &'static str) -> Option<Range<usize>> {
        Some(self.entries.get(name)?.key.clone())
    }

    /// The string of a key.
    pub(in crate::course) fn text(&self, name: &'static str) -> Option<Spanned<String>> {
        self.value(name)?.text()
    }

    /// The string of a key; reports it when there is nothing in it.
    pub(in crate::course) fn filled_text(&self, name: &'static str) -> Option<Spanned<String>> {
        let text = self.text(name)?;
        if text.get_ref().trim().is_empty() {
            let example = self.shape.key(name).map_or("", |key| key.example);
            let mistake = self.mistakes.error(text.span(), format!("`{name}` is empty"), "nothing in it");
            self.mistakes.add(mistake.help(format!("for example `{name} = {example}`")));
            return None;
        }
        Some(text)
    }

    /// The whole number of a key; reports it when it is out of the bounds that the table of keys sets.
    pub(in crate::course) fn integer(&self, name: &'static str) -> Option<Spanned<i64>> {
        let value = self.value(name)?;
        let bounds = self.shape.key(name).and_then(|key| integer_bounds(&key.of));
        let (least, most) = bounds.unwrap_or((i64::MIN, i64::MAX));
        match value.integer() {
            Some(integer) if (least..=most).contains(integer.get_ref()) => Some(integer),
            found => {
                let wrong = match found {
                    Some(integer) if *integer.get_ref() < least => "too small",
                    _ => "too large",
                };
                let message = format!("`{name}` is {wrong}");
                let mistake = self.mistakes.error(value.span(), message, format!("not from {least} to {most}"));
                self.mistakes.add(mistake.help(format!("write a whole number from {least} to {most}")));
                None
            }
        }
    }

    /// The word of a key that offers a choice; reports another word.
    pub(in crate::course) fn choice(&self, name: &'static str) -> Option<&'static str> {
        let text = self.filled_text(name)?;
        let Some(Key { of: Type::Choice(choices), .. }) = self.shape.key(name) else { return None };
        let words: Vec<&'static str> = choices.iter().map(|choice| choice.word).collect();
        if let Some(word) = words.iter().find(|word| *word == text.get_ref()) {
            return Some(word);
        }
        let message = format!("`{name}` cannot be {}", excerpt(text.get_ref()));
        let mistake = self.mistakes.error(text.span(), message, "not one of the words it may be");
        self.mistakes.add(mistake.help(suggest::nearest_or_all(text.get_ref(), &words, "the words are")));
        None
    }

    /// The strings of a list, those of a wrong type left out; none when the key is not there.
    pub(in crate::course) fn texts(&self, name: &'static str) -> Option<Vec<Spanned<String>>> {
        Some(self.value(name)?.items()?.iter().filter_map(Value::text).collect())
    }

    /// Takes a mistake of something that this table lacks, unless a piece of the table could not be read.
    pub(in crate::course) fn add_missing(&self, mistake: Diagnostic) {
        let text = self.mistakes.source().text();
        let rest = text.get(self.span.start..).unwrap_or_default();
        if self.span.is_empty() {
            // The whole document: what it lacks may be in any piece of it.
            self.mistakes.add_relative(mistake);
        } else if rest.starts_with('[') {
            let below = rest.find("\n[").map_or(text.len(), |at| self.span.start + at);
            self.mistakes.add_missing(&(self.span.start..below), mistake);
        } else {
            self.mistakes.add_missing(&self.span, mistake);
        }
    }

    /// Reports a key, and says which one was most likely meant.
    fn unknown_key(&mut self, name: &Spanned<toml::de::DeString<'_>>) -> Option<&'static Key> {
        let Shape { noun, name: owner, .. } = self.shape;
        let known: Vec<&'static str> = self.shape.all_keys().map(|key| key.name).collect();
        let near = suggest::nearest(name.get_ref(), &known);
        self.unknown.push(near);
        let kinds = if self.shape.one_of.is_empty() { "" } else { " or kind of check" };
        let message = format!("unknown {noun}{kinds} {}", excerpt(name.get_ref()));
        let label = match kinds {
            "" => format!("no such {noun} in {owner}"),
            _ => "neither a key of a check nor a kind".to_owned(),
        };
        let mistake = self.mistakes.error(name.span(), message, label);
        let names = |keys: &[Key]| suggest::list(&keys.iter().map(|key| key.name).collect::<Vec<_>>());
        self.mistakes.add(match near {
            Some(near) => mistake.help(format!("did you mean `{near}`?")),
            None if self.shape.one_of.is_empty() => {
                mistake.help(format!("the {noun}s of {owner} are {}", names(self.shape.keys)))
            }
            None => mistake
                .help(format!("the {noun}s of {owner} are {}", names(self.shape.keys)))
                .help(format!("the kinds are {}", names(self.shape.one_of))),
        });
        self.shape.key(near?)
    }

    fn missing(&self, key: &'static Key) {
        let Shape { noun, name: owner, .. } = self.shape;
        let message = format!("{owner} needs the {noun} `{}`", key.name);
        let label = format!("`{}` is missing", key.name);
        let way_out = match key.of {
            Type::Tables(shape) => {
                let needed = shape.keys.iter().filter(|key| key.required);
                let lines: Vec<String> = needed.map(|key| format!("`{} = {}`", key.name, key.example)).collect();
                format!("add one: `[[{}]]`, and below it {}", key.name, lines.join(", "))
            }
            _ => format!("add it, for example `{} = {}`", key.name, key.example),
        };
        let mistake = self.mistakes.error(self.span.clone(), message, label);
        self.add_missing(mistake.help(way_out));
    }
}

fn integer_bounds(of: &Type) -> Option<(i64, i64)> {
    match of {
        Type::Integer(least, most) => Some((*least, *most)),
        Type::Either(types) => types.iter().find_map(integer_bounds),
        _ => None,
    }
}
