use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Broken;
use super::excerpt;
use crate::diag::{Diagnostic, Mistakes};

/// Whether the parser complains only that a key or table is written twice.
pub(super) fn is_duplicate(error: &toml::de::Error) -> bool {
    error.message() == "duplicate key"
}

/// Reports a key that is written twice, and points at the first one.
pub(super) fn duplicate(text: &str, tree: &Spanned<DeTable<'_>>, error: &toml::de::Error, mistakes: &Mistakes) {
    let span = error.span().unwrap_or(0..0);
    let key = excerpt(&text[span.clone()]);
    let line = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let header = text[line..].trim_start().starts_with('[');
    let name = key.trim_matches('`').to_owned();
    let first = if header {
        earlier_header(text, &name, line)
    } else {
        earlier(tree.get_ref(), &text[span.clone()], span.start)
    };
    let mut mistake = mistakes.error(span, format!("{key} is defined twice"), "defined again here");
    if let Some(first) = first {
        mistake = mistake.see(first, "first defined here");
    }
    if header {
        // The keys below a repeated header went nowhere, so what seems missing may be there.
        mistakes.set_damaged(line..text.len());
        mistake = mistake.help(if super::document::LISTS.contains(&name.as_str()) {
            format!("write `[[{name}]]`, with two brackets, each time")
        } else {
            format!("write all that belongs to it below one `[{name}]`")
        });
    } else {
        mistake = mistake.help("keep one of them and rename or remove the other");
    }
    mistakes.add(mistake);
}

/// The last header of this name before the line that begins at `before`.
fn earlier_header(text: &str, name: &str, before: usize) -> Option<std::ops::Range<usize>> {
    let mut found = None;
    let mut start = 0;
    for line in text[..before].split_inclusive('\n') {
        let header = line.split('#').next().unwrap_or_default().trim_end();
        if header.starts_with('[') && header.trim_matches(['[', ']', ' ']) == name {
            found = Some(start..start + header.len());
        }
        start += line.len();
    }
    found
}

/// The last key of this name that is defined before this place.
fn earlier(table: &DeTable<'_>, name: &str, before: usize) -> Option<std::ops::Range<usize>> {
    let name = name.trim_matches(['"', '\'']);
    let mut found = None;
    let mut consider = |span: std::ops::Range<usize>| {
        if span.start < before && found.as_ref().is_none_or(|best: &std::ops::Range<usize>| best.start < span.start) {
            found = Some(span);
        }
    };
    for (key, value) in table {
        if key.get_ref() == name {
            consider(key.span());
        }
        match value.get_ref() {
            DeValue::Table(inner) => earlier(inner, name, before).into_iter().for_each(&mut consider),
            DeValue::Array(array) => array
                .iter()
                .filter_map(|value| value.get_ref().as_table())
                .filter_map(|inner| earlier(inner, name, before))
                .for_each(&mut consider),
            _ => {}
        }
    }
    found
}

