//! The normal form as text, which is what a snapshot holds.

use std::fmt;
use std::str::FromStr;

use super::{Chain, Instant, Normal};

impl fmt::Display for Normal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for instant in &self.instants {
            writeln!(formatter, "{}.{:03} s", instant.millis / 1000, instant.millis % 1000)?;
            for chain in &instant.chains {
                for text in &chain.texts {
                    if text.is_empty() {
                        writeln!(formatter, "  {}:", chain.who)?;
                    } else {
                        writeln!(formatter, "  {}: {}", chain.who, escaped(text))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Control characters would be lost or do harm in a terminal, a last space would be trimmed: both are written out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let last = at + letter.len_utf8() == text.len();
        if letter == '\\' {
            escaped.push_str("\\\\");
        } else if letter.is_control() || (last && letter.is_whitespace()) {
            escaped.extend(letter.escape_unicode());
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        plain.push_str(before);
        rest = if let Some(after) = escape.strip_prefix('\\') {
            plain.push('\\');
            after
        } else {
            let (code, after) = escape.strip_prefix("u{")?.split_once('}')?;
            plain.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
            after
        };
    }
    plain.push_str(rest);
    Some(plain)
}

/// Why a text is no normal form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct NormalParseError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl FromStr for Normal {
    type Err = NormalParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut normal = Self::default();
        for (at, line) in text.lines().enumerate() {
            let problem = |problem| NormalParseError { line: at + 1, problem };
            if line.trim().is_empty() {
                continue;
            }
            let Some(entry) = line.strip_prefix("  ") else {
                let millis = read_time(line.trim_end()).ok_or(problem("a time such as `2.000 s` belongs here"))?;
                normal.instants.push(Instant { millis, chains: Vec::new() });
                continue;
            };
            let (who, text) = entry.split_once(':').ok_or(problem("a thread's name and a colon belong here"))?;
            let text =
                unescaped(text.strip_prefix(' ').unwrap_or(text)).ok_or(problem("`\\` begins no escape here"))?;
            let instant = normal.instants.last_mut().ok_or(problem("a time belongs before the first line"))?;
            match instant.chains.iter_mut().find(|chain| chain.who == who) {
                Some(chain) => chain.texts.push(text),
                None => instant.chains.push(Chain { who: who.to_owned(), texts: vec![text] }),
            }
        }
        Ok(normal)
    }
}

fn read_time(text: &str) -> Option<u64> {
    let (seconds, millis) = text.strip_suffix(" s")?.split_once('.')?;
    if millis.len() != 3 || seconds.is_empty() || !(seconds.bytes().chain(millis.bytes())).all(|b| b.is_ascii_digit()) {
        return None;
    }
    seconds.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(millis.parse().ok()?)
}
