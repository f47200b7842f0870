//! What a run that failed said at its end: a panic or a traceback tells a student more than any check.

use nix::sys::signal::Signal;

use crate::build::Program;
use crate::report::harmless;
use crate::trace::{EventKind, ExitStatus, Trace};

/// How many of its lines are told.
const LINES: usize = 3;
/// The most characters of a line.
const LONGEST: usize = 160;
/// What an error of a runtime means here, where a program gets no input and finds no other packages than the course's.
const MEANINGS: [(&str, &str); 2] = [
    ("EOFError: EOF when reading", "a graded program gets no input: what it needs comes as arguments"),
    ("ModuleNotFoundError: ", "here are the standard library and the course's packages, and no others"),
];
/// Lines that a runtime adds for who runs the program by hand.
const ASIDE: [&str; 2] = ["note: run with `RUST_BACKTRACE", "note: Some details are omitted"];

/// How a run ended, where that was badly, and the last that it wrote to standard error; none when there is nothing to tell.
pub(super) fn last_words(case: &str, trace: &Trace, program: &Program) -> Option<String> {
    let errors: Vec<String> = trace
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Line { fd: 2, text, .. } => Some(program.with_own_path(text).into_owned()),
            _ => None,
        })
        .collect();
    let printed = trace.events.iter().any(|event| matches!(event.kind, EventKind::Line { .. }));
    told(case, trace.end.exit, printed, &errors)
}

/// That nothing was printed is told here, once, and not by every check that misses a line.
fn told(case: &str, exit: Option<ExitStatus>, printed: bool, errors: &[String]) -> Option<String> {
    let ended = match exit {
        Some(ExitStatus::Code(code)) if code != 0 => Some(format!("ended with status {code}")),
        // One of ours: that the run was stopped, and why, is told by the checks.
        Some(ExitStatus::Signal(signal)) if signal != Signal::SIGKILL as i32 => {
            let name =
                Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |signal| signal.to_string());
            Some(format!("was killed by {name}"))
        }
        _ => None,
    };
    let worth = |line: &&String| !line.trim().is_empty() && !ASIDE.iter().any(|aside| line.starts_with(aside));
    let mut last: Vec<String> = errors.iter().rev().filter(worth).take(LINES).map(|line| quoted(line)).collect();
    last.reverse();
    let meaning = errors.iter().rev().filter(worth).take(LINES).find_map(|line| {
        MEANINGS.iter().find(|(start, _)| line.trim_start().starts_with(start)).map(|(_, meaning)| meaning)
    });
    let meaning = meaning.map_or_else(String::new, |meaning| format!(" ({meaning})"));
    let said = (!last.is_empty()).then(|| last.join(", ") + &meaning);
    match (ended, said) {
        (Some(ended), Some(said)) => {
            Some(format!("in `{case}` the program {ended}; the last that it wrote to standard error: {said}"))
        }
        (Some(ended), None) if !printed => Some(format!("in `{case}` the program {ended} and printed nothing at all")),
        (Some(ended), None) => Some(format!("in `{case}` the program {ended}")),
        (None, Some(said)) => Some(format!("in `{case}` the last that the program wrote to standard error: {said}")),
        (None, None) if !printed => Some(format!("in `{case}` the program printed nothing at all")),
        (None, None) => None,
    }
}

fn quoted(line: &str) -> String {
    let line = line.trim();
    let cut: String = line.chars().take(LONGEST).collect();
    let more = if cut.len() < line.len() { " …" } else { "" };
    format!("`{}{more}`", harmless(&cut))
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::trace::ExitStatus;

    fn said(exit: Option<ExitStatus>, errors: &[&str]) -> Option<String> {
        told("two", exit, true, &errors.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_panic_is_told_with_its_place_and_message() {
        let errors = ["thread 'main' (3) panicked at main.rs:1:13:", "boom \u{1b}[31m", ASIDE_OF_RUST, ""];
        assert_eq!(
            said(Some(ExitStatus::Code(101)), &errors).as_deref(),
            Some(
                r"in `two` the program ended with status 101; the last that it wrote to standard error: `thread 'main' (3) panicked at main.rs:1:13:`, `boom \x1b[31m`"
            )
        );
    }

    const ASIDE_OF_RUST: &str = "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace";

    #[test]
    fn the_end_of_a_traceback_is_told_and_no_more() {
        let errors = ["Traceback (most recent call last):", "  File \"main.py\", line 3", "    f()", "ValueError: no"];
        let note = said(Some(ExitStatus::Code(1)), &errors).expect("a note");
        assert!(note.ends_with("`File \"main.py\", line 3`, `f()`, `ValueError: no`"), "{note}");
        let long = said(None, &[&"x".repeat(10_000)]).expect("a note");
        assert!(long.len() < 300 && long.ends_with(" …`"), "{long}");
    }

    #[test]
    fn a_signal_is_told_by_its_name_and_a_good_end_in_silence_not_at_all() {
        assert_eq!(
            said(Some(ExitStatus::Signal(6)), &[]).as_deref(),
            Some("in `two` the program was killed by SIGABRT")
        );
        assert_eq!(said(Some(ExitStatus::Signal(9)), &[]), None);
        assert_eq!(said(Some(ExitStatus::Code(0)), &[]), None);
        assert_eq!(said(None, &[]), None);
    }

    #[test]
    fn that_nothing_was_printed_is_told_with_how_it_ended() {
        assert_eq!(
            told("two", Some(ExitStatus::Code(0)), false, &[]).as_deref(),
            Some("in `two` the program printed nothing at all")
        );
        assert_eq!(
            told("two", Some(ExitStatus::Code(3)), false, &[]).as_deref(),
            Some("in `two` the program ended with status 3 and printed nothing at all")
        );
    }

    #[test]
    fn an_error_that_comes_of_how_programs_are_graded_is_explained() {
        let input = said(Some(ExitStatus::Code(1)), &["EOFError: EOF when reading a line"]).expect("a note");
        assert!(input.ends_with("(a graded program gets no input: what it needs comes as arguments)"), "{input}");
        let module = said(None, &["ModuleNotFoundError: No module named 'numpy'"]).expect("a note");
        assert!(
            module.ends_with("(here are the standard library and the course's packages, and no others)"),
            "{module}"
        );
        let own = said(None, &["it said EOFError: EOF when reading a line"]).expect("a note");
        assert!(own.ends_with("a line`"), "{own}");
    }
}
