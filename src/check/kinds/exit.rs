use crate::check::finding::{Failure, Finding, Found, event_evidence};
use crate::check::run::Run;
use crate::check::verdict::Evidence;
use crate::course::model::ExitCheck;
use crate::trace::{EventKind, ExitStatus, Trace};

/// How the program left. A run that we had to end has no exit of its own, so it fails.
pub(crate) fn check(run: &Run<'_>, exit: &ExitCheck) -> Found {
    let expected = match (exit.code, exit.signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {}", signal_name(signal)),
        (None, None) => "an exit of its own".to_owned(),
    };
    let actual = match run.trace.end.exit {
        Some(ExitStatus::Code(code)) => {
            if exit.signal.is_none() && exit.code.is_none_or(|wanted| wanted == code) {
                return Ok(Finding::Held);
            }
            match code {
                101 => "exit code 101 (a panic)".to_owned(),
                code => format!("exit code {code}"),
            }
        }
        Some(ExitStatus::Signal(signal)) => {
            if exit.code.is_none() && exit.signal == Some(signal) {
                return Ok(Finding::Held);
            }
            format!("killed by signal {}", signal_name(signal))
        }
        None => {
            return Failure::new("the program did not end by itself")
                .open()
                .expected(expected)
                .actual("it was still running")
                .evidence(last_words(run.trace))
                .found();
        }
    };
    let refused: Vec<String> = run.trace.end.refused.iter().map(|refused| refused.words()).collect();
    let why = if refused.is_empty() { String::new() } else { format!("; {}", refused.join(", ")) };
    Failure::new(format!("the program should end with {expected}, but it was: {actual}{why}"))
        .expected(expected)
        .actual(actual)
        .evidence(last_words(run.trace))
        .found()
}

/// The last lines on standard error, where a panic or a traceback says why; without any, the last line of all.
fn last_words(trace: &Trace) -> Vec<Evidence> {
    let line = |wanted: Option<u8>| {
        trace.events.iter().rev().filter_map(move |event| match &event.kind {
            EventKind::Line { fd, text, .. } if wanted.is_none_or(|wanted| wanted == *fd) && !text.is_empty() => {
                Some(event_evidence(event, crate::check::finding::shorten(text)))
            }
            _ => None,
        })
    };
    let mut errors: Vec<Evidence> = line(Some(2)).take(4).collect();
    if errors.is_empty() {
        errors.extend(line(None).next());
    }
    errors.reverse();
    errors
}

fn signal_name(number: i32) -> String {
    nix::sys::signal::Signal::try_from(number)
        .map_or_else(|_| number.to_string(), |signal| format!("{number} ({})", signal.as_str()))
}
