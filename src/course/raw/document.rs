use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Section, syntax};
use crate::course::keys::Shape;
use crate::diag::Mistakes;

/// More broken statements than this are not looked for in one file.
const MOST_MENDS: usize = 40;

/// A TOML text that could be read, perhaps after its broken statements were blanked.
///
/// A statement that is broken is reported and replaced by as many spaces, and the text is read again: so the rest of the
/// file is still checked, and all spans stay those of the author's text.
#[derive(Debug)]
pub(in crate::course) struct Document {
    text: String,
}

impl Document {
    /// Finds the broken statements of a text.
    pub(in crate::course) fn read(text: &str, mistakes: &Mistakes) -> Self {
        let mut mended = text.to_owned();
        for _ in 0..MOST_MENDS {
            let (tree, errors) = DeTable::parse_recoverable(&mended);
            let Some(broken) = first_broken(&mended, &tree, &errors) else {
                for error in &errors {
                    syntax::duplicate(&mended, &tree, error, mistakes);
                }
                return Self { text: mended };
            };
            mistakes.add(syntax::explain(text, &broken, mistakes));
            mistakes.set_damaged();
            blank(&mut mended, broken.statement);
        }
        Self { text: String::new() }
    }

    /// Reads the whole document as a table of this shape, and hands it to `then`.
    pub(in crate::course) fn with_section<T>(
        &self,
        shape: &'static Shape,
        mistakes: &Mistakes,
        then: impl FnOnce(&Section<'_>) -> T,
    ) -> T {
        let (tree, _) = DeTable::parse_recoverable(&self.text);
        then(&Section::read(shape, tree.get_ref(), 0..0, mistakes))
    }
}

/// A statement that cannot be read.
pub(super) struct Broken {
    /// What the parser said.
    pub(super) message: String,
    /// Where it stumbled, or where that which is never closed was opened.
    pub(super) span: Range<usize>,
    /// True when something is opened here and never closed.
    pub(super) unclosed: bool,
    /// All that must be blanked.
    pub(super) statement: Range<usize>,
}

fn first_broken(text: &str, tree: &Spanned<DeTable<'_>>, errors: &[toml::de::Error]) -> Option<Broken> {
    errors
        .iter()
        .filter(|error| !syntax::is_duplicate(error))
        .map(|error| {
            let span = error.span().unwrap_or(0..0);
            let swallows = error.message().starts_with("unclosed") || error.message().contains("multi-line");
            let opened = if swallows { opening(tree.get_ref(), &span) } else { None };
            let message = error.message().to_owned();
            match opened {
                Some(value) => {
                    let statement = line_start(text, value.start)..next_statement(text, value.start);
                    Broken { message, span: value, unclosed: true, statement }
                }
                None => {
                    let start = line_start(text, span.start);
                    let header = text[start..].trim_start().starts_with('[');
                    let end = if header { next_header(text, span.start) } else { line_end(text, span.end) };
                    Broken { message, span, unclosed: false, statement: start..end }
                }
            }
        })
        .min_by_key(|broken| (broken.span.start, !broken.unclosed))
}

/// The outermost value that reaches over several lines to the place where the parser gave up.
fn opening(table: &DeTable<'_>, stumbled: &Range<usize>) -> Option<Range<usize>> {
    fn search(value: &Spanned<DeValue<'_>>, stumbled: &Range<usize>) -> Option<Range<usize>> {
        let span = value.span();
        match value.get_ref() {
            DeValue::Table(table) => {
                // The span of a table with a header is that of the header alone.
                let inner = opening(table, stumbled);
                inner.or_else(|| {
                    (span.end >= stumbled.start && span.contains(&stumbled.start.saturating_sub(1))).then_some(span)
                })
            }
            DeValue::Array(array) if span.start < stumbled.start && stumbled.start <= span.end => {
                let _ = array;
                Some(span)
            }
            DeValue::Array(array) => array.iter().find_map(|value| search(value, stumbled)),
            DeValue::String(_) if span.start < stumbled.start && stumbled.start <= span.end => Some(span),
            _ => None,
        }
    }
    table.iter().filter_map(|(_, value)| search(value, stumbled)).min_by_key(|span| span.start)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// Where the first line begins, after the one of `at`, that looks like a header or a key with its value.
fn next_statement(text: &str, at: usize) -> usize {
    next_line_that(text, at, |line| {
        let line = line.trim_end();
        let key = line.find('=').map(|equals| line[..equals].trim_end());
        is_header(line) || key.is_some_and(|key| !key.is_empty() && key.chars().all(is_key_character))
    })
}

fn next_header(text: &str, at: usize) -> usize {
    next_line_that(text, at, |line| line.starts_with('['))
}

fn next_line_that(text: &str, at: usize, is: impl Fn(&str) -> bool) -> usize {
    let mut start = line_end(text, at);
    while start < text.len() {
        start += 1;
        let end = line_end(text, start);
        if is(&text[start..end]) {
            return start;
        }
        start = end;
    }
    text.len()
}

fn is_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default().trim_end();
    let name = line.trim_start_matches('[').trim_end_matches(']');
    line.starts_with('[') && line.ends_with(']') && !name.is_empty() && name.chars().all(is_key_character)
}

fn is_key_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Overwrites with spaces, newlines apart; the length stays.
fn blank(text: &mut String, span: Range<usize>) {
    let blanked: String = text[span.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(span, &blanked);
}
