use std::fmt::Write;

/// Makes a program's text safe to show: nothing in it can move the cursor, change a colour or a title, hide what stands
/// beside it, or turn the reading direction. Such characters are written as escapes. So is the bracket of `##[` and `##vso[`, which the
/// runners of GitHub and Azure take for the beginning of a command wherever it stands in a line of a log.
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\0'..='\x1f' | '\x7f'..='\u{9f}' => {
                let _infallible = write!(out, "\\x{:02x}", u32::from(character));
            }
            '[' if COMMANDS.iter().any(|command| ends_with(&out, command)) => out.push_str("\\x5b"),
            _ if is_invisible(character) => {
                let _infallible = write!(out, "\\u{{{:x}}}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out
}

/// What stands before the bracket of a command, in letters of either size.
const COMMANDS: [&str; 2] = ["##", "##vso"];

fn ends_with(text: &str, end: &str) -> bool {
    let from = text.len().checked_sub(end.len());
    from.and_then(|from| text.get(from..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// Marks of direction, separators of lines and paragraphs, joiners and fillers without a width, tags, and the byte order
/// mark: Unicode's format characters that an attacker of a reader's eye uses ("Trojan Source", CVE-2021-42574).
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn ordinary_text_of_any_language_stays_as_it_is() {
        for text in ["Final value is 2", "Привет, мир", "結果: 3 件", "naïve ½ → ok 🙂", r"C:\new", ""]
        {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn what_a_runner_takes_for_a_command_is_none() {
        for (text, shown) in [
            ("a ##[error]b", r"a ##\x5berror]b"),
            ("##[[", r"##\x5b["),
            ("é##VSO[task.complete]", r"é##VSO\x5btask.complete]"),
            ("#[derive(Debug)] ## [x] vso[", "#[derive(Debug)] ## [x] vso["),
        ] {
            assert_eq!(harmless(text), shown);
        }
    }

    #[test]
    fn what_steers_a_terminal_or_a_readers_eye_is_spelled_out() {
        for (text, shown) in [
            ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
            ("passed\rfailed", r"passed\rfailed"),
            ("a\tb\n\0\x08\x7f", r"a\tb\n\x00\x08\x7f"),
            ("\u{9b}31m", r"\x9b31m"),
            ("\u{202e}dessap\u{202c}", r"\u{202e}dessap\u{202c}"),
            ("a\u{200b}b\u{2028}c\u{feff}", r"a\u{200b}b\u{2028}c\u{feff}"),
        ] {
            assert_eq!(harmless(text), shown);
        }
    }
}
