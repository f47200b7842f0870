//! No text, however broken, brings the reader down; every span lies inside the text.

use grade::course::{SpecContext, check_course, check_spec};
use grade::diag::{Diagnostic, Style, render};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, proptest};
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestCaseError};

const FULL: &str = include_str!("specs/full-good.toml");
const COURSE: &str = include_str!("specs/course-good.toml");

/// Pieces that are likely to break a TOML text, a regular expression or an operand.
const PIECES: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "=",
    ",",
    ".",
    "#",
    "\n",
    "\r\n",
    "\r",
    "\\",
    "\\u00e9",
    "$",
    "${",
    "$9",
    "$pid",
    "(",
    ")",
    "(?<",
    "*",
    "-1",
    "1e999",
    "0x",
    "nan",
    "1979-05-27",
    "true",
    "é",
    "\u{0}",
    "\u{feff}",
    "💥",
    "\t",
    " ",
    "99999999999999999999",
    "a = 1\n",
    "[limits]\n",
    "[[check]]\n",
    "[check\n",
    "exit = 0\n",
    "''",
];

fn sound(text: &str, found: &[Diagnostic]) -> Result<(), TestCaseError> {
    // Spans count from behind a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for diagnostic in found {
        for label in diagnostic.primary.iter().chain(&diagnostic.context) {
            prop_assert!(text.get(label.span.clone()).is_some(), "{:?} in {text:?}", label.span);
        }
        prop_assert!(diagnostic.primary.is_some() && !diagnostic.helps.is_empty(), "{diagnostic:?}");
    }
    for style in [Style::Plain, Style::Coloured] {
        prop_assert!(render(found, style).is_empty() == found.is_empty());
    }
    Ok(())
}

fn edits() -> impl Strategy<Value = Vec<(Index, Index, String)>> {
    let piece = prop::strategy::Union::new([
        select(PIECES).prop_map(str::to_owned).boxed(),
        Just(String::new()).boxed(),
        any::<String>().boxed(),
    ]);
    prop::collection::vec((any::<Index>(), any::<Index>(), piece), 1..6)
}

/// Replaces short stretches of a text.
fn edited(text: &str, edits: &[(Index, Index, String)]) -> String {
    let mut text = text.to_owned();
    for (at, length, piece) in edits {
        let start = text.floor_char_boundary(at.index(text.len() + 1));
        let end = text.ceil_char_boundary(start + length.index(20)).min(text.len());
        text.replace_range(start..end, piece);
    }
    text
}

proptest! {
    #![proptest_config(Config { cases: 200, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_text_is_read_to_its_end(text in any::<String>()) {
        sound(&text, &check_spec("spec.toml", &text, &SpecContext::default()))?;
        sound(&text, &check_course("course.toml", &text))?;
    }

    #[test]
    fn any_heap_of_pieces_is_read_to_its_end(pieces in prop::collection::vec(select(PIECES), 0..40)) {
        let text = pieces.concat();
        sound(&text, &check_spec("spec.toml", &text, &SpecContext::default()))?;
    }

    #[test]
    fn a_spec_with_slips_of_the_pen_is_read_to_its_end(edits in edits()) {
        let text = edited(FULL, &edits);
        let context = SpecContext { wrong_files: Some(vec!["late.rs".to_owned(), "b.py".to_owned()]) };
        sound(&text, &check_spec("spec.toml", &text, &context))?;
    }

    #[test]
    fn a_course_with_slips_of_the_pen_is_read_to_its_end(edits in edits()) {
        let text = edited(COURSE, &edits);
        sound(&text, &check_course("course.toml", &text))?;
    }

    #[test]
    fn a_spec_without_one_of_its_lines_is_read_to_its_end(line in any::<Index>(), from in any::<Index>()) {
        let mut lines: Vec<&str> = FULL.split_inclusive('\n').collect();
        let moved = lines.remove(line.index(lines.len()));
        let without = lines.concat();
        sound(&without, &check_spec("spec.toml", &without, &SpecContext::default()))?;
        lines.insert(from.index(lines.len() + 1), moved);
        let with = lines.concat();
        sound(&with, &check_spec("spec.toml", &with, &SpecContext::default()))?;
    }
}
