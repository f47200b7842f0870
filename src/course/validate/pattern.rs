//! Regular expressions, with the mistake inside one pointed at.

use regex::Regex;
use regex_syntax::ast::ErrorKind;
use toml::Spanned;

use crate::course::raw::within;
use crate::diag::Mistakes;

/// Compiles an expression; reports one that is empty or wrong.
pub(super) fn regex(text: &Spanned<String>, mistakes: &Mistakes) -> Option<Regex> {
    let pattern = text.get_ref();
    if pattern.is_empty() {
        let mistake = mistakes.error(text.span(), "the regular expression is empty", "it would match every line");
        mistakes.add(mistake.help("write what a line looks like, for example `'^Final value is (?<value>\\d+)$'`"));
        return None;
    }
    let (part, why, help) = match regex_syntax::Parser::new().parse(pattern) {
        Ok(_) => match Regex::new(pattern) {
            Ok(regex) => return Some(regex),
            Err(error) => (0..pattern.len(), error.to_string(), "make it shorter, or repeat less of it"),
        },
        Err(regex_syntax::Error::Parse(error)) => {
            (error.span().start.offset..error.span().end.offset, error.kind().to_string(), way_out(error.kind()))
        }
        Err(regex_syntax::Error::Translate(error)) => {
            let span = error.span();
            (span.start.offset..span.end.offset, error.kind().to_string(), "see https://docs.rs/regex/#syntax")
        }
        Err(error) => (0..pattern.len(), error.to_string(), "see https://docs.rs/regex/#syntax"),
    };
    let whole = text.span();
    let written = mistakes.source().text().get(whole.clone()).unwrap_or_default();
    let place = within(written, part).map_or(whole.clone(), |part| whole.start + part.start..whole.start + part.end);
    mistakes.add(mistakes.error(place, "the regular expression is wrong", why).help(help));
    None
}

/// Reports an expression for one line that asks for the end of a line.
pub(super) fn refuse_newline(text: &Spanned<String>, mistakes: &Mistakes) {
    let pattern = text.get_ref();
    let escaped = pattern.match_indices("\\n").find(|(at, _)| {
        let backslashes = pattern[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes % 2 == 0
    });
    let found = escaped.map(|(at, _)| at..at + 2).or_else(|| pattern.find('\n').map(|at| at..at + 1));
    let Some(part) = found.filter(|_| !pattern.starts_with("(?x")) else { return };
    let whole = text.span();
    let written = mistakes.source().text().get(whole.clone()).unwrap_or_default();
    let place = within(written, part).map_or(whole.clone(), |part| whole.start + part.start..whole.start + part.end);
    let mistake = mistakes.error(place, "this expression can match no line", "a line holds no newline");
    mistakes.add(mistake.help("an event is one line: describe it without its newline, in a string on one line"));
}

fn way_out(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::GroupUnclosed => "close the group with `)`; a bracket that is meant as such is written `\\(`",
        ErrorKind::GroupUnopened => "open the group with `(`; a bracket that is meant as such is written `\\)`",
        ErrorKind::ClassUnclosed => "close the class with `]`; a bracket that is meant as such is written `\\[`",
        ErrorKind::GroupNameInvalid | ErrorKind::GroupNameEmpty | ErrorKind::GroupNameUnexpectedEof => {
            "a named group is `(?<name>…)`; its name has letters, digits and `_`, and no digit first"
        }
        ErrorKind::GroupNameDuplicate { .. } => "each named group of an event needs its own name",
        ErrorKind::RepetitionMissing => {
            "a repetition stands behind what it repeats; the character itself is written `\\*`, `\\+`, `\\?`"
        }
        ErrorKind::RepetitionCountUnclosed
        | ErrorKind::RepetitionCountInvalid
        | ErrorKind::RepetitionCountDecimalEmpty => {
            "a repetition is `{2}` or `{2,5}`; a brace that is meant as such is written `\\{`"
        }
        ErrorKind::UnsupportedLookAround => {
            "there is no look-around here: match the whole line and name its parts, `(?<name>…)`"
        }
        ErrorKind::UnsupportedBackreference => {
            "there are no back-references here: name both groups and compare the fields in a check"
        }
        ErrorKind::EscapeUnrecognized => "a character that means itself needs no backslash before it",
        ErrorKind::EscapeUnexpectedEof => "a backslash that is meant as such is written `\\\\`",
        _ => "see https://docs.rs/regex/#syntax",
    }
}
