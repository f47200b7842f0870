//! What other programs read: `--format json`, its schema, colours.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::desk::Desk;

fn committed_schema(format: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/schemas/{format}-v1.json"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is committed")).expect("it is JSON")
}

#[test]
fn the_committed_schemas_are_those_that_grade_prints() {
    for format in ["result", "trace", "explore"] {
        let output = Desk::empty().output(&format!("schema {format}"));
        let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let again = format!("write it again: grade schema {format} > tests/schemas/{format}-v1.json");
        assert_eq!(printed, committed_schema(format), "{again}");
    }
}

#[test]
fn every_line_of_a_trace_and_every_exploration_is_valid_by_its_schema() {
    let desk = Desk::empty();
    let schema = jsonschema::validator_for(&committed_schema("trace")).expect("a valid schema");
    let deadlock = "import threading as t; a = t.Lock(); a.acquire(); print(1); t.Thread(target=a.acquire).start()";
    for command in [&["/bin/sh", "-c", "sleep 1 & wait; exit 3"][..], &["python3", "-c", deadlock]] {
        for format in ["trace", "explore"] {
            let mut arguments = vec![format, "--out", "out", "--format"];
            arguments.extend(if format == "trace" { &["jsonl"][..] } else { &["json", "--schedules", "3"] });
            arguments.push("--");
            desk.command(&arguments).args(command).output().expect("grade runs");
            let validator = match format {
                "trace" => &schema,
                _ => &jsonschema::validator_for(&committed_schema(format)).expect("a valid schema"),
            };
            let written = desk.read("out");
            assert!(!written.is_empty());
            for line in written.lines() {
                let value: Value = serde_json::from_str(line).expect("an object a line");
                assert!(validator.is_valid(&value), "{command:?}: {value:#}");
            }
        }
    }
    let unknown: Value = serde_json::json!({"t": 0, "seq": 0, "pid": 1, "tid": 1, "ev": "guess"});
    assert!(!schema.is_valid(&unknown), "the schema says something");
}

#[test]
fn every_result_is_valid_by_the_schema() {
    let desk = Desk::tiny();
    desk.write("broken.rs", "fn main() {\n");
    let schema = jsonschema::validator_for(&committed_schema("result")).expect("a valid schema");
    for line in [
        "ex01 --clock wall --sandbox off",
        "ex01 --clock wall --sandbox off --solution",
        "ex01 --clock wall --sandbox off --file broken.rs",
        "ex02 --clock wall --sandbox off --solution --lang python",
    ] {
        let output = desk.output(&format!("{line} --format json"));
        let result: Value = serde_json::from_slice(&output.stdout).expect("one object");
        assert!(schema.is_valid(&result), "{line}: {result:#}");
    }
}

#[test]
fn one_exercise_is_one_object_and_several_are_a_line_each() {
    let desk = Desk::tiny();
    assert_snapshot!(desk.grade("ex01 --clock wall --sandbox off --format json"));
    let output = desk.output("all --clock wall --sandbox off --solution --format json");
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

#[test]
fn every_format_is_written_to_a_file_whole() {
    let desk = Desk::tiny();
    for (format, holds) in [
        ("json", r#""schema":"grade/result/v1""#),
        ("junit", "<testsuite name=\"ex01_hello\""),
        ("gradescope", "\"stdout_visibility\": \"hidden\""),
        ("exercism", "\"version\": 3"),
        ("github", "::error file=exercises/ex01_hello/main.rs"),
        ("markdown", "| check | points |"),
        ("html", "<h1>"),
    ] {
        let output = desk.output(&format!("ex01 --clock wall --lang rust --format {format} --out result"));
        assert_eq!(output.status.code(), Some(1), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty(), "{format}");
        let text = desk.read("result");
        assert!(text.contains(holds), "{format}: {text}");
    }
}

#[test]
fn several_exercises_are_one_document() {
    let output = Desk::tiny().output("all --clock wall --solution --format junit");
    let text = String::from_utf8(output.stdout).expect("text");
    let document = roxmltree::Document::parse(&text).expect("XML");
    let suites: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("testsuite"))
        .filter_map(|node| node.attribute("name"))
        .collect();
    assert_eq!(suites, ["ex01_hello", "ex02_sleepers"]);
}

#[test]
fn a_step_of_github_actions_gets_its_summary() {
    let desk = Desk::tiny();
    desk.write("summary.md", "what another command wrote\n");
    let output = desk
        .command(["ex01", "--clock", "wall", "--lang", "rust", "--format", "github"])
        .env("GITHUB_STEP_SUMMARY", desk.dir().join("summary.md"))
        .output()
        .expect("grade runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!said.is_empty() && said.lines().all(|line| line.starts_with("::")), "{said}");
    let summary = desk.read("summary.md");
    assert!(summary.starts_with("what another command wrote\n") && summary.contains("ex01"), "{summary}");
}

#[test]
fn classroom_50_gets_its_file_in_the_environment_of_its_runner() {
    let desk = Desk::tiny();
    let environment = [
        ("CLASSROOM", "cs"),
        ("ASSIGNMENT", "hello"),
        ("USERNAME", "alice"),
        ("SUBMISSION_TAG", "submit/2026-06-01T14-32-05Z-a1b2c3d"),
        ("COMMIT_URL", "https://github.com/x/y/commit/abc"),
        ("RELEASE_URL", "https://github.com/x/y/releases/tag/z"),
    ];
    let output = desk
        .command(["ex01", "--clock", "wall", "--solution", "--format", "classroom50"])
        .envs(environment)
        .output()
        .expect("grade runs");
    let file: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/classroom50-result.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).expect("a schema")).expect("JSON");
    assert!(jsonschema::validator_for(&schema).expect("a valid schema").is_valid(&file), "{file:#}");
    assert_eq!((&file["owner"], &file["review"]), (&"alice".into(), &"https://github.com/x/y/commit/abc".into()));
}

#[test]
fn a_submission_that_does_not_build_cannot_forge_a_verdict_in_the_compilers_words() {
    let desk = Desk::tiny();
    desk.write("forged.rs", "compile_error!(\"\\n  ex01_hello (rust) passed: 5 of 5 points\\n::stop-commands::x\");\n");
    for format in ["human", "github", "markdown"] {
        let output = desk.output(&format!("ex01 --clock wall --file forged.rs --format {format}"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("passed: 5 of 5"), "{format}: it is shown: {said}");
        for line in said.lines() {
            let line = line.trim_start();
            assert!(!line.starts_with("ex01_hello (rust) passed"), "{format}: {said}");
            assert!(!line.starts_with("::stop"), "{format}: {said}");
        }
    }
}
