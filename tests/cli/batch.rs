//! `grade batch` and `grade report`: a class as an instructor meets it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use grade::batch::journal::Journal;
use grade::check::verdict::{ExerciseResult, Status, Verdict};
use insta::assert_snapshot;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::desk::Desk;

const RIGHT: &str = "import sys\n\nprint(\"hello\", sys.argv[1])\n";
const TWICE: &str = "import sys\n\nprint(\"hello\", sys.argv[1])\nprint(\"hello\", sys.argv[1])\n";
const BROKEN: &str = "import sys\n\nprint(\"hello\"\n";
/// Two sleepers, with a comment so that each student's is their own.
const SLEEPERS: &str = include_str!("../courses/tiny/solutions/ex02_sleepers/main.py");

/// A small class: right, wrong, broken, the same twice, and a file that cannot be graded.
fn class() -> Desk {
    let desk = Desk::tiny();
    desk.write("class/alice/ex01_hello/main.py", RIGHT);
    desk.write("class/bob/ex01_hello.py", TWICE);
    desk.write("class/carol/ex01_hello/main.py", RIGHT);
    desk.write("class/dave/ex01_hello/main.py", BROKEN);
    desk.write("class/erin/ex01_hello/main.py", "");
    desk.write("class/alice/ex02_sleepers/main.rs", include_str!("../courses/tiny/solutions/ex02_sleepers/main.rs"));
    desk
}

