use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Section, syntax};
use crate::course::keys::Shape;
use crate::diag::Mistakes;

/// More broken statements than this are not looked for in one file.
const MOST_MENDS: usize = 100;

/// Tables that are written with two brackets.
pub(super) const LISTS: [&str; 4] = ["case", "chapter", "check", "wrong"];

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
            mistakes.set_damaged(broken.statement.clone());
            if !mend_header(&mut mended, &broken) {
                blank(&mut mended, broken.statement);
            }
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
    let broken = |error: &toml::de::Error| {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().to_owned();
        let start = line_start(text, span.start);
        if is_header_line(&text[start..]) {
            let statement = start..next_header(text, span.start);
            return Broken { message, span, unclosed: false, statement };
        }
        let swallows = error.message().starts_with("unclosed") || error.message().contains("multi-line");
        if let Some(value) = swallows.then(|| opening(text, tree.get_ref(), &span)).flatten() {
            let statement = line_start(text, value.start)..next_statement(text, value.start);
            return Broken { message, span: value, unclosed: true, statement };
        }
        // A string without its end is shown from its beginning.
        let is_string = message.starts_with("invalid basic string") || message.starts_with("invalid literal string");
        let string = is_string.then(|| string_that_ends_at(tree.get_ref(), span.start)).flatten();
        let end = line_end(text, span.end);
        Broken { message, span: string.unwrap_or(span), unclosed: false, statement: start..end }
    };
    let structural = errors.iter().filter(|error| !syntax::is_duplicate(error));
    structural.map(broken).min_by_key(|broken| (broken.span.start, !broken.unclosed))
}

/// The first value that was opened before the place where the parser gave up, and not closed.
fn opening(text: &str, table: &DeTable<'_>, stumbled: &Range<usize>) -> Option<Range<usize>> {
    let is_open = |value: &Spanned<DeValue<'_>>| {
        let span = value.span();
        let written = text.get(span.clone()).unwrap_or_default();
        let reaches = span.start < stumbled.start && stumbled.start <= span.end;
        match value.get_ref() {
            DeValue::Array(_) | DeValue::Table(_) if written.starts_with('{') => !written.ends_with('}') || reaches,
            DeValue::Array(_) if is_header_line(&text[line_start(text, span.start)..]) => false,
            DeValue::Array(_) => !written.ends_with(']') || reaches,
            DeValue::String(_) => reaches && (written.starts_with("\"\"\"") || written.starts_with("'''")),
            _ => false,
        }
    };
    let mut first: Option<Range<usize>> = None;
    each_value(table, &mut |value| {
        let span = value.span();
        if is_open(value) && first.as_ref().is_none_or(|first| span.start < first.start) {
            first = Some(span);
        }
    });
    first.filter(|first| first.start < stumbled.end.max(1))
}

fn string_that_ends_at(table: &DeTable<'_>, end: usize) -> Option<Range<usize>> {
    let mut found = None;
    each_value(table, &mut |value| {
        if value.get_ref().is_str() && value.span().end == end && value.span().start < end {
            found = Some(value.span());
        }
    });
    found
}

fn each_value(table: &DeTable<'_>, visit: &mut dyn FnMut(&Spanned<DeValue<'_>>)) {
    fn each(value: &Spanned<DeValue<'_>>, visit: &mut dyn FnMut(&Spanned<DeValue<'_>>)) {
        visit(value);
        match value.get_ref() {
            DeValue::Table(table) => each_value(table, visit),
            DeValue::Array(array) => array.iter().for_each(|value| each(value, visit)),
            _ => {}
        }
    }
    table.iter().for_each(|(_, value)| each(value, visit));
}

/// Whether a line begins as a header does; an array over several lines may begin so too, but then it is indented or
/// begins with a quote, a bracket or a digit.
fn is_header_line(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default();
    let name = line.trim_start_matches('[');
    line.starts_with('[') && !line.contains(',') && name.starts_with(is_key_character)
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

/// Gives a header the brackets that it lacks, at the cost of empty lines before it: so the length stays. False when this
/// is no header, or there is no room.
fn mend_header(text: &mut String, broken: &Broken) -> bool {
    let start = broken.statement.start;
    let end = line_end(text, start);
    let line = text[start..end].split('#').next().unwrap_or_default().trim_end();
    let name = line.trim_matches(['[', ']', ' ']);
    if !line.starts_with('[') || name.is_empty() || !name.chars().all(is_key_character) {
        return false;
    }
    let mended = if LISTS.contains(&name) { format!("[[{name}]]") } else { format!("[{name}]") };
    let old_end = start + line.len();
    let new_start = old_end.saturating_sub(mended.len());
    let from = new_start.min(start);
    let takes_only_empty_lines = text[from..start].bytes().all(|byte| byte == b'\n');
    let on_its_own_line = from == 0 || text.as_bytes()[from - 1] == b'\n';
    if mended == line || mended.len() > old_end || !takes_only_empty_lines || !on_its_own_line {
        return false;
    }
    let spaces = " ".repeat(new_start - from);
    text.replace_range(from..old_end, &(spaces + &mended));
    true
}

/// Overwrites with spaces, newlines apart; the length stays.
fn blank(text: &mut String, span: Range<usize>) {
    let blanked: String = text[span.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(span, &blanked);
}
