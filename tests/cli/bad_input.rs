//! Bad input gets a clear error with the way out, and loses nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::desk::Desk;

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[test]
fn an_exercise_that_is_not_there_gets_the_nearest_name() {
    let desk = Desk::tiny();
    assert_snapshot!(desk.grade("helo"));
    assert!(desk.grade("ex09").starts_with("exit status: 2\n"));
    for (typed, meant) in [("doctr", "doctor"), ("lst", "list"), ("help", "--help")] {
        let said = desk.grade(typed);
        assert!(said.contains(&format!("the command `grade {meant}`?")), "{said}");
    }
}

#[test]
fn a_file_that_is_missing_empty_or_a_folder_is_said_to_be() {
    let desk = Desk::tiny();
    fs::remove_file(desk.dir().join("exercises/ex01_hello/main.rs")).expect("it was there");
    assert_snapshot!("a_missing_file", desk.grade("ex01 --lang rust"));
    desk.write("exercises/ex01_hello/main.rs", " \n");
    assert_snapshot!("an_empty_file", desk.grade("ex01 --lang rust"));
    assert_snapshot!("a_folder", desk.grade("ex01 --file exercises --lang rust"));
    assert_snapshot!("a_file_of_no_language", desk.grade("ex01 --file graders/course.toml"));
    assert_snapshot!("a_file_of_another_language", desk.grade("ex01 --file solutions/ex01_hello/main.py --lang rust"));
}

#[test]
fn a_file_that_may_not_be_read_is_said_to_be() {
    let desk = Desk::tiny();
    let path = desk.dir().join("exercises/ex01_hello/main.rs");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("it is ours");
    let said = desk.grade("ex01 --lang rust --clock wall --sandbox off -q");
    if is_root() {
        // Nothing is closed to root: it is graded.
        assert!(said.starts_with("exit status: 1\n"), "{said}");
    } else {
        assert!(said.starts_with("exit status: 2\n") && said.contains("chmod u+r"), "{said}");
    }
}

#[test]
fn two_languages_at_once_are_refused_with_the_way_out() {
    let desk = Desk::tiny();
    desk.write("exercises/ex01_hello/main.py", "print('mine')\n");
    desk.write("exercises/ex01_hello/main.rs", "fn main() {}\n");
    assert_snapshot!(desk.grade("ex01"));
}

