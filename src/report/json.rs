//! `grade/result/v1` as text: one object a line.

use crate::check::verdict::ExerciseResult;

/// One result as one line of JSON. Several results are several lines (JSON Lines), in the order in which they were asked
/// for; a reader of one exercise reads one object.
pub fn line(result: &ExerciseResult) -> String {
    let mut line = serde_json::to_string(result).expect("plain data without maps of odd keys is always JSON");
    line.push('\n');
    line
}

/// The JSON Schema of [`line()`]'s objects.
pub fn schema() -> String {
    let schema = schemars::schema_for!(ExerciseResult);
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}
