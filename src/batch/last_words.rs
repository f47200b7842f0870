//! What a run that failed said at its end: a panic or a traceback tells a student more than any check.

use nix::sys::signal::Signal;

use crate::build::Program;
use crate::report::harmless;
use crate::trace::{EventKind, ExitStatus, Trace};

/// How many of its lines are told.
const LINES: usize = 3;
/// The most characters of a line.
const LONGEST: usize = 160;
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
    told(case, trace.end.exit, &errors)
}

fn told(case: &str, exit: Option<ExitStatus>, errors: &[String]) -> Option<String> {
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
    let said = (!last.is_empty()).then(|| last.join(", "));
    match (ended, said) {
        (Some(ended), Some(said)) => {
            Some(format!("in `{case}` the program {ended}; the last that it wrote to standard error: {said}"))
        }
        (Some(ended), None) => Some(format!("in `{case}` the program {ended}")),
        (None, Some(said)) => Some(format!("in `{case}` the last that the program wrote to standard error: {said}")),
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
        told("two", exit, &errors.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
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
}
