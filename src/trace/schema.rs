use schemars::{JsonSchema, Schema, schema_for};

use super::jsonl::EndLine;
use super::{Event, Header};

/// A line of a trace: the header comes first, then an event each, and the end.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(title = "grade/trace/v1")]
#[expect(dead_code, reason = "it is only described: lines are read and written by their place")]
enum Line {
    /// The first line.
    Header(Header),
    /// One thing that happened.
    Event(Event),
    /// The last line.
    End(EndLine),
}

/// The JSON Schema of each line of `grade/trace/v1`.
pub fn schema() -> Schema {
    schema_for!(Line)
}
