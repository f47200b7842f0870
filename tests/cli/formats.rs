//! What other programs read: `--format json`, its schema, colours.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::desk::Desk;

fn committed_schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/result-v1.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is committed")).expect("it is JSON")
}

#[test]
fn the_committed_schema_is_the_one_that_grade_prints() {
    let output = Desk::empty().output("schema result");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(printed, committed_schema(), "write it again: grade schema result > tests/schemas/result-v1.json");
}

#[test]
fn every_result_is_valid_by_the_schema() {
    let desk = Desk::tiny();
    desk.write("broken.rs", "fn main() {\n");
    let schema = jsonschema::validator_for(&committed_schema()).expect("a valid schema");
    for line in [
        "ex01 --clock wall",
        "ex01 --clock wall --solution",
        "ex01 --clock wall --file broken.rs",
        "ex02 --clock wall --solution --lang python",
    ] {
        let output = desk.output(&format!("{line} --format json"));
        let result: Value = serde_json::from_slice(&output.stdout).expect("one object");
        assert!(schema.is_valid(&result), "{line}: {result:#}");
    }
}

#[test]
fn one_exercise_is_one_object_and_several_are_a_line_each() {
    let desk = Desk::tiny();
    assert_snapshot!(desk.grade("ex01 --clock wall --format json"));
    let output = desk.output("all --clock wall --solution --format json");
    let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    let exercises: Vec<_> = lines.iter().map(|line| line["exercise"].clone()).collect();
    assert_eq!(exercises, ["ex01_hello", "ex02_sleepers"]);
}

#[test]
fn colours_come_only_when_they_are_wanted() {
    let desk = Desk::tiny();
    let coloured = |args: &[&str], no_color: Option<&str>| {
        let mut command = desk.command(args);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        command.output().expect("grade runs").stdout.contains(&0x1b)
    };
    assert!(!coloured(&["list"], None), "not a terminal");
    assert!(coloured(&["list", "--color", "always"], None));
    assert!(coloured(&["--color", "always", "list"], Some("1")), "asked for in so many words");
    assert!(!coloured(&["list", "--color", "never"], None));
}

#[test]
fn the_schema_of_a_spec_is_json() {
    let output = Desk::empty().output("schema");
    let schema: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(schema["properties"]["check"].is_object());
}
