//! Results as Markdown: a step summary on GitHub, the text of a release, a comment. GitHub's own dialect (tables).
//!
//! What a program wrote stands in code spans or fenced blocks, which no text can leave; our own words are escaped.

use std::fmt::Write as _;

use super::class::{Class, Submission, grade};
use super::{Standing, harmless, words};
use crate::check::verdict::{CheckResult, ExerciseResult, Status, Verdict};

/// The most characters of one fenced block.
const MOST_BLOCK: usize = 8_000;

/// One result: a heading, a table of the checks, and what shows each failure.
pub fn document(title: &str, result: &ExerciseResult) -> String {
    let mut text = String::new();
    push(&mut text, &format!("## {} {}: {}", mark(result.verdict), inline(&result.exercise), inline(title)));
    push(&mut text, "");
    push(&mut text, &format!("**{}**{}", words::verdict(result.verdict), points(result)));
    for note in &result.notes {
        push(&mut text, "");
        push(&mut text, &format!("> {}", inline(note)));
    }
    if result.verdict == Verdict::BuildFailed {
        fenced(&mut text, &words::build_output(result));
        return text;
    }
    push(&mut text, "");
    push(&mut text, "| | check | points |");
    push(&mut text, "| --- | --- | ---: |");
    for check in &result.checks {
        let points = match (check.max_points, check.status) {
            (0, _) => String::new(),
            (most, Status::Unobserved | Status::Inconclusive) => format!("?/{most}"),
            (most, _) => format!("{}/{most}", check.points),
        };
        push(&mut text, &format!("| {} | {} | {points} |", check_mark(check.status), inline(&check.name)));
    }
    for check in result.checks.iter().filter(|check| check.status == Status::Failed) {
        failure(&mut text, check);
    }
    for check in &result.checks {
        if matches!(check.status, Status::Unobserved | Status::Inconclusive) {
            push(&mut text, "");
            push(&mut text, &format!("- {}: {}", inline(&check.name), inline(&words::open_reason(check))));
        }
    }
    if let Some(replay) = &result.replay {
        push(&mut text, "");
        push(&mut text, &format!("See it again: {}", code(replay)));
    }
    text
}

/// A class: a row a student, and what the teacher has to look at.
pub fn class_document(class: &Class) -> String {
    let mut text = String::new();
    push(&mut text, &format!("# {}", inline(&class.course)));
    push(&mut text, "");
    let heads: Vec<String> = class.exercises.iter().map(|exercise| inline(&exercise.id)).collect();
    push(&mut text, &format!("| student | {} |", heads.join(" | ")));
    push(&mut text, &format!("| --- |{}", " ---: |".repeat(heads.len())));
    for student in &class.students {
        let cells: Vec<String> = class
            .exercises
            .iter()
            .map(|exercise| match class.standing(student, &exercise.id) {
                Standing::Missing => "–".to_owned(),
                standing @ (Standing::Refused(_) | Standing::NotAttempted(_) | Standing::Pending) => {
                    standing.key().unwrap_or_default().to_owned()
                }
                Standing::Graded(Submission { result, .. }) => {
                    let points = grade(result).map_or_else(|| "?".to_owned(), |points| points.to_string());
                    format!("{} {points}/{}", mark(result.verdict), exercise.max_score)
                }
            })
            .collect();
        push(&mut text, &format!("| {} | {} |", inline(&student.name), cells.join(" | ")));
    }
    let mut list = |title: &str, rows: Vec<String>| {
        if !rows.is_empty() {
            push(&mut text, &format!("\n## {title}\n"));
            for row in rows {
                push(&mut text, &format!("- {row}"));
            }
        }
    };
    let undecided = class.submissions().filter(|(_, submission)| grade(&submission.result).is_none());
    list(
        "To be graded again",
        undecided
            .map(|(student, submission)| {
                let why = submission.result.notes.first().map_or("", String::as_str);
                format!("{}, {}: {}", inline(&student.name), inline(&submission.exercise), inline(why))
            })
            .collect(),
    );
    list("Missing", class.missing().map(|student| inline(&student.name)).collect());
    list(
        "The same content",
        class
            .duplicates
            .iter()
            .map(|same| format!("{}: {}", inline(&same.exercise), inline(&same.students.join(", "))))
            .collect(),
    );
    list(
        "Not graded",
        class.refused.iter().map(|refused| format!("{}: {}", code(&refused.origin), inline(&refused.why))).collect(),
    );
    text
}

fn points(result: &ExerciseResult) -> String {
    match grade(result) {
        Some(points) => format!(" · {points} of {} points", result.max_score),
        None => " · no points were given or taken; it has to be graded again".to_owned(),
    }
}

const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "✅",
        Verdict::Failed | Verdict::BuildFailed => "❌",
        Verdict::Inconclusive | Verdict::GraderError => "❔",
    }
}

const fn check_mark(status: Status) -> &'static str {
    match status {
        Status::Passed => "✅",
        Status::Failed => "❌",
        Status::Skipped => "⏭",
        Status::Unobserved | Status::Inconclusive => "❔",
    }
}

fn failure(text: &mut String, check: &CheckResult) {
    push(text, "");
    push(text, &format!("### ❌ {}", inline(&check.name)));
    fenced(text, &words::explanation(&CheckResult { hint: None, ..check.clone() }));
    if let Some(hint) = &check.hint {
        push(text, "");
        push(text, &format!("**Hint:** {}", inline(hint)));
    }
}

fn push(text: &mut String, line: &str) {
    let _infallible = writeln!(text, "{line}");
}

/// A block that nothing in the text can end: its fence is longer than any run of backticks within.
fn fenced(text: &mut String, block: &str) {
    let (block, more) = words::cut(block, MOST_BLOCK);
    let longest = block.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    push(text, "");
    push(text, &format!("{fence}text"));
    push(text, block.trim_end());
    if more {
        push(text, "…");
    }
    push(text, &fence);
}

/// A text within a line, without a meaning in Markdown or HTML.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An address or a name would become a link, a mention or a reference to an issue.
            '@' => out.push_str("&#64;"),
            ':' => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '-' | '!' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

/// A code span that nothing in the text can end.
fn code(text: &str) -> String {
    let text = harmless(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::{class_document, code, document};
    use crate::check::verdict::{CheckResult, ExerciseResult};
    use crate::report::samples::{class, failed_check, failed_result, result, undecided_result};

    #[test]
    fn a_failed_result_is_a_table_and_what_shows_it() {
        assert_snapshot!(document("The lost update", &failed_result()));
    }

    #[test]
    fn an_undecided_result_takes_no_points() {
        let text = document("The lost update", &undecided_result());
        assert!(text.contains("no points were given or taken") && text.contains("?/6"), "{text}");
    }

    #[test]
    fn a_class_is_a_table_and_what_has_to_be_looked_at() {
        assert_snapshot!(class_document(&class()));
    }

    #[test]
    fn a_program_cannot_leave_its_block() {
        let hostile = "```\n</details><script>alert(1)</script>\n````\n# passed";
        let check = CheckResult { actual: Some(hostile.to_owned()), message: hostile.to_owned(), ..failed_check() };
        let text = document("x", &ExerciseResult { checks: vec![check], ..result() });
        let fence = text.lines().find(|line| line.starts_with("```")).expect("a block").trim_end_matches("text");
        assert!(fence.len() > 4, "{text}");
        assert_eq!(text.lines().filter(|line| line.trim() == fence).count(), 1, "{text}");
        assert_eq!(code("a``b`"), "``` a``b` ```");
    }
}
