//! What a compiler or an interpreter said, made fit to be shown.

use std::path::Path;

/// Stands in messages where the student's path belongs, so that kept messages fit every path with the same content.
pub(super) const PLACE: &str = "__the_submission__";

/// How much of a failing tool's talk an error carries.
const TAIL_LINES: usize = 20;

/// Output as text; where it was cut, it ends with a whole line.
pub(super) fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

/// A message with the student's own path in it, with or without colour.
pub(super) fn shown(message: &str, path: &Path, colour: bool) -> String {
    let message = message.replace(PLACE, &path.to_string_lossy());
    if colour { message } else { anstream::adapter::strip_str(&message).to_string() }
}

/// The last lines of a tool's talk.
pub(super) fn tail(said: &str) -> String {
    // Each retry says the same at length.
    let is_retry = |line: &&str| line.contains("spurious network error") || line.contains("Retrying (Retry");
    let lines: Vec<&str> = said.trim_end().lines().filter(|line| !is_retry(line)).collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_students_path_takes_its_place_and_colour_is_optional() {
        let message = format!("\x1b[1merror\x1b[0m\n --> {PLACE}:1:2");
        assert_eq!(shown(&message, Path::new("a/main.rs"), false), "error\n --> a/main.rs:1:2");
        assert!(shown(&message, Path::new("a/main.rs"), true).starts_with("\x1b[1m"));
    }

    #[test]
    fn the_tail_of_a_long_talk_is_its_end() {
        let long = (0..100).map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
        assert!(tail(&long).starts_with("80\n"));
        assert!(tail(&long).ends_with("99"));
    }
}
