//! Some students, exercises or cases alone: what is known of the rest stays.

use grade::check::verdict::Verdict;
use insta::assert_snapshot;

use super::{RIGHT, TWICE, class, findings, out, result};

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
fn a_course_with_a_mistake_anywhere_grades_nobody() {
    let desk = class();
    desk.write("graders/ex02_sleepers/spec.toml", "title = 3\n");
    for command in ["batch class --out out", "batch class --out out --exercise ex01 --student alice"] {
        let said = desk.grade(command);
        assert!(said.starts_with("exit status: 3\n") && said.contains("spec.toml:1:9"), "{said}");
    }
}
