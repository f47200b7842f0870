//! The student's day: list, show, hint, reset, next, init, solution.

use insta::assert_snapshot;

use crate::desk::Desk;

#[test]
fn grade_by_itself_says_what_is_done_and_what_is_next() {
    assert_snapshot!(Desk::tiny().grade(""));
}

#[test]
fn the_help_says_what_there_is() {
    assert_snapshot!(Desk::empty().grade("--help"));
    assert_snapshot!("the_short_help", Desk::empty().grade("-h"));
}

#[test]
fn a_task_is_shown_in_the_language_that_is_asked_for() {
    let desk = Desk::tiny();
    assert_snapshot!(desk.grade("show ex01"));
    assert!(desk.grade("show ex01 --text ru").contains("Скажите привет"));
    assert_snapshot!("a_task_text_that_is_not_there", desk.grade("show ex01 --text fr"));
    assert!(desk.grade("show ex01 --text ../../secret").starts_with("exit status: 2\n"));
}

#[test]
fn hints_come_one_by_one_and_first_for_what_failed() {
    let desk = Desk::tiny();
    assert_snapshot!("the_first_hint", desk.grade("hint ex01"));
    assert_snapshot!("the_second_hint", desk.grade("hint ex01"));
    desk.grade("ex01 --clock wall --sandbox off");
    assert_snapshot!("the_hint_for_what_failed", desk.grade("hint ex01"));
}

#[test]
fn where_nobody_counts_the_hints_all_are_given() {
    let desk = Desk::empty();
    let said = desk.grade("hint ex01");
    assert!(said.contains("Start both threads first"), "{said}");
    assert!(!said.contains("Ask again"), "{said}");
}

#[test]
fn reset_brings_back_the_starter_and_keeps_what_was_there() {
    let desk = Desk::tiny();
    let starter = desk.read("exercises/ex01_hello/main.rs");
    for mine in ["fn main() { /* mine */ }\n", "fn main() { /* mine again */ }\n"] {
        desk.write("exercises/ex01_hello/main.rs", mine);
        desk.grade("reset ex01");
    }
    assert_eq!(desk.read("exercises/ex01_hello/main.rs"), starter);
    assert_eq!(desk.read(".grade/backup/ex01_hello/main.1.rs"), "fn main() { /* mine */ }\n");
    assert_eq!(desk.read(".grade/backup/ex01_hello/main.2.rs"), "fn main() { /* mine again */ }\n");
    assert_snapshot!(desk.grade("reset ex01"));
}

#[test]
fn the_solution_is_for_who_has_passed() {
    let desk = Desk::tiny();
    assert_snapshot!(desk.grade("solution ex01"));
    assert!(desk.grade("solution ex01 --force").contains("fn main()"));
    desk.write("exercises/ex01_hello/main.py", &desk.read("solutions/ex01_hello/main.py"));
    desk.grade("ex01 --clock wall --sandbox off");
    assert!(desk.grade("solution ex01").contains("sys.argv"), "in the language that was passed");
}

#[test]
fn a_workspace_is_made_once_and_never_overwritten() {
    let desk = Desk::tiny();
    assert_snapshot!(desk.grade("init mine"));
    desk.write("mine/exercises/ex01_hello/main.rs", "fn main() { /* mine */ }\n");
    std::fs::remove_file(desk.dir().join("mine/exercises/ex02_sleepers/main.py")).expect("it was written");
    assert_snapshot!("a_workspace_that_was_there", desk.grade("init mine"));
    assert_eq!(desk.read("mine/exercises/ex01_hello/main.rs"), "fn main() { /* mine */ }\n");
    assert!(desk.read("mine/exercises/ex02_sleepers/main.py").contains("slept"));
    assert!(desk.grade("init graders/course.toml").starts_with("exit status: 2\n"));
}

#[test]
fn away_from_a_checkout_the_course_inside_the_binary_serves() {
    let desk = Desk::empty();
    let said = desk.grade("init mine");
    assert!(said.starts_with("exit status: 0\n"), "{said}");
    assert!(desk.read("mine/exercises/ex01_threads/main.rs").contains("fn main()"));
    let output = desk.command(["next"]).current_dir(desk.dir().join("mine/exercises")).output().expect("grade runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ex01_threads  Two delays, two threads\n");
    assert_snapshot!(desk.grade("ex01"));
}

#[test]
fn completions_and_the_manual_are_made_for_every_shell() {
    let desk = Desk::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(desk.grade(&format!("completions {shell}")).contains("grade"), "{shell}");
    }
    assert!(desk.grade("man").contains(".TH grade 1"));
    let page = desk.grade("man batch");
    assert!(page.contains(".TH grade-batch 1") && page.contains("fresh") && page.contains("verbose"), "{page}");
    assert!(desk.grade("man nothing").starts_with("exit status: 2"));
    let said = desk.grade("man --out pages");
    assert!(said.contains("19 pages written into pages"), "{said}");
    assert!(desk.read("pages/grade.1").contains("grade\\-batch(1)"), "what it names is there");
    assert!(desk.read("pages/grade-batch.1").contains("fresh"));
}
