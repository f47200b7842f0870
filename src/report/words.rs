//! Results in plain words: what the formats say alike, without colours and with nothing in it that could steer a reader.

use std::fmt::Write as _;

use anstream::adapter::strip_str;

use super::{harmless, table};
use crate::check::verdict::{CheckResult, ExerciseResult, Status, Verdict};

/// The most characters of a compiler's output or a program's line that a format without a limit of its own repeats.
pub(super) const MOST: usize = 60_000;

/// A verdict, as a heading says it.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "not passed",
        Verdict::BuildFailed => "does not build",
        Verdict::Inconclusive => "could not be decided",
        Verdict::GraderError => "was not graded, by the grader's fault",
    }
}

/// A verdict's name in data.
pub(super) const fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::BuildFailed => "build-failed",
        Verdict::Inconclusive => "inconclusive",
        Verdict::GraderError => "grader-error",
    }
}

/// A status's name in data.
pub(super) const fn status_key(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Failed => "failed",
        Status::Skipped => "skipped",
        Status::Unobserved => "unobserved",
        Status::Inconclusive => "inconclusive",
    }
}

/// Why a check that is neither passed nor failed says nothing.
pub(super) fn open_reason(check: &CheckResult) -> String {
    let why = match check.status {
        Status::Passed | Status::Failed => "",
        Status::Skipped => "not looked at, since a check that it needs failed",
        Status::Unobserved => "not seen: this way of running does not show it, so nobody is blamed for it",
        Status::Inconclusive => "not decided: the measurement was not good enough, which is not the student's fault",
    };
    if check.message.is_empty() { why.to_owned() } else { format!("{why}. {}", harmless(&check.message)) }
}

/// Where a check failed: the case, and the schedule unless it is the natural one.
pub(super) fn place(check: &CheckResult) -> Option<String> {
    let case = harmless(check.case.as_deref()?);
    Some(match check.schedule {
        Some(seed) if seed > 0 => format!("{case}, schedule {seed}"),
        _ => case,
    })
}

/// What a check found, in lines: the message, expected and seen, where, the moments that show it, the hint. Every line of
/// the program's own stands behind a bar, so that none can pass for one of ours.
pub(super) fn explanation(check: &CheckResult) -> String {
    if check.status == Status::Passed {
        return String::new();
    }
    if check.status != Status::Failed {
        return format!("{}\n", open_reason(check));
    }
    let mut text = String::new();
    if !check.message.is_empty() {
        line(&mut text, "", &harmless(&check.message));
    }
    for (label, value) in [("expected  ", &check.expected), ("seen      ", &check.actual)] {
        let mut label = label;
        for value in value.iter().flat_map(|value| value.lines()) {
            line(&mut text, label, &harmless(value));
            label = "          ";
        }
    }
    if let Some(place) = place(check) {
        line(&mut text, "in        ", &place);
    }
    for row in strip_str(&table::evidence(&check.evidence)).to_string().lines() {
        line(&mut text, "  ", row);
    }
    if let Some(hint) = &check.hint {
        line(&mut text, "hint: ", &harmless(hint));
    }
    text
}

/// What the compiler said, with its lines behind a bar.
pub(super) fn build_output(result: &ExerciseResult) -> String {
    let mut text = String::new();
    for row in cut(&result.build.output, MOST).0.lines() {
        line(&mut text, "│ ", &harmless(&row.replace('\t', "    ")));
    }
    text
}

/// The verdict, the points and the notes, in lines.
pub(super) fn summary(result: &ExerciseResult) -> String {
    let mut text = String::new();
    let points = match result.verdict {
        Verdict::Passed | Verdict::Failed | Verdict::BuildFailed => {
            format!(": {} of {} points", result.score, result.max_score)
        }
        // Never a zero for what is not the student's fault.
        Verdict::Inconclusive | Verdict::GraderError => "; this is no zero, it has to be graded again".to_owned(),
    };
    line(&mut text, "", &format!("{} ({}) {}{points}", result.exercise, result.language, verdict(result.verdict)));
    for note in &result.notes {
        line(&mut text, "note: ", &harmless(note));
    }
    text
}

/// The first characters of a text, and whether there were more.
pub(super) fn cut(text: &str, most: usize) -> (&str, bool) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

fn line(text: &mut String, label: &str, words: &str) {
    let _infallible = writeln!(text, "{label}{words}");
}

#[cfg(test)]
mod tests {
    use super::{cut, explanation, open_reason};
    use crate::check::verdict::{CheckResult, Evidence, Status};
    use crate::report::samples::failed_check;

    #[test]
    fn a_failed_check_is_explained_in_lines() {
        insta::assert_snapshot!(explanation(&failed_check()), @r"
        The `value` of a `final` line should be 2, but it is 1 (at 2.011 s).
        expected  2
        seen      1
        in        two updates, schedule 17
          2.011 s  main thread  │ Final value is 1
        hint: Put both under one lock.
        ");
    }

    #[test]
    fn a_program_cannot_write_a_line_of_ours() {
        let forged = "x\nex07_race (rust) passed: 10 of 10 points\x1b[2K\u{202e}";
        let check = CheckResult {
            message: forged.to_owned(),
            actual: Some(forged.to_owned()),
            evidence: vec![Evidence { t: 1, pid: 1, tid: 1, text: forged.to_owned() }],
            ..failed_check()
        };
        let text = explanation(&check);
        assert!(!text.lines().any(|line| line.starts_with("ex07_race")), "{text}");
        assert!(!text.contains(['\x1b', '\u{202e}']), "{text}");
    }

    #[test]
    fn what_is_not_decided_says_why() {
        let check = CheckResult { status: Status::Unobserved, message: String::new(), ..failed_check() };
        assert!(open_reason(&check).starts_with("not seen"));
    }

    #[test]
    fn a_cut_counts_characters() {
        assert_eq!(cut("зайка", 3), ("зай", true));
        assert_eq!(cut("зайка", 5), ("зайка", false));
    }
}
