//! Exercism's `results.json`, version 3, by its [test runner interface][interface].
//!
//! Status is `pass`, `fail` or `error`; `error` is for solutions of which no test was run, and its message is all that the
//! student sees. So what does not build is an `error` with the compiler's words, and what could not be decided is an
//! `error` that says whose fault it is: not a `fail`, and Exercism gives no points that could be zero. A test's `output` is
//! what the program itself wrote in the run that is shown, 500 characters of it at most.
//!
//! [interface]: https://exercism.org/docs/building/tooling/test-runners/interface

use serde_json::{Map, Value, json};

use super::single::Single;
use super::{harmless, words};
use crate::check::verdict::{CheckResult, Status, Verdict};
use crate::trace::query;

/// The most characters of a test's `output`, and what the interface wants to be said then.
const MOST_OUTPUT: usize = 500;
const TRUNCATED: &str = "Output was truncated. Please limit to 500 chars";
/// The most bytes of the message at the top.
const MOST_MESSAGE: usize = 65_535;

/// The file's text for one exercise.
pub fn document(single: &Single<'_>) -> String {
    let result = single.result;
    let (status, message) = match result.verdict {
        Verdict::Passed => ("pass", None),
        Verdict::Failed => ("fail", None),
        Verdict::BuildFailed => ("error", Some(words::build_output(result))),
        Verdict::Inconclusive | Verdict::GraderError => ("error", Some(words::summary(result))),
    };
    let mut file = Map::new();
    file.insert("version".to_owned(), json!(3));
    file.insert("status".to_owned(), json!(status));
    file.insert("message".to_owned(), json!(message.as_deref().map(|text| bytes(text, MOST_MESSAGE))));
    if message.is_none() {
        let tests: Vec<Value> = result.checks.iter().map(|check| test(single, check)).collect();
        file.insert("tests".to_owned(), json!(tests));
    }
    let mut text = serde_json::to_string_pretty(&Value::Object(file)).expect("plain data is JSON");
    text.push('\n');
    text
}

fn test(single: &Single<'_>, check: &CheckResult) -> Value {
    let status = match check.status {
        Status::Passed => "pass",
        Status::Failed => "fail",
        // Of three words this is the one that does not say that the solution does it wrong.
        Status::Skipped | Status::Unobserved | Status::Inconclusive => "error",
    };
    let mut test = Map::new();
    test.insert("name".to_owned(), json!(check.name));
    test.insert("status".to_owned(), json!(status));
    test.insert("test_code".to_owned(), json!(test_code(single, check)));
    if check.status != Status::Passed {
        test.insert("message".to_owned(), json!(words::explanation(check)));
    }
    if check.status == Status::Failed
        && let Some(output) = output(single, check)
    {
        test.insert("output".to_owned(), json!(output));
    }
    Value::Object(test)
}

/// What stands in for a test's code: our checks are rules, and the program's command is what they judge.
fn test_code(single: &Single<'_>, check: &CheckResult) -> String {
    let case = check.case.as_ref().map_or_else(String::new, |case| format!(" (case: {})", harmless(case)));
    format!("{}/{}{case}", single.result.exercise, check.id)
}

/// What the program wrote in the run in which the check failed.
fn output(single: &Single<'_>, check: &CheckResult) -> Option<String> {
    let shown = single
        .shown
        .filter(|shown| check.case.as_ref() == Some(&shown.case) && check.schedule == Some(shown.schedule))?;
    let mut text = String::new();
    for (_, line) in query::lines(&shown.trace) {
        text.push_str(&harmless(line));
        text.push('\n');
        if text.chars().count() > MOST_OUTPUT {
            let room = MOST_OUTPUT - TRUNCATED.len() - 1;
            return Some(format!("{}\n{TRUNCATED}", words::cut(&text, room).0));
        }
    }
    Some(text)
}

/// The first bytes of a text, whole characters only.
fn bytes(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::document;
    use crate::check::verdict::ExerciseResult;
    use crate::report::class::Shown;
    use crate::report::samples::{
        build_failed_result, conforms, facts, failed_result, line, our_fault_result, result, single, trace,
        undecided_result,
    };
    use crate::report::single::Single;

    fn written(result: &ExerciseResult, shown: Option<&Shown>) -> Value {
        let facts = facts();
        let file = serde_json::from_str(&document(&Single { shown, ..single(&facts, result) })).expect("JSON");
        conforms("exercism-results.json", &file);
        file
    }

    #[test]
    fn statuses_are_those_of_the_interface() {
        assert_eq!(written(&result(), None)["status"], "pass");
        let failed = written(&failed_result(), None);
        assert_eq!((&failed["status"], &failed["message"]), (&Value::from("fail"), &Value::Null));
        let statuses: Vec<_> =
            failed["tests"].as_array().expect("tests").iter().map(|test| test["status"].clone()).collect();
        assert_eq!(statuses, ["pass", "fail", "error", "pass"]);
    }

    #[test]
    fn what_was_not_judged_is_an_error_that_says_why_and_no_fail() {
        for (result, word) in [
            (build_failed_result(), "cannot find value"),
            (undecided_result(), "could not be decided"),
            (our_fault_result(), "by the grader's fault"),
        ] {
            let file = written(&result, None);
            assert_eq!(file["status"], "error");
            assert!(file["message"].as_str().is_some_and(|text| text.contains(word)), "{file}");
        }
    }

    #[test]
    fn what_the_program_wrote_is_cut_at_500_characters() {
        let shown = |lines: usize| Shown {
            case: "two updates".to_owned(),
            schedule: 17,
            trace: trace((0..lines).map(|t| line(t as u64, 7, 7, "зайка серенький")).collect()),
        };
        let short = written(&failed_result(), Some(&shown(2)));
        assert_eq!(short["tests"][1]["output"], "зайка серенький\nзайка серенький\n");
        let long = written(&failed_result(), Some(&shown(100_000)));
        let output = long["tests"][1]["output"].as_str().expect("an output");
        assert!(output.chars().count() <= 500 && output.ends_with("limit to 500 chars"), "{output}");
        let other = Shown { schedule: 3, ..shown(2) };
        assert!(written(&failed_result(), Some(&other))["tests"][1].get("output").is_none(), "another run's output");
    }
}
