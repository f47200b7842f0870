//! Gradescope's `results.json`, by its [autograder specification][specs].
//!
//! A check is a test; checks that look at hidden cases only are shown `after_published`, all others always. A check
//! worth nothing is informational: a `status` without a score, as the specification allows.
//!
//! Gradescope knows no "not decided". When we could not decide, **no score stands anywhere in the file**, neither for the
//! submission nor for a test: a score that is not there is no zero. The text at the top says so, and that the submission
//! has to be graded again; checks that were decided keep their `status`.
//!
//! [specs]: https://gradescope-autograders.readthedocs.io/en/latest/specs/

use serde_json::{Map, Value, json};

use super::single::Single;
use super::words;
use super::{class, harmless};
use crate::check::verdict::{CheckResult, Status, Verdict};

/// The most characters of one output.
const MOST_OUTPUT: usize = 20_000;

/// The file's text for what one student handed in.
pub fn document(singles: &[Single<'_>]) -> String {
    let grades: Option<Vec<u32>> = singles.iter().map(|single| class::grade(single.result)).collect();
    let mut file = Map::new();
    if let Some(grades) = &grades {
        file.insert("score".to_owned(), json!(grades.iter().sum::<u32>()));
    }
    file.insert("execution_time".to_owned(), json!(seconds(singles)));
    file.insert("output".to_owned(), json!(top_text(singles, grades.is_some())));
    file.insert("output_format".to_owned(), json!("text"));
    file.insert("visibility".to_owned(), json!("visible"));
    file.insert("stdout_visibility".to_owned(), json!("hidden"));
    let several = singles.len() > 1;
    let mut tests = Vec::new();
    for (place, single) in (1..).zip(singles) {
        for (number, check) in (1..).zip(&single.result.checks) {
            let number = if several { format!("{place}.{number}") } else { number.to_string() };
            tests.push(test(single, check, &number, grades.is_some()));
        }
    }
    file.insert("tests".to_owned(), Value::Array(tests));
    file.insert(
        "extra_data".to_owned(),
        json!({ "results": singles.iter().map(|single| json!({
        "exercise": single.result.exercise,
        "language": single.result.language,
        "verdict": single.result.verdict,
        "replay": single.result.replay,
    })).collect::<Vec<_>>() }),
    );
    let mut text = serde_json::to_string_pretty(&Value::Object(file)).expect("plain data is JSON");
    text.push('\n');
    text
}

/// Real seconds, builds and runs.
fn seconds(singles: &[Single<'_>]) -> f64 {
    let nanos: u64 = singles
        .iter()
        .map(|single| single.result.run.as_ref().map_or(0, |run| run.real) + single.result.build.ns)
        .sum();
    std::time::Duration::from_nanos(nanos).as_secs_f64()
}

fn top_text(singles: &[Single<'_>], decided: bool) -> String {
    let mut text = String::new();
    for single in singles {
        text.push_str(&words::summary(single.result));
        if single.result.verdict == Verdict::BuildFailed {
            text.push_str(words::cut(&words::build_output(single.result), MOST_OUTPUT).0);
        }
    }
    if !decided {
        text.push_str("No score was given: this submission has to be graded again by the course's staff.\n");
    }
    text
}

fn test(single: &Single<'_>, check: &CheckResult, number: &str, decided: bool) -> Value {
    let mut test = Map::new();
    let mut put = |key: &str, value: Value| {
        test.insert(key.to_owned(), value);
    };
    put("name", json!(check.name));
    put("name_format", json!("text"));
    put("number", json!(number));
    let judged = match check.status {
        Status::Passed => Some("passed"),
        // A check that was not reached has no points, and its colour has to say so.
        Status::Failed | Status::Skipped => Some("failed"),
        Status::Unobserved | Status::Inconclusive => None,
    };
    if let Some(status) = judged {
        put("status", json!(status));
        if decided && check.max_points > 0 {
            put("score", json!(check.points));
            put("max_score", json!(check.max_points));
        }
    }
    let output = words::explanation(check);
    if !output.is_empty() {
        put("output", json!(words::cut(&output, MOST_OUTPUT).0));
        put("output_format", json!("text"));
    }
    let hidden = single.facts.checks.iter().any(|facts| facts.id == check.id && facts.hidden);
    put("visibility", json!(if hidden { "after_published" } else { "visible" }));
    put("tags", json!([single.result.exercise, check.id]));
    put(
        "extra_data",
        json!({
            "check": check.id,
            "status": check.status,
            "case": check.case.as_deref().map(harmless),
            "schedule": check.schedule,
        }),
    );
    Value::Object(test)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::document;
    use crate::check::verdict::ExerciseResult;
    use crate::report::samples::{
        build_failed_result, conforms, facts, failed_result, our_fault_result, result, single, undecided_result,
    };

    fn written(results: &[ExerciseResult]) -> Value {
        let facts = facts();
        let singles: Vec<_> = results.iter().map(|result| single(&facts, result)).collect();
        let file = serde_json::from_str(&document(&singles)).expect("JSON");
        conforms("gradescope-results.json", &file);
        file
    }

    #[test]
    fn a_failed_submission_has_its_points_and_each_check_its_own() {
        let file = written(&[failed_result()]);
        assert_eq!(file["score"], 4);
        let row = |place: usize| {
            let test = &file["tests"][place];
            (test["status"].clone(), test["score"].clone(), test["max_score"].clone(), test["visibility"].clone())
        };
        let expected = |status: &str, score: Value, max: Value, visibility: &str| {
            (Value::from(status), score, max, Value::from(visibility))
        };
        assert_eq!(row(0), expected("passed", 4.into(), 4.into(), "visible"));
        assert_eq!(row(1), expected("failed", 0.into(), 3.into(), "visible"));
        assert_eq!(row(2), expected("failed", 0.into(), 3.into(), "after_published"));
        assert_eq!(row(3), expected("passed", Value::Null, Value::Null, "visible"));
        assert!(file["tests"][1]["output"].as_str().is_some_and(|text| text.contains("expected  2")));
    }

    #[test]
    fn what_could_not_be_decided_has_no_score_anywhere() {
        for result in [undecided_result(), our_fault_result()] {
            let file = written(&[failed_result(), result]);
            let text = file.to_string();
            assert!(!text.contains("\"score\""), "{text}");
            assert!(file["output"].as_str().is_some_and(|text| text.contains("graded again")), "{text}");
        }
    }

    #[test]
    fn what_does_not_build_is_a_zero_with_the_compilers_words() {
        let file = written(&[build_failed_result()]);
        assert_eq!(file["score"], 0);
        assert!(file["output"].as_str().is_some_and(|text| text.contains("cannot find value")));
    }

    #[test]
    fn several_exercises_are_numbered_and_added() {
        let file = written(&[failed_result(), failed_result(), result()]);
        assert_eq!((&file["score"], &file["tests"][5]["number"]), (&Value::from(8), &Value::from("2.2")));
    }
}