#[test]
fn a_pipe_in_place_of_a_file_is_refused_and_not_waited_for() {
    let desk = Desk::tiny();
    nix::unistd::mkfifo(&desk.dir().join("pipe.py"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    assert!(desk.grade("ex01 --file pipe.py").contains("is not a regular file"));
}

#[test]
fn a_link_out_of_its_folder_is_not_followed_and_one_within_it_is() {
    use std::os::unix::fs::symlink;
    let desk = Desk::tiny();
    desk.write("secret", "the-password = 'of somebody else'\n");
    desk.write("handed_in/second.py", "print('hello'\n");
    let own = desk.dir().join("exercises/ex01_hello/main.py");
    let _there = fs::remove_file(&own);
    for link in [desk.dir().join("handed_in/main.py"), own] {
        symlink(desk.dir().join("secret"), link).expect("a link");
    }
    symlink("second.py", desk.dir().join("handed_in/within.py")).expect("a link");
    symlink("main.py", desk.dir().join("handed_in/by_another.py")).expect("a link");
    for asked in ["ex01 --file handed_in/main.py", "ex01 --file handed_in/by_another.py", "ex01 --lang python"] {
        let said = desk.grade(asked);
        assert!(said.starts_with("exit status: 2\n") && said.contains("leads out of its folder"), "{said}");
        assert!(!said.contains("the-password"), "{said}");
    }
    let said = desk.grade("ex01 --file handed_in/within.py");
    assert!(said.contains("print('hello'"), "its mistake is shown: {said}");
}

#[test]
fn an_invalid_course_is_shown_on_its_line() {
    let desk = Desk::tiny();
    let spec =
        desk.read("graders/ex01_hello/spec.toml").replace("event = \"hello\", equals", "event = \"helo\", equals");
    desk.write("graders/ex01_hello/spec.toml", &spec);
    assert_snapshot!(desk.grade("ex01"));
}

#[test]
fn a_format_that_lacks_something_is_refused_before_grading() {
    let desk = Desk::tiny();
    assert_snapshot!(desk.grade("all --format exercism"), @r"
    exit status: 2
    ----- stderr -----
    error: Exercism's results.json holds one exercise, and several were named
    ");
    assert!(desk.grade("ex01 --format classroom50").contains("needs CLASSROOM in the environment"));
}

#[test]
fn an_output_that_cannot_be_written_is_known_before_grading() {
    let desk = Desk::tiny();
    let said = desk.grade("ex01 --clock wall --sandbox off --out no/such/folder/result.txt");
    assert!(said.starts_with("exit status: 4\n") && said.contains("failed to write to no/such/folder"), "{said}");
    assert!(!said.contains("stdout"), "{said}");
    assert!(desk.grade("ex01 --clock wall --sandbox off --out exercises").contains("is a folder"));
}

#[test]
fn a_file_of_results_is_replaced_whole_or_not_at_all() {
    let desk = Desk::tiny();
    desk.write("result.json", "old\n");
    let said = desk.grade("ex01 --clock wall --sandbox off --file no.rs --format json --out result.json");
    assert!(said.starts_with("exit status: 2\n"), "{said}");
    assert_eq!(desk.read("result.json"), "old\n");
    desk.grade("ex01 --clock wall --sandbox off --solution --format json --out result.json");
    assert!(desk.read("result.json").starts_with("{\"schema\":\"grade/result/v1\""));
}

#[test]
fn a_workspace_that_cannot_be_written_costs_only_the_progress() {
    let desk = Desk::tiny();
    // A file in the place of the folder stops root, too.
    desk.write(".grade", "");
    let said = desk.grade("ex01 --clock wall --sandbox off -q");
    assert!(said.starts_with("exit status: 1\n"), "{said}");
    assert!(said.contains("not passed yet"), "{said}");
    assert!(said.contains("warning: failed to save your progress"), "{said}");
}

#[test]
fn a_broken_progress_file_is_moved_aside_and_not_lost() {
    let desk = Desk::tiny();
    desk.write(".grade/progress.json", "{ broken");
    let said = desk.grade("list");
    assert!(said.starts_with("exit status: 0\n") && said.contains("made no sense"), "{said}");
    assert_eq!(desk.read(".grade/progress.broken-1.json"), "{ broken");
}

#[test]
fn a_machine_without_compiler_or_interpreter_says_so() {
    let desk = Desk::tiny();
    let empty = desk.dir().join("empty");
    fs::create_dir(&empty).expect("a folder");
    for language in ["rust", "python"] {
        let mut command =
            desk.command(["ex01", "--clock", "wall", "--sandbox", "off", "--solution", "--lang", language]);
        command.env("PATH", &empty).env("HOME", &empty).env("GRADE_CACHE_DIR", desk.dir().join("cache"));
        for name in ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            command.env_remove(name);
        }
        let output = command.output().expect("grade runs");
        let said = desk.said(&output);
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("was not graded, by our fault") && said.contains("help:"), "{said}");
        assert!(!said.contains(" 0 of "), "never a zero: {said}");
    }
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let desk = Desk::tiny();
    for line in ["list", "--help", "ex01 --clock wall --sandbox off --solution", "schema", "man"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = desk.command(line.split_whitespace()).stdout(Stdio::from(writer)).output().expect("grade runs");
        assert_eq!(output.status.code(), Some(0), "{line}: {}", desk.said(&output));
        assert_eq!(desk.said(&output), "exit status: 0\n", "{line}");
    }
}

#[test]
fn a_full_disk_is_said_and_is_no_verdict() {
    let desk = Desk::tiny();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("it opens");
    let output = desk.command(["list"]).stdout(full).output().expect("grade runs");
    assert_eq!(output.status.code(), Some(4), "{}", desk.said(&output));
    assert!(desk.said(&output).contains("failed to write to standard output"));
}

#[test]
fn words_that_mean_nothing_are_usage_errors() {
    let desk = Desk::tiny();
    for line in ["ex01 list", "list ex01", "ex01 --schedules 0", "--file a.rs", "ex01 --jobs 0", "all --file a.rs"] {
        let output = desk.output(line);
        assert_eq!(output.status.code(), Some(2), "{line}: {}", desk.said(&output));
    }
}

#[test]
fn a_program_that_cannot_be_run_gets_a_way_out_from_trace_and_from_explore() {
    let desk = Desk::empty();
    desk.write("plain.txt", "echo hello\n");
    desk.write("script", "echo hello\n");
    let program = fs::Permissions::from_mode(0o755);
    fs::set_permissions(desk.dir().join("script"), program).expect("it is ours");
    let ways = [("absent", "spelled right"), ("plain.txt", "chmod +x"), ("script", "#!/bin/sh")];
    for (command, way) in ways {
        for tool in ["trace", "explore"] {
            let said = desk.grade(&format!("{tool} -- ./{command}"));
            assert!(said.contains(way), "{tool} {command}: {said}");
        }
    }
}

#[test]
fn a_compiler_that_does_not_work_is_told_by_what_it_says_without_a_trace_of_its_calls() {
    let desk = Desk::tiny();
    desk.write(
        "broken-rustc",
        "#!/bin/sh\necho 'error: no default toolchain' >&2\n[ \"$RUST_BACKTRACE\" = 1 ] && echo 'Stack backtrace:' >&2\nexit 1\n",
    );
    let compiler = desk.dir().join("broken-rustc");
    fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).expect("it is there");
    let said = desk
        .said(&desk.command(["doctor"]).env("RUSTC", compiler).env("RUST_BACKTRACE", "1").output().expect("it runs"));
    assert!(said.contains("no default toolchain") && !said.contains("backtrace"), "{said}");
}
