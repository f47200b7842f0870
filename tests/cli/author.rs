//! The author's commands: verify, bless, schema.

use insta::assert_snapshot;

use crate::desk::Desk;

#[test]
fn verify_lists_what_every_wrong_submission_fails() {
    assert_snapshot!(Desk::tiny().grade("verify --clock wall --sandbox off --jobs 4"));
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
    assert_snapshot!(desk.grade("verify hello --clock wall --sandbox off --jobs 4"));
}

#[test]
fn a_starter_that_passes_is_no_starter() {
    let desk = Desk::tiny();
    for path in ["exercises/ex01_hello/main.py", "graders/ex01_hello/starter/main.py"] {
        desk.write(path, &desk.read("solutions/ex01_hello/main.py"));
    }
    let said = desk.grade("verify ex01 --lang python --clock wall --sandbox off");
    assert!(said.contains("nothing left to do for a student"), "{said}");
    assert!(said.starts_with("exit status: 1\n"), "{said}");
}

const SNAPSHOT_CHECK: &str = "
[[check]]
id = \"as-the-reference\"
name = \"It does what the reference does\"
points = 1
snapshot = { mode = \"times\", tolerance = \"50ms\" }
";

#[test]
fn bless_records_runs_and_leaves_changes_to_be_reviewed() {
    let desk = Desk::tiny();
    let spec =
        desk.read("graders/ex02_sleepers/spec.toml").replace("\n[[wrong]]", &format!("{SNAPSHOT_CHECK}\n[[wrong]]"));
    desk.write("graders/ex02_sleepers/spec.toml", &spec);
    // Where its lines break depends on how long the path of the desk is.
    let said: Vec<String> = desk
        .grade("ex02 --solution --clock virtual")
        .split_whitespace()
        .filter(|word| *word != "│")
        .map(str::to_owned)
        .collect();
    assert_snapshot!("a_snapshot_that_is_missing", said.join(" "));
    assert_snapshot!("the_first_recording", desk.grade("bless ex02 --clock virtual"));
    assert_snapshot!("a_snapshot_file", desk.redact(&desk.read("graders/ex02_sleepers/two@rust.snap")));
    let verified = desk.grade("verify ex02 --clock virtual");
    assert!(verified.starts_with("exit status: 0\n"), "{verified}");
    let reference = desk.read("solutions/ex02_sleepers/main.py").replace("0.01", "0.5");
    desk.write("solutions/ex02_sleepers/main.py", &reference);
    assert_snapshot!("a_recording_that_changed", desk.grade("bless ex02 --clock virtual"));
    assert!(desk.read("graders/ex02_sleepers/two@python.snap.new").contains("slept"));
    assert!(desk.grade("verify ex02 --clock virtual").contains("as-the-reference fails"));
}

#[test]
fn bless_records_a_starter_unless_it_is_a_solution() {
    let desk = Desk::tiny();
    desk.write("exercises/ex01_hello/main.py", "print('hello you')\n");
    assert_snapshot!(desk.grade("bless ex01 --clock wall --sandbox off"));
    assert_eq!(desk.read("graders/ex01_hello/starter/main.py"), "print('hello you')\n");
    desk.write("exercises/ex01_hello/main.py", &desk.read("solutions/ex01_hello/main.py"));
    assert_snapshot!("a_starter_that_passes", desk.grade("bless ex01 --clock wall --sandbox off"));
}

#[test]
fn an_exercise_set_in_one_language_is_whole() {
    let desk = Desk::tiny();
    for path in ["exercises/ex01_hello/main.rs", "graders/ex01_hello/starter/main.rs", "solutions/ex01_hello/main.rs"] {
        std::fs::remove_file(desk.dir().join(path)).expect("it was there");
    }
    let verified = desk.grade("verify ex01 --clock wall --sandbox off");
    assert!(verified.starts_with("exit status: 0\n") && !verified.contains("rust"), "{verified}");
    let shown = desk.grade("show ex01");
    assert!(shown.contains("main.py.") && !shown.contains("main.rs"), "{shown}");
    desk.write("exercises/ex01_hello/main.py", "print('mine')\n");
    let reset = desk.grade("reset ex01");
    assert!(reset.starts_with("exit status: 0\n") && reset.contains("main.py is the starter again"), "{reset}");
    for command in ["reset ex01 --lang rust", "ex01 --lang rust"] {
        let said = desk.grade(command);
        assert!(said.starts_with("exit status: 2\n") && !said.contains("brings back"), "{said}");
    }
    assert!(desk.grade("ex01 --lang rust").contains("ex01_hello is set in python"));
}

#[test]
fn who_verifies_is_not_told_that_mistakes_are_somebody_elses() {
    let desk = Desk::tiny();
    desk.write("graders/ex01_hello/spec.toml", "title = 5\n");
    for command in ["verify", "bless"] {
        let said = desk.grade(command);
        assert!(said.starts_with("exit status: 3\n") && !said.contains("not yours"), "{said}");
    }
    assert!(desk.grade("list").contains("not yours"));
}
