use crate::trace::Trace;
use crate::trace::query::{Match, Moment, lines};

/// The printed line that is most like what an expression asks for; none when no line is at all like it.
///
/// The expression is turned into a text that it could match, roughly, and that text is compared with each line.
pub(crate) fn nearest_line<'t>(trace: &'t Trace, pattern: &str) -> Option<Match<'t>> {
    /// Lines beyond these are not looked at: a flood of output must not slow a report down.
    const MOST_LINES: usize = 2_000;
    const LEAST_ALIKE: f64 = 0.45;
    let wanted = sample(pattern).to_lowercase();
    lines(trace)
        .take(MOST_LINES)
        .map(|(event, text)| {
            let head: String = text.chars().take(200).flat_map(char::to_lowercase).collect();
            (strsim::sorensen_dice(&wanted, &head), event, text)
        })
        .filter(|(alike, ..)| *alike >= LEAST_ALIKE)
        // The first of equals: `max_by` would take the last.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, event, text)| Match {
            at: Moment::of(event),
            pid: event.pid,
            tid: event.tid,
            text,
            fields: std::collections::BTreeMap::new(),
        })
}

/// A text that the expression could match, roughly: its literal characters, with `0` for digits.
fn sample(pattern: &str) -> String {
    let mut text = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\\' => match rest.next() {
                Some('d') => text.push('0'),
                Some('s') => text.push(' '),
                Some(letter) if letter.is_ascii_alphabetic() => {}
                Some(literal) => text.push(literal),
                None => {}
            },
            '(' => {
                // `?<name>`, `?P<name>`, `?:` and the like say nothing about the text.
                if rest.next_if_eq(&'?').is_some() {
                    for skipped in rest.by_ref() {
                        if skipped == '>' || skipped == ':' {
                            break;
                        }
                    }
                }
            }
            '[' => {
                let class: String = rest.by_ref().take_while(|&inner| inner != ']').collect();
                text.extend(class.chars().find(char::is_ascii_alphanumeric));
            }
            '{' => {
                for skipped in rest.by_ref() {
                    if skipped == '}' {
                        break;
                    }
                }
            }
            '^' | '$' | ')' | '*' | '+' | '?' | '.' | '|' => {}
            literal => text.push(literal),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{nearest_line, sample};
    use crate::trace::Builder;

    #[test]
    fn an_expression_becomes_a_text_that_it_could_match() {
        assert_eq!(sample(r"^(?<who>\S+):Reading Value From Db: (?<value>\d+)$"), ":Reading Value From Db: 0");
        assert_eq!(sample(r"^received [0-9]{1,3}\.$"), "received 0.");
    }

    #[test]
    fn the_line_that_is_nearly_right_is_named() {
        let trace = Builder::new().line("hello").line("Recieved 3").line("printing 3").build();
        assert_eq!(nearest_line(&trace, r"^received (?<n>\d+)$").map(|line| line.text), Some("Recieved 3"));
        assert_eq!(nearest_line(&trace, "^Final value is (?<value>.*)$"), None);
    }
}
