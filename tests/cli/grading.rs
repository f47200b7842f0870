//! `grade EXERCISE`: verdicts as a student reads them.

use insta::assert_snapshot;

use crate::desk::Desk;

#[test]
fn a_starter_is_told_what_is_missing() {
    assert_snapshot!(Desk::tiny().grade("ex01 --clock wall --sandbox off"));
}

#[test]
fn a_reference_passes_in_both_languages() {
    let desk = Desk::tiny();
    assert_snapshot!(desk.grade("ex01 --clock wall --sandbox off --solution"));
    assert_snapshot!(
        "a_reference_passes_in_python",
        desk.grade("ex01 --clock wall --sandbox off --solution --lang python")
    );
}

#[test]
fn the_file_that_was_changed_is_graded() {
    let desk = Desk::tiny();
    desk.write("exercises/ex01_hello/main.py", "import sys\nprint('hello', sys.argv[1])\n");
    let said = desk.grade("ex01 --clock wall --sandbox off -q");
    assert_eq!(said, "exit status: 0\n----- stdout -----\nex01_hello (python) passed: 5 of 5 points\n");
}

#[test]
fn what_passed_is_remembered_and_the_next_exercise_is_named() {
    let desk = Desk::tiny();
    desk.write("exercises/ex01_hello/main.py", "import sys\nprint('hello', sys.argv[1])\n");
    assert_snapshot!(desk.grade("hello --clock wall --sandbox off"));
    assert_snapshot!("the_list_knows_what_is_done", desk.grade("list"));
    assert_snapshot!("the_progress_file", desk.read(".grade/progress.json"));
}

#[test]
fn a_hidden_case_does_not_tell_its_arguments() {
    let desk = Desk::tiny();
    let said = desk.grade("ex01 --clock wall --sandbox off -v --file graders/ex01_hello/wrong/always_ann.rs");
    assert!(!said.contains("xerxes"), "{said}");
    assert_snapshot!(said);
}

#[test]
fn a_file_from_elsewhere_is_no_progress() {
    let desk = Desk::tiny();
    desk.grade("ex01 --clock wall --sandbox off --file solutions/ex01_hello/main.py");
    assert!(desk.grade("list").contains("0 of 2 done"));
}

#[test]
fn with_verbose_the_whole_run_is_shown() {
    let desk = Desk::tiny();
    let said = desk.grade("ex01 --clock wall --sandbox off -v --file graders/ex01_hello/wrong/bad_status.py");
    assert!(said.contains("the whole run of ann"), "{said}");
    assert!(said.contains("exits with 3"), "{said}");
    assert!(said.contains("✓ It greets who was named"), "{said}");
}

#[test]
fn a_compile_error_is_shown_as_the_compiler_drew_it() {
    let desk = Desk::tiny();
    desk.write("exercises/ex01_hello/main.rs", "fn main() {\n    let name: u32 = \"ann\";\n}\n");
    assert_snapshot!(desk.grade("ex01 --clock wall --sandbox off"));
    desk.write("bad.py", "print('hello'\n");
    assert_snapshot!("a_syntax_error", desk.grade("ex01 --clock wall --sandbox off --file bad.py"));
}

#[test]
fn what_this_engine_cannot_see_blames_nobody() {
    assert_snapshot!(Desk::tiny().grade("ex02 --clock wall --sandbox off --solution"));
}

#[test]
fn a_program_that_never_ends_is_stopped_and_keeps_the_points_that_it_has() {
    let desk = Desk::tiny();
    let spec = desk.read("graders/ex01_hello/spec.toml").replace("time = \"5s\"", "time = \"3s\"");
    desk.write("graders/ex01_hello/spec.toml", &spec);
    desk.write("slow.py", "import sys, time\nprint('hello', sys.argv[1])\ntime.sleep(60)\n");
    assert_snapshot!(desk.grade("ex01 --clock wall --sandbox off --file slow.py"));
}

#[test]
fn an_early_end_is_told_first_and_once() {
    let desk = Desk::tiny();
    let spec = desk.read("graders/ex01_hello/spec.toml");
    let more = "\n[[check]]\nid = \"named\"\nname = \"It names somebody\"\npoints = 2\nhint = \"Say who.\"\n\
                field = { event = \"hello\", name = \"name\", equals = \"$1\" }\n";
    desk.write(
        "graders/ex01_hello/spec.toml",
        &spec.replace("\n[[wrong]]\nfile = \"always", &format!("{more}\n[[wrong]]\nfile = \"always")),
    );
    desk.write("early.py", "raise SystemExit('no name')\n");
    assert_snapshot!(desk.grade("ex01 --clock wall --sandbox off --file early.py"));
}

#[test]
fn what_a_program_prints_cannot_draw_on_the_terminal() {
    let desk = Desk::tiny();
    desk.write("evil.py", "print('hello\\x1b[2J\\x1b]0;title\\x07 \\u202epassed')\n");
    let said = desk.grade("ex01 --clock wall --sandbox off -v --file evil.py --color never");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said}");
    assert!(said.contains(r"\x1b[2J"), "{said}");
}

#[test]
fn a_mistake_in_one_exercise_does_not_stop_work_on_another() {
    let desk = Desk::tiny();
    desk.write("graders/ex02_sleepers/spec.toml", "title = 3\n");
    let said = desk.grade("ex01 --clock wall --sandbox off --solution -q");
    assert!(said.starts_with("exit status: 0\n"), "{said}");
    assert!(said.contains("warning: the course has mistakes elsewhere"), "{said}");
    assert!(desk.grade("ex02 --clock wall --sandbox off").starts_with("exit status: 3\n"));
}

/// A log of continuous integration takes some lines for commands, and people take others for ours.
#[test]
fn what_a_program_wrote_last_is_no_command_and_no_verdict() {
    let desk = Desk::tiny();
    let forged = "ex01_hello (python) passed: 5 of 5 points";
    for words in
        ["::add-mask::secret ".repeat(12), format!("{} {forged} ", "x".repeat(70)), "##[error]forged".to_owned()]
    {
        desk.write("exercises/ex01_hello/main.py", &format!("import sys\nsys.exit('{words}')\n"));
        let said = desk.grade("ex01 --clock wall --sandbox off");
        for line in said.lines().map(str::trim_start) {
            assert!(!line.starts_with("::") && !line.starts_with(forged) && !line.contains("##["), "{said}");
        }
    }
}
