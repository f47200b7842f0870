use std::ops::Range;

/// Where a part of a string's value stands in the source: `literal` is the string as it is written, quotes and all, and
/// `part` a range of bytes of its value. None when the string is written in a way that cannot be followed.
pub(in crate::course) fn within(literal: &str, part: Range<usize>) -> Option<Range<usize>> {
    let (quote, escapes) = match literal.as_bytes() {
        [b'"', b'"', b'"', _, _, _, ..] => (3, true),
        [b'\'', b'\'', b'\'', _, _, _, ..] => (3, false),
        [b'"', _, ..] => (1, true),
        [b'\'', _, ..] => (1, false),
        _ => return None,
    };
    let body = literal.get(..literal.len() - quote)?;
    let mut at = quote;
    if quote == 3 {
        // A newline right after the opening quotes is no part of the value.
        at += if body[at..].starts_with("\r\n") { 2 } else { usize::from(body[at..].starts_with('\n')) };
    }
    let mut value = 0;
    let mut start = None;
    loop {
        if let Some(start) = start.filter(|_| value >= part.end) {
            return Some(start..at);
        }
        let rest = body.get(at..)?;
        let next = rest.chars().next();
        let (written, meant) = match next {
            Some('\\') if escapes => escape(rest)?,
            _ => next.map_or((0, 0), |c| (c.len_utf8(), c.len_utf8())),
        };
        // An escaped end of a line means nothing, so nothing begins at it.
        if value >= part.start && start.is_none() && (meant > 0 || written == 0) {
            start = Some(at);
            continue;
        }
        next?;
        at += written;
        value += meant;
    }
}

/// How many bytes an escape takes in the source, and how many its value has.
fn escape(rest: &str) -> Option<(usize, usize)> {
    let digits = match rest.as_bytes().get(1)? {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        c if c.is_ascii_whitespace() => {
            let after = rest[1..].trim_start();
            return Some((rest.len() - after.len(), 0));
        }
        _ => return Some((2, 1)),
    };
    let code = u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?;
    Some((2 + digits, char::from_u32(code)?.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_part_of_a_string_is_found_however_it_is_quoted() {
        for (literal, part, found) in [
            (r"'a(b'", 1..2, Some("(")),
            (r#""a\\(b""#, 2..3, Some("(")),
            (r#""\u00e9(b""#, 2..3, Some("(")),
            ("'''\na(b'''", 1..2, Some("(")),
            ("\"\"\"a\\\n   (b\"\"\"", 1..2, Some("(")),
            ("'ab'", 2..2, Some("")),
            ("'ab'", 2..3, None),
            ("bare", 0..1, None),
            ("'", 0..1, None),
        ] {
            assert_eq!(within(literal, part).map(|span| &literal[span]), found, "{literal}");
        }
    }
}