/// Says in an author's words why a statement cannot be read, and what to write instead.
pub(super) fn explain(text: &str, broken: &Broken, mistakes: &Mistakes) -> Diagnostic {
    let message = broken.message.as_str();
    let span = broken.span.clone();
    let found = &text[span.clone()];
    if broken.unclosed {
        let (what, close) = match found.as_bytes() {
            [b'[', ..] => ("array", "]"),
            [b'{', ..] => ("inline table", "}"),
            [b'"', b'"', b'"', ..] => ("string", "\"\"\""),
            _ => ("string", "'''"),
        };
        let opening = span.start..span.start + close.len();
        return mistakes
            .error(opening, format!("this {what} is never closed"), "opened here")
            .help(format!("close it with `{close}`"));
    }
    let line = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let written = text[line..].lines().next().unwrap_or_default();
    if written.starts_with('[') && !written.contains(',') {
        return mistakes
            .error(line..line + written.trim_end().len(), "this header cannot be read", message.to_owned())
            .help("a table is written `[limits]`, one of a list of tables `[[check]]`, alone on its line");
    }
    match found.trim() {
        "True" | "TRUE" | "yes" | "Yes" | "on" => {
            return mistakes
                .error(span, format!("{} is no TOML value", excerpt(found)), "")
                .help("write `true`, in small letters");
        }
        "False" | "FALSE" | "no" | "No" | "off" => {
            return mistakes
                .error(span, format!("{} is no TOML value", excerpt(found)), "")
                .help("write `false`, in small letters");
        }
        "null" | "None" | "nil" => {
            return mistakes
                .error(span, format!("{} is no TOML value", excerpt(found)), "")
                .help("there is no empty value: remove the key");
        }
        _ => {}
    }
    if let Some(slip) = slip(text, line, written, &span, mistakes) {
        return slip;
    }
    if message.starts_with("string values must be quoted") {
        return match found.trim() {
            "" => mistakes
                .error(span, "this key has no value", "a value is expected here")
                .help("write a string in quotes, a number, `true` or `false`, a list in `[ ]` or a table in `{ }`"),
            _ => mistakes
                .error(span, "a string needs quotes", "this is neither a number nor `true` or `false`")
                .help(format!("put quotes round it: `\"{}\"`", excerpt(found).trim_matches('`'))),
        };
    }
    if message.starts_with("missing escaped value") {
        return mistakes
            .error(span, "this is no escape of a double-quoted string", "after this backslash")
            .help("put a regular expression in single quotes, where a backslash is just a backslash: `'\\d+'`");
    }
    if message.starts_with("invalid basic string") {
        return mistakes.error(span, "this string is never closed", "the closing `\"` is missing").help(
            "a string ends on the line on which it begins; one over several lines begins and ends with three quotes",
        );
    }
    if message.starts_with("invalid literal string") {
        return mistakes.error(span, "this string is never closed", "the closing `'` is missing").help(
            "in single quotes there are no escapes; a text that holds a `'` stands in three single quotes or in double quotes",
        );
    }
    if message.starts_with("key with no value") {
        return mistakes
            .error(span, "a key needs a value", "`=` and a value are expected here")
            .help("write `key = value`; a comment begins with `#`");
    }
    if message.starts_with("unexpected key or value") {
        return mistakes.error(span, "the value ended before this", "this belongs to nothing").help(
            "write one `key = value` a line; a text that holds `'` stands in double quotes, one that holds `\"` in single ones",
        );
    }
    if message.starts_with("extra comma") {
        return mistakes.error(span, "there is a comma too many", "nothing stands before it").help("remove it");
    }
    if message.starts_with("unexpected leading zero") {
        return mistakes
            .error(span, "a number does not begin with 0", "a leading zero")
            .help("remove the zero, or put quotes round what is no number");
    }
    if message.starts_with("missing comma") {
        return mistakes.error(span, "a comma is missing", "here").help("separate the items with commas");
    }
    let message = message.trim_end_matches(", expected nothing");
    mistakes
        .error(span, format!("this is not TOML: {message}"), "")
        .help("a line is `key = value`, `[table]` or `[[list-of-tables]]`; see https://toml.io")
}

/// Habits from other languages.
fn slip(
    text: &str,
    line: usize,
    written: &str,
    span: &std::ops::Range<usize>,
    mistakes: &Mistakes,
) -> Option<Diagnostic> {
    if written.trim_start().starts_with("//") || written.trim_start().starts_with("--") {
        let mistake = mistakes.error(line..line + written.trim_end().len(), "this is no comment in TOML", "");
        return Some(mistake.help("a comment begins with `#`"));
    }
    let rest = &text[span.start..];
    let key = text[line..span.start].trim();
    let bare = !key.is_empty() && !key.contains(['=', '"', '\'']);
    if rest.starts_with(':') && bare {
        let mistake =
            mistakes.error(span.start..span.start + 1, "a key and its value are joined with `=`", "not with `:`");
        return Some(mistake.help(format!("write `{key} = …`")));
    }
    if let Some(after) = rest.strip_prefix(';') {
        let last = after.lines().next().unwrap_or_default().trim().is_empty();
        let (message, help) = if last {
            ("a line does not end in `;`", "remove it")
        } else {
            ("items are not separated by `;`", "write a comma")
        };
        return Some(mistakes.error(span.start..span.start + 1, message, "TOML has no `;`").help(help));
    }
    None
}
