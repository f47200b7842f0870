//! `grade batch` and `grade report`: a class as an instructor meets it.

mod ends;
mod parts;
mod reports;

use std::fs;
use std::path::{Path, PathBuf};

use grade::batch::journal::Journal;
use grade::check::verdict::{ExerciseResult, Status, Verdict};
use insta::assert_snapshot;

use crate::desk::Desk;

const RIGHT: &str = "import sys\n\nprint(\"hello\", sys.argv[1])\n";
const TWICE: &str = "import sys\n\nprint(\"hello\", sys.argv[1])\nprint(\"hello\", sys.argv[1])\n";
const BROKEN: &str = "import sys\n\nprint(\"hello\"\n";

/// A small class: right, wrong, broken, the same twice, and a file that cannot be graded.
fn class() -> Desk {
    let desk = Desk::tiny();
    desk.write("class/alice/ex01_hello/main.py", RIGHT);
    desk.write("class/bob/ex01_hello.py", TWICE);
    desk.write("class/carol/ex01_hello/main.py", RIGHT);
    desk.write("class/dave/ex01_hello/main.py", BROKEN);
    desk.write("class/erin/ex01_hello/main.py", "");
    desk.write("class/alice/ex02_sleepers/main.rs", include_str!("../../courses/tiny/solutions/ex02_sleepers/main.rs"));
    desk
}

fn out(desk: &Desk) -> PathBuf {
    desk.dir().join("out")
}

fn result(desk: &Desk, student: &str, exercise: &str) -> ExerciseResult {
    serde_json::from_str(&desk.read(&format!("out/results/{student}/{exercise}.json"))).expect("a result")
}

/// File, verdict, score, and how each check came out.
type Finding = (PathBuf, Verdict, u32, Vec<(String, Status)>);

