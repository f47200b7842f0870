//! The author's commands: verify, bless, schema.

use insta::assert_snapshot;

use crate::desk::Desk;

#[test]
fn verify_lists_what_every_wrong_submission_fails() {
    assert_snapshot!(Desk::tiny().grade("verify --clock wall --jobs 4"));
}

#[test]
fn verify_says_what_is_not_as_declared() {
    let desk = Desk::tiny();
    let spec = desk
        .read("graders/ex01_hello/spec.toml")
        .replace("fails = [\"once\"]", "fails = [\"ends-well\"]")
        .replace("fails = [\"greets\"]", "fails = [\"greets\", \"once\"]");
    desk.write("graders/ex01_hello/spec.toml", &spec);
    desk.write("solutions/ex01_hello/main.py", "print('hello ann')\n");
    desk.write("exercises/ex01_hello/main.rs", "fn main() { /* edited */ }\n");
    assert_snapshot!(desk.grade("verify hello --clock wall --jobs 4"));
}

#[test]
fn a_starter_that_passes_is_no_starter() {
    let desk = Desk::tiny();
    for path in ["exercises/ex01_hello/main.py", "graders/ex01_hello/starter/main.py"] {
        desk.write(path, &desk.read("solutions/ex01_hello/main.py"));
    }
    let said = desk.grade("verify ex01 --lang python --clock wall");
    assert!(said.contains("nothing left to do for a student"), "{said}");
    assert!(said.starts_with("exit status: 1\n"), "{said}");
}
