//! `grade report`: what a batch recorded, again.

use std::fs;
use std::path::Path;

use grade::batch::journal::Journal;
use grade::check::verdict::Verdict;
use insta::assert_snapshot;

use super::{RIGHT, class, out, result};
use crate::desk::Desk;

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
fn of_a_whole_class_with_the_same_content_the_terminal_names_ten_and_the_page_all() {
    let desk = Desk::tiny();
    for number in 10..25 {
        desk.write(&format!("class/s{number}/ex01_hello.py"), RIGHT);
    }
    let said = desk.grade("batch class --out out");
    assert!(said.contains("ex01_hello: s10, s11, s12, s13, s14, s15, s16, s17, s18, s19, and 5 more\n"), "{said}");
    assert!(desk.read("out/report.html").contains("s22, s23, s24"));
}

#[test]
fn grades_for_canvas_are_in_proportion_to_what_its_assignment_gives() {
    let desk = class();
    let roster = "Student,ID,SIS User ID,SIS Login ID,Section,Say hello (12)\n    Points Possible,,,,,50.00\n\
                  \"Bee, Bob\",7,,bob,Monday,\n\"Al, Alice\",8,,alice,Monday,\n";
    desk.write("class/roster.csv", roster);
    desk.grade("batch class --out out -q");
    let said = desk.grade("report out --format canvas --exercise 1");
    for row in ["Say hello (12)", "Points Possible,,,,,50.00", "\"Bee, Bob\",7,,bob,Monday,40", "alice,Monday,50"] {
        assert!(said.contains(row), "{row}: {said}");
    }
}

#[test]
fn without_a_format_what_a_batch_writes_by_itself_is_written_again() {
    let desk = class();
    desk.grade("batch class --out out -q");
    let files = ["grades.csv", "report.html", "results/bob/ex01_hello.json", "results/bob/ex01_hello.html"];
    let before = files.map(|file| desk.read(&format!("out/{file}")));
    fs::remove_dir_all(out(&desk).join("results")).unwrap();
    fs::remove_file(out(&desk).join("grades.csv")).unwrap();
    fs::remove_file(out(&desk).join("report.html")).unwrap();
    let said = desk.grade("report out");
    assert!(said.starts_with("exit status: 0") && said.contains("12 files written below out"), "{said}");
    assert_eq!(files.map(|file| desk.read(&format!("out/{file}"))), before);
    let said = desk.grade("report out --student bob --out other");
    assert!(said.contains("4 files written below other"), "{said}");
    desk.grade("report out --student bob");
    assert_eq!(desk.read("out/grades.csv"), before[0], "a part does not replace the whole");
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
fn a_broken_archive_is_told_before_starters_that_nobody_touched() {
    let desk = Desk::tiny();
    let starter = desk.read("graders/ex01_hello/starter/main.py");
    for student in 10..40 {
        desk.write(&format!("class/s{student}/ex01_hello/main.py"), &starter);
    }
    desk.write("class/zoe.zip", "no archive");
    desk.write("class/s10/ex02_sleepers/main.py", "print('hello'");
    let said = desk.grade("batch class --out out");
    let (told, _) = said.split_once("and 21 more").unwrap_or_else(|| panic!("{said}"));
    assert!(told.contains("zoe.zip"), "{said}");
}