/// What was found, without what differs from run to run.
fn findings(out: &Path) -> Vec<Finding> {
    let mut all = Vec::new();
    for student in fs::read_dir(out.join("results")).expect("results").flatten() {
        for file in fs::read_dir(student.path()).expect("a student's results").flatten() {
            if file.path().extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = fs::read_to_string(file.path()).expect("a result");
            let result: ExerciseResult = serde_json::from_str(&text).expect("a result");
            let checks = result.checks.into_iter().map(|check| (check.id, check.status)).collect();
            let name = file.path().strip_prefix(out).expect("below").to_owned();
            all.push((name, result.verdict, result.score, checks));
        }
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

#[test]
fn a_class_is_graded_and_the_instructor_is_told_all_of_it() {
    let desk = class();
    assert_snapshot!(desk.grade("batch class --out out --jobs 2"));
    assert_eq!(result(&desk, "alice", "ex01_hello").verdict, Verdict::Passed);
    assert_eq!(result(&desk, "bob", "ex01_hello").verdict, Verdict::Failed);
    assert_eq!(result(&desk, "carol", "ex01_hello").verdict, Verdict::Passed);
    assert_eq!(result(&desk, "dave", "ex01_hello").verdict, Verdict::BuildFailed);
}

#[test]
fn what_differs_only_in_comments_is_told_and_still_graded_by_itself() {
    let desk = class();
    desk.write("class/zoe/ex01_hello/main.py", &format!("# All my own work.\n{RIGHT}"));
    let said = desk.grade("batch class --out out");
    assert!(said.contains("the same but for comments and layout\n  ex01_hello: alice, carol, zoe\n"), "{said}");
    assert_eq!(Journal::read(&out(&desk)).unwrap().run_counts().unwrap().0, 7, "it has runs of its own");
}

#[test]
fn a_second_batch_does_nothing_twice_and_says_so() {
    let desk = class();
    desk.grade("batch class --out out -q");
    let counts = Journal::read(&out(&desk)).unwrap().run_counts().unwrap();
    let said = desk.grade("batch class --out out -q");
    assert!(said.contains("nothing to do: 5 of 5 were graded already"), "{said}");
    assert!(said.starts_with("exit status: 1"), "the exit status is that of the whole class: {said}");
    assert_eq!(Journal::read(&out(&desk)).unwrap().run_counts().unwrap(), counts);
    assert_eq!(counts.1, 0, "no run was made twice");
    // Three contents of ex01, of which one does not build, with two cases each; one of ex02.
    assert_eq!(counts.0, 2 * 2 + 1, "the same content is run once");
}

#[test]
fn what_changed_is_graded_again_and_nothing_else() {
    let desk = class();
    desk.grade("batch class --out out -q");
    desk.write("class/bob/ex01_hello.py", RIGHT);
    let said = desk.grade("batch class --out out -q");
    assert!(said.contains("nothing to do"), "bob's content is known from alice: {said}");
    assert_eq!(result(&desk, "bob", "ex01_hello").verdict, Verdict::Passed);
    desk.write("class/bob/ex01_hello.py", &format!("{RIGHT}# mine\n"));
    let said = desk.grade("batch class --out out -q");
    assert!(said.contains("going on: 4 of 5 were graded already, 1 are new, changed or undecided"), "{said}");
    let spec = desk.read("graders/ex01_hello/spec.toml").replace("points = 3", "points = 5");
    desk.write("graders/ex01_hello/spec.toml", &spec);
    let said = desk.grade("batch class --out out -q");
    assert!(said.contains("going on: 1 of 5 were graded already"), "ex02 did not change: {said}");
    assert_eq!(result(&desk, "alice", "ex01_hello").max_score, 7);
}

#[test]
fn a_submission_that_was_withdrawn_is_in_no_report() {
    let desk = class();
    desk.grade("batch class --out out -q");
    fs::remove_dir_all(desk.dir().join("class/dave")).unwrap();
    let said = desk.grade("batch class --out out -q");
    assert!(said.contains("4 submissions: 3 passed, 1 failed"), "{said}");
    assert!(!out(&desk).join("results/dave").exists());
    assert!(!desk.read("out/grades.csv").contains("dave"));
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_told_with_the_way_out() {
    let desk = class();
    let mut command = desk.command(["batch", "class", "--out", "out"]);
    let output = command.env("TMPDIR", desk.dir().join("nowhere")).output().unwrap();
    let said = desk.said(&output);
    assert!(said.starts_with("exit status: 4") && said.contains("where TMPDIR says"), "{said}");
}

#[test]
fn a_fresh_start_keeps_what_was_there() {
    let desk = class();
    desk.grade("batch class --out out -q");
    let said = desk.grade("batch class --out out -q --fresh");
    assert!(said.contains("kept as out/grade.db.old-1"), "{said}");
    assert!(!said.contains("already"), "{said}");
    assert_eq!(Journal::read(&out(&desk)).unwrap().run_counts().unwrap(), (5, 0));
}

#[test]
fn a_fresh_start_that_cannot_begin_leaves_everything_as_it_was() {
    let desk = class();
    desk.grade("batch class --out out -q");
    let counts = Journal::read(&out(&desk)).unwrap().run_counts().unwrap();
    // No compiler and no interpreter is found.
    let output =
        desk.command(["batch", "class", "--out", "out", "--fresh", "-q"]).env("PATH", "/nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", desk.said(&output));
    assert!(!out(&desk).join("grade.db.old-1").exists(), "{}", desk.said(&output));
    assert_eq!(Journal::read(&out(&desk)).unwrap().run_counts().unwrap(), counts);
}

#[test]
fn mistakes_on_the_command_line_are_told_with_the_way_out() {
    let desk = class();
    fs::create_dir(desk.dir().join("empty")).unwrap();
    assert_snapshot!("a_folder_that_is_not_there", desk.grade("batch nowhere --out out"));
    assert_snapshot!("a_folder_with_nothing_in_it", desk.grade("batch empty --out out"));
    assert_snapshot!("an_output_among_the_submissions", desk.grade("batch class --out class/out"));
    assert_snapshot!("a_student_whom_nobody_knows", desk.grade("batch class --out out --student zoe"));
    assert!(!out(&desk).join("grade.db").exists());
}

#[test]
fn a_journal_that_cannot_be_used_is_told_with_the_way_out() {
    let desk = class();
    desk.write("out/grade.db", "this was a database once, and now it is a text of some length that is none at all");
    assert_snapshot!("a_damaged_journal", desk.grade("batch class --out out"));
    let said = desk.grade("batch class --out out -q --fresh");
    assert!(said.contains("5 submissions"), "{said}");
    let database = out(&desk).join("grade.db");
    let whole = fs::read(&database).unwrap();
    // A page in the middle that the disk gave back as something else.
    let mut damaged = whole.clone();
    let middle = whole.len() / 2 / 4096 * 4096;
    damaged[middle..middle + 4096].fill(0xa5);
    fs::write(&database, damaged).unwrap();
    let said = desk.grade("batch class --out out -q");
    assert!(said.starts_with("exit status: 4") && said.contains("is damaged: Tree "), "{said}");
    assert!(said.contains("`--fresh` grades everything again"), "{said}");
    assert_snapshot!("no_journal", desk.grade("report class --format csv"));
}

#[test]
fn one_submission_that_misbehaves_costs_only_itself() {
    let desk = Desk::tiny();
    for (name, text) in [
        ("hangs", "while True:\n    pass\n"),
        ("sleeps", "import time\ntime.sleep(10 ** 6)\n"),
        ("floods", "while True:\n    print('x' * 10000)\n"),
        ("forks", "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n"),
        (
            "kills",
            "import os, signal\nfor pid in [os.getppid(), *range(2, 400), -1]:\n    if pid != os.getpid():\n        try:\n            os.kill(pid, signal.SIGKILL)\n        except OSError:\n            pass\n",
        ),
    ] {
        desk.write(&format!("class/{name}/ex01_hello.py"), text);
    }
    for number in 0..4 {
        desk.write(&format!("class/good{number}/ex01_hello.py"), &format!("# {number}\n{RIGHT}"));
    }
    // Without namespaces the one that kills could reach us: it is graded where it cannot.
    let line = "batch class --out out --jobs 3 --sandbox require";
    let output = desk.output(line);
    let said = desk.said(&output);
    if output.status.code() == Some(4) && said.contains("cannot be contained here") {
        return;
    }
    assert_eq!(output.status.code(), Some(1), "{said}");
    for number in 0..4 {
        assert_eq!(result(&desk, &format!("good{number}"), "ex01_hello").verdict, Verdict::Passed, "{said}");
    }
    for name in ["hangs", "sleeps", "floods", "forks", "kills"] {
        assert_eq!(result(&desk, name, "ex01_hello").verdict, Verdict::Failed, "{name}: {said}");
    }
}

#[test]
fn what_failed_by_the_machines_fault_is_no_zero_and_is_tried_again() {
    let desk = class();
    // Files stand where builds want folders.
    for folder in ["tmp", "python-bare"] {
        desk.write(&format!("cache/{folder}"), "");
    }
    let mut command = desk.command(["batch", "class", "--out", "out", "-q"]);
    let output = command.env("GRADE_CACHE_DIR", desk.dir().join("cache")).output().expect("grade runs");
    let said = desk.said(&output);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("5 submissions: 5 could not be graded"), "{said}");
    assert!(desk.read("out/grades.csv").contains("bob,bob,,grader-error,"), "an empty cell is no zero");
    let said = desk.grade("batch class --out out -q");
    assert!(said.starts_with("exit status: 1"), "{said}");
    assert!(said.contains("5 submissions: 3 passed, 1 failed, 1 did not build"), "{said}");
}

#[test]
fn a_tool_that_is_missing_is_said_before_anything_is_graded() {
    let desk = class();
    let output = desk.command(["batch", "class", "--out", "out"]).env("PATH", "/nowhere").output().expect("grade runs");
    let said = desk.said(&output);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("failed to find `python3`") || said.contains("failed to find `rustc`"), "{said}");
}

#[test]
fn a_cache_folder_that_cannot_be_made_is_said_before_anything_is_graded() {
    let desk = class();
    desk.write("a-file", "");
    let mut command = desk.command(["batch", "class", "--out", "out", "-q"]);
    let output = command.env("GRADE_CACHE_DIR", desk.dir().join("a-file/cache")).output().expect("grade runs");
    let said = desk.said(&output);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("set GRADE_CACHE_DIR to a folder that you may write to"), "{said}");
    assert!(!said.contains("submissions"), "{said}");
}

#[test]
fn another_build_of_grade_grades_again() {
    let desk = class();
    desk.grade("batch class --out out -q");
    let other = desk.dir().join("other-grade");
    // Written by another process: a test beside this one that forks meanwhile would keep ours open for writing, and what is
    // open for writing cannot be executed.
    let copied = std::process::Command::new("sh")
        .args(["-c", "cp \"$0\" \"$1\" && printf 'another build' >> \"$1\"", env!("CARGO_BIN_EXE_grade")])
        .arg(&other)
        .status();
    assert!(copied.expect("a shell").success());
    let line = desk.command(["batch", "class", "--out", "out", "-q"]);
    let mut command = std::process::Command::new(&other);
    command.args(line.get_args()).current_dir(desk.dir()).env_clear();
    command.envs(line.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().expect("grade runs");
    let said = desk.said(&output);
    assert!(!said.contains("already"), "{said}");
    assert!(said.contains("5 submissions: 3 passed, 1 failed, 1 did not build"), "{said}");
    assert_eq!(Journal::read(&out(&desk)).unwrap().run_counts().unwrap(), (10, 0));
}
