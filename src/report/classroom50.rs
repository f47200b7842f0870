//! Classroom 50's `result.json`, `classroom50/result/v1`, by its [contract][contract] and [schema][schema].
//!
//! Whose submission it is, is said by the environment of Classroom 50's runner, not by us ([`Origin`]). The contract has
//! integers for points and knows no "not decided", but says that an autograder which leaves with an error is not the
//! student's fault: so a result that could not be decided is [no document](Undecided), and the command fails.
//!
//! [contract]: https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
//! [schema]: https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json

use serde_json::{Value, json};

use super::single::Single;
use super::{class, words};
use crate::check::verdict::Status;

/// Whose submission it is, in the words of Classroom 50's runner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// `CLASSROOM`.
    pub classroom: String,
    /// `ASSIGNMENT`.
    pub assignment: String,
    /// `ASSIGNMENT_TYPE`: `individual` or `group`.
    pub assignment_type: String,
    /// `OWNER`, or `USERNAME`.
    pub owner: String,
    /// `SUBMISSION_TAG`.
    pub submission: String,
    /// `COMMIT_URL`.
    pub commit: String,
    /// `RELEASE_URL`.
    pub release: String,
    /// `REVIEW_URL`, or `COMMIT_URL`.
    pub review: String,
    /// Now, in UTC to the second; the runner stamps the commit's date over it.
    pub datetime: String,
}

/// Why there is no document.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{exercise} {what}, and Classroom 50 has no word for that but a failed run")]
pub struct Undecided {
    /// The exercise's id.
    pub exercise: String,
    /// The verdict in words.
    pub what: &'static str,
}

/// The most characters of a test's output.
const MOST_OUTPUT: usize = 20_000;

/// The file's text for one assignment, of one exercise or more.
///
/// # Errors
/// When a result could not be decided.
pub fn document(singles: &[Single<'_>], origin: &Origin) -> Result<String, Undecided> {
    let mut tests = Vec::new();
    let (mut score, mut max_score) = (0, 0);
    for single in singles {
        let result = single.result;
        score += class::grade(result)
            .ok_or_else(|| Undecided { exercise: result.exercise.clone(), what: words::verdict(result.verdict) })?;
        max_score += result.max_score;
        tests.extend(result.checks.iter().map(|check| {
            let name =
                if singles.len() > 1 { format!("{}: {}", result.exercise, check.name) } else { check.name.clone() };
            let explained = words::explanation(check);
            json!({
                "test-name": name,
                "passed": check.status == Status::Passed,
                "score": check.points,
                "max-score": check.max_points,
                "status": check.status,
                "output": words::cut(&explained, MOST_OUTPUT).0,
            })
        }));
        if !result.build.ok {
            tests.push(json!({
                "test-name": "it builds", "passed": false, "score": 0, "max-score": 0,
                "output": words::cut(&words::build_output(result), MOST_OUTPUT).0,
            }));
        }
    }
    let file: Value = json!({
        "schema": "classroom50/result/v1",
        "classroom": origin.classroom,
        "assignment": origin.assignment,
        "assignment_type": origin.assignment_type,
        "owner": origin.owner,
        "submission": origin.submission,
        "commit": origin.commit,
        "release": origin.release,
        "review": origin.review,
        "datetime": origin.datetime,
        "graded_at": origin.datetime,
        "score": score,
        "max-score": max_score,
        "tests": tests,
    });
    let mut text = serde_json::to_string_pretty(&file).expect("plain data is JSON");
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Origin, document};
    use crate::report::samples::{
        build_failed_result, conforms, facts, failed_result, our_fault_result, single, undecided_result,
    };

    fn origin() -> Origin {
        Origin {
            classroom: "cs-principles".to_owned(),
            assignment: "race".to_owned(),
            assignment_type: "individual".to_owned(),
            owner: "alice".to_owned(),
            submission: "submit/2026-06-01T14-32-05Z-a1b2c3d".to_owned(),
            commit: "https://github.com/x/y/commit/abc".to_owned(),
            release: "https://github.com/x/y/releases/tag/z".to_owned(),
            review: "https://github.com/x/y/compare/a...b".to_owned(),
            datetime: "2026-06-01T14:33:11Z".to_owned(),
        }
    }

    #[test]
    fn the_file_is_what_the_schema_says() {
        let facts = facts();
        for result in [failed_result(), build_failed_result()] {
            let text = document(&[single(&facts, &result), single(&facts, &result)], &origin()).expect("decided");
            let file: Value = serde_json::from_str(&text).expect("JSON");
            conforms("classroom50-result.json", &file);
            let sum = |key: &str| file["tests"].as_array().expect("tests").iter().map(|test| test[key].as_u64()).sum();
            assert_eq!((file["score"].as_u64(), file["max-score"].as_u64()), (sum("score"), sum("max-score")));
        }
    }

    #[test]
    fn what_could_not_be_decided_is_no_document() {
        let facts = facts();
        for result in [undecided_result(), our_fault_result()] {
            let refused = document(&[single(&facts, &result)], &origin()).expect_err("no score to write");
            assert!(refused.to_string().starts_with("ex07_race "), "{refused}");
        }
    }
}
