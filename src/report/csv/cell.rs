use crate::report::harmless;

/// A text that a spreadsheet takes for text. Excel, `LibreOffice` and Google Sheets run what begins with `=`, `+`, `-` or `@`
/// (or the full-width forms of these) as a formula, also after a tab or a line break, or after a `;` where that is the
/// separator: an apostrophe before it makes it text ([OWASP, CSV injection][owasp]; ASVS 1.2.10). Control characters are
/// spelled out.
///
/// [owasp]: https://owasp.org/www-community/attacks/CSV_Injection
pub(super) fn cell(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| guarded(&harmless(line))).collect();
    lines.join("\n")
}

fn guarded(line: &str) -> String {
    // A lone dash is what learning platforms write for nothing, and no formula.
    if line == "-" {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len() + 1);
    let mut at_start = true;
    for character in line.chars() {
        if at_start && matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%') {
            out.push('\'');
        }
        out.push(character);
        at_start = matches!(character, ';' | '"') || (at_start && character.is_whitespace());
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::cell;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for text in ["Ann Ames", "O'Neill, Bob", "Jean-Luc", "ann@example.org", "Łukasz", "3", "", "1+1", "-"] {
            assert_eq!(cell(text), text);
        }
    }

    #[test]
    fn formulas_become_text() {
        for (text, safe) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "  '=1"),
            ("\t=1", r"\t=1"),
            ("\r=1", r"\r=1"),
            ("a;=1", "a;'=1"),
            ("a\n=1", "a\n'=1"),
            ("a\"=1", "a\"'=1"),
            ("＝1", "'＝1"),
            ("a\u{202e}b\0", r"a\u{202e}b\x00"),
        ] {
            assert_eq!(cell(text), safe, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_begins_like_a_formula(text in r#"[=+@\-;"\t\n\r a]{0,12}"#) {
            for part in cell(&text).split(['\n', ';', '"']) {
                prop_assert!(part == "-" || !part.trim_start().starts_with(['=', '+', '-', '@']), "{part:?} of {text:?}");
            }
        }
    }
}