/// A class of which every student's content is their own.
fn larger_class(students: usize) -> Desk {
    let desk = Desk::tiny();
    for number in 0..students {
        desk.write(&format!("class/student{number:02}/ex01_hello/main.py"), &format!("# {number}\n{RIGHT}"));
        desk.write(&format!("class/student{number:02}/ex02_sleepers/main.py"), &format!("# {number}\n{SLEEPERS}"));
    }
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
fn a_part_of_the_class_leaves_the_rest_as_it_was() {
    let desk = class();
    desk.grade("batch class --out out -q");
    desk.write("class/bob/ex01_hello.py", &format!("{RIGHT}# mine\n"));
    desk.write("class/carol/ex01_hello/main.py", TWICE);
    let said = desk.grade("batch class --out out -q --student bob");
    assert!(said.contains("5 submissions: 4 passed, 1 did not build"), "{said}");
    assert_eq!(result(&desk, "carol", "ex01_hello").verdict, Verdict::Passed, "nobody asked for carol");
}

#[test]
fn one_case_of_an_exam_is_graded_alone() {
    let desk = class();
    let said = desk.grade("batch class --out out -q --exercise ex01 --case ann --schedules 1");
    assert!(said.contains("4 submissions"), "{said}");
    assert_eq!(result(&desk, "alice", "ex01_hello").run.map(|run| run.cases), Some(1));
    assert_snapshot!(desk.grade("batch class --out out --case anne"));
}

#[test]
fn one_case_is_shown_alone_and_what_a_whole_batch_found_is_kept() {
    let desk = class();
    desk.grade("batch class --out out -q");
    let before = (findings(&out(&desk)), desk.read("out/grades.csv"), desk.read("out/report.html"));
    let said = desk.grade("batch class --out out -q --exercise ex01 --case ann");
    assert!(said.contains("ex01_hello: the reports show the chosen cases alone"), "{said}");
    assert_eq!(result(&desk, "alice", "ex01_hello").run.map(|run| run.cases), Some(1));
    assert_eq!(result(&desk, "alice", "ex02_sleepers").verdict, Verdict::Passed, "nobody asked for ex02");
    let said = desk.grade("batch class --out out -q");
    assert!(said.contains("nothing to do: 5 of 5 were graded already"), "{said}");
    assert_eq!((findings(&out(&desk)), desk.read("out/grades.csv"), desk.read("out/report.html")), before);
}

#[test]
fn one_table_does_not_hold_grades_by_different_cases() {
    let desk = class();
    desk.grade("batch class --out out -q");
    let before = (findings(&out(&desk)), desk.read("out/grades.csv"));
    assert_snapshot!(desk.grade("batch class --out out --exercise ex01 --case ann --student bob"));
    desk.grade("batch class --out out -q --exercise ex01 --case ann");
    let said = desk.grade("batch class --out out -q --exercise ex01 --student bob");
    assert!(said.starts_with("exit status: 2"), "{said}");
    desk.grade("batch class --out out -q");
    assert_eq!((findings(&out(&desk)), desk.read("out/grades.csv")), before);
}

#[test]
fn one_exercise_or_student_leaves_what_is_known_of_the_others() {
    let desk = class();
    desk.write("class/roster.csv", "student,name\nalice,Alice A.\nbob,Bob B.\nzoe,Zoe Z.\n");
    desk.grade("batch class --out out -q");
    let before = (findings(&out(&desk)), desk.read("out/grades.csv"), desk.read("out/report.html"));
    assert!(before.1.contains("Zoe Z."), "{}", before.1);
    for part in ["--exercise ex02", "--student bob", "--student alice --exercise ex02", "--lang rust"] {
        let said = desk.grade(&format!("batch class --out out -q {part}"));
        let after = (findings(&out(&desk)), desk.read("out/grades.csv"), desk.read("out/report.html"));
        assert_eq!(after, before, "{part}: {said}");
    }
}

#[test]
fn a_report_of_one_student_speaks_of_nobody_else_and_leaves_the_page_of_the_class() {
    let desk = class();
    desk.grade("batch class --out out -q");
    let page = desk.read("out/report.html");
    let said = desk.grade("report out --format html --student bob --exercise 1");
    assert!(said.contains("1 file written below out"), "{said}");
    assert_eq!(desk.read("out/report.html"), page);
    let said = desk.grade("report out --format markdown --student bob --exercise hello");
    assert!(!["alice", "erin"].iter().any(|other| said.contains(other)), "{said}");
    let said = desk.grade("report out --format junit --student erin");
    assert!(!said.contains("testcase"), "a file with nothing in it is no submission: {said}");
    desk.write("class/erin/ex01_hello/main.py", RIGHT);
    desk.write("class/erin/ex01_hello/main.rs", "fn main() { println!(\"hello\"); }\n");
    desk.grade("batch class --out out -q");
    let said = desk.grade("report out --format junit --student erin");
    assert!(said.contains("erin/ex01_hello") && said.contains("type=\"refused\""), "{said}");
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
fn two_batches_at_once_do_not_share_a_folder() {
    let desk = class();
    desk.write("class/zoe/ex01_hello.py", "while True:\n    pass\n");
    let mut first = start(&desk, "batch class --out out -q");
    wait_until(&mut first, || out(&desk).join("grade.db").exists());
    let said = desk.grade("batch class --out out -q");
    kill(Pid::from_raw(first.id().cast_signed()), Signal::SIGTERM).ok();
    first.wait().expect("it ends");
    // The first may have been quicker than we were.
    if !said.contains("nothing to do") {
        assert!(said.contains("another batch is writing to `out`"), "{said}");
        assert!(said.starts_with("exit status: 2"), "{said}");
    }
}

#[test]
fn an_interrupt_keeps_what_was_finished_and_the_same_command_goes_on() {
    let desk = larger_class(6);
    desk.write("class/zoe/ex01_hello.py", "while True:\n    pass\n");
    let mut batch = start(&desk, "batch class --out out -q --jobs 2");
    wait_until(&mut batch, || runs(&out(&desk)) > 2);
    kill(Pid::from_raw(batch.id().cast_signed()), Signal::SIGINT).expect("it lives");
    let output = batch.wait_with_output().expect("it ends");
    let said = desk.said(&output);
    if output.status.code() != Some(1) {
        assert_eq!(output.status.code(), Some(130), "{said}");
        assert!(said.contains("run the same command again to go on where it was"), "{said}");
    }
    let said = desk.grade("batch class --out out -q");
    assert!(said.contains("13 submissions: 12 passed, 1 failed"), "{said}");
    assert_eq!(Journal::read(&out(&desk)).unwrap().run_counts().unwrap().1, 0, "no run was made twice");
}

#[test]
fn a_batch_that_is_killed_at_any_moment_comes_to_the_same_in_the_end() {
    let undisturbed = larger_class(8);
    undisturbed.grade("batch class --out out -q");
    let desk = larger_class(8);
    let temporary = tempfile::tempdir().expect("a folder");
    let line = "batch class --out out -q --jobs 3";
    for moment in [1, 9, 17] {
        let mut batch = start_in(&desk, line, temporary.path());
        wait_until(&mut batch, || runs(&out(&desk)) >= moment);
        let below = descendants(batch.id());
        kill(Pid::from_raw(batch.id().cast_signed()), Signal::SIGKILL).ok();
        batch.wait().expect("it ends");
        wait_for_the_end_of(&below);
    }
    let before = runs(&out(&desk));
    let said = start_in(&desk, line, temporary.path()).wait_with_output().expect("it ends");
    let said = desk.said(&said);
    assert!(said.contains("16 submissions: 16 passed"), "{said}");
    assert!(before >= 17);
    assert_eq!(findings(&out(&desk)), findings(&out(&undisturbed)));
    let counts = |desk: &Desk| Journal::read(&out(desk)).unwrap().run_counts().unwrap();
    assert_eq!(counts(&desk), counts(&undisturbed), "each run was made, and none twice");
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn reports_are_written_again_without_running_anything() {
    let desk = class();
    desk.grade("batch class --out out -q");
    fs::remove_dir_all(out(&desk).join("results")).unwrap();
    fs::remove_dir_all(desk.dir().join("class")).unwrap();
    let counts = Journal::read(&out(&desk)).unwrap().run_counts().unwrap();
    let said = desk.grade("report out --format json");
    assert!(said.starts_with("exit status: 0"), "{said}");
    assert_eq!(result(&desk, "alice", "ex01_hello").verdict, Verdict::Passed);
    let lines = desk.output("report out --format jsonl");
    let lines = String::from_utf8(lines.stdout).unwrap();
    assert_eq!(lines.lines().count(), 5);
    for line in lines.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("each line is JSON");
    }
    assert_snapshot!("grades_as_a_table", desk.grade("report out --format csv"));
    let only = desk.output("report out --format jsonl --student bob");
    assert_eq!(String::from_utf8(only.stdout).unwrap().lines().count(), 1);
    assert_eq!(Journal::read(&out(&desk)).unwrap().run_counts().unwrap(), counts);
}

#[test]
fn every_format_is_written_from_the_journal_alone() {
    let desk = class();
    desk.grade("batch class --out out -q");
    for (format, expected) in [
        ("canvas", "alice"),
        ("junit", "alice/ex01_hello"),
        ("github", "::error file=bob/ex01_hello.py"),
        ("markdown", "| alice |"),
        ("csv", "alice"),
    ] {
        let output = desk.output(&format!("report out --format {format} --out written"));
        assert_eq!(output.status.code(), Some(0), "{format}: {}", desk.said(&output));
        assert!(desk.read("written").contains(expected), "{format}: {}", desk.read("written"));
    }
    for (format, file) in [
        ("moodle", "moodle/ex01_hello.csv"),
        ("gradescope", "gradescope/alice/results.json"),
        ("exercism", "exercism/bob/ex01_hello/results.json"),
        ("html", "report.html"),
        ("html", "results/bob/ex01_hello.html"),
    ] {
        let output = desk.output(&format!("report out --format {format} --out elsewhere"));
        assert_eq!(output.status.code(), Some(0), "{format}: {}", desk.said(&output));
        let text = desk.read(&format!("elsewhere/{file}"));
        if Path::new(file).extension().is_some_and(|extension| extension == "json") {
            serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
        }
    }
    let said = desk.grade("report out --format csv --student zoe");
    assert!(said.starts_with("exit status: 2") && said.contains("knows no student `zoe`"), "{said}");
    let said = desk.grade("report out --format csv --exercise ex09");
    assert!(said.starts_with("exit status: 2") && said.contains("it graded ex01_hello, ex02_sleepers"), "{said}");
}

#[test]
fn what_failed_by_the_machines_fault_is_no_zero_and_is_tried_again() {
    let desk = class();
    let mut command = desk.command(["batch", "class", "--out", "out", "-q"]);
    let output = command.env("GRADE_CACHE_DIR", "/dev/null/cache").output().expect("grade runs");
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

fn start(desk: &Desk, line: &str) -> Child {
    start_in(desk, line, &std::env::temp_dir())
}

fn start_in(desk: &Desk, line: &str, temporary: &Path) -> Child {
    let mut command = desk.command(line.split_whitespace());
    command.env("TMPDIR", temporary).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("grade runs")
}

/// How many runs are in the journal; 0 while there is none.
fn runs(out: &Path) -> u64 {
    Journal::read(out).and_then(|journal| journal.run_counts()).map_or(0, |counts| counts.0)
}

/// Waits for what a batch will come to, or for its end.
fn wait_until(batch: &mut Child, there: impl Fn() -> bool) {
    let began = Instant::now();
    while !there() && batch.try_wait().expect("it can be asked").is_none() {
        assert!(began.elapsed() < Duration::from_mins(5), "it never came");
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// A process and its start time, by which it is told from a later one of the same number.
type Process = (u32, String);

/// Parent and start time of every process.
fn processes() -> impl Iterator<Item = (u32, u32, String)> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        // A zombie only waits for its parent to look.
        (fields[0] != "Z").then(|| Some((pid, fields[1].parse().ok()?, fields[19].to_owned())))?
    })
}

/// All that a process started, directly or not.
fn descendants(pid: u32) -> Vec<Process> {
    let all: Vec<_> = processes().collect();
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![pid];
    while let Some(parent) = parents.pop() {
        for (child, _, start) in all.iter().filter(|(_, its_parent, _)| *its_parent == parent) {
            found.push((*child, start.clone()));
            parents.push(*child);
        }
    }
    found
}

/// Whom a dead batch was tracing or had started ends without it.
fn wait_for_the_end_of(below: &[Process]) {
    let began = Instant::now();
    while processes().any(|(pid, _, start)| below.contains(&(pid, start))) {
        assert!(began.elapsed() < Duration::from_mins(1), "somebody of {below:?} lives on");
        std::thread::sleep(Duration::from_millis(10));
    }
}
