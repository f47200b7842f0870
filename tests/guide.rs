//! Every example in the author's guide is one that the reader accepts.

use grade::course::{SpecContext, check_course, check_spec};
use grade::diag::{Style, render};

const GUIDE: &str = include_str!("../graders/README.md");

/// A spec around the examples of kinds: `KIND` is the line in question.
const AROUND: &str = r#"
title = "Around an example"
[limits]
time = "20s"
[events]
started  = '^(?<who>\S+):Update Started$'
read     = '^(?<who>\S+):Reading Value From Db: (?<value>\d+)$'
finished = '^(?<who>\S+):Update Finished$'
final    = '^Final value is (?<value>\d+)$'
error    = '^error'
[[case]]
name = "one"
args = ["2", "$http/page/a"]
vars = { longest = "3s", names = "A B" }
[[check]]
id = "uses-all-events"
name = "So that no event is unused"
points = 1
order = { events = ["started", "read", "finished", "final", "error"] }
[[check]]
id = "example"
name = "The example"
points = 1
KIND
"#;

fn examples() -> Vec<&'static str> {
    GUIDE.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_example_of_the_guide_is_right() {
    let mut kinds = 0;
    for example in examples() {
        let found = if example.contains("[[chapter]]") {
            check_course("course.toml", example)
        } else if example.contains("title =") {
            check_spec("spec.toml", example, &SpecContext::default())
        } else {
            kinds += example.lines().count();
            let check = |line| check_spec("spec.toml", &AROUND.replace("KIND", line), &SpecContext::default());
            example.lines().flat_map(check).collect()
        };
        assert!(found.is_empty(), "{}", render(&found, Style::Plain));
    }
    assert!(kinds > 30, "{kinds}");
}

#[test]
fn every_kind_of_check_has_an_example_in_the_guide() {
    let schema = grade::course::schema();
    let kinds = schema["properties"]["check"]["items"]["oneOf"].as_array().unwrap();
    for kind in kinds {
        let kind = kind["required"][0].as_str().unwrap();
        let begins = |line: &&str| line.starts_with(&format!("{kind} = ")) || line.starts_with(&format!("{kind}."));
        assert!(examples().iter().any(|example| example.lines().any(|line| begins(&line))), "{kind}");
    }
}
