//! `grade/result/v1` as text: one object a line.

use super::class::Class;
use crate::check::verdict::ExerciseResult;

/// One result as one line of JSON. Several results are several lines (JSON Lines), in the order in which they were asked
/// for; a reader of one exercise reads one object.
pub fn line(result: &ExerciseResult) -> String {
    let mut line = serde_json::to_string(result).expect("plain data without maps of odd keys is always JSON");
    line.push('\n');
    line
}

/// The JSON Schema of [`line()`]'s objects.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(ExerciseResult)
}

/// A class as JSON Lines, `grade/class/v1`: an object a submission, with whose it is and the result as it stands in a file
/// of its own, in the order of students and exercises.
pub fn stream(class: &Class) -> String {
    let mut text = String::new();
    for (student, submission) in class.submissions() {
        let object = serde_json::json!({
            "schema": "grade/class/v1",
            "student": student.id,
            "name": student.name,
            "exercise": submission.exercise,
            "origin": submission.origin,
            "late": submission.late,
            "digest": submission.digest,
            "result": submission.result,
        });
        text.push_str(&object.to_string());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::report::samples::class;

    #[test]
    fn a_class_is_an_object_a_submission() {
        let text = super::stream(&class());
        let students: Vec<_> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["student"].clone())
            .collect();
        assert_eq!(students, ["ann", "bob", "cleo", "dan", "finn"]);
    }
}
