//! The README shows what really happens: every `$ grade …` in it is run in a checkout of the course and compared.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::desk::Desk;

/// What differs between two runs, or two machines, beyond what every test takes out.
fn neutral(desk: &Desk, text: &str) -> String {
    static IDS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(thread|process) \d+").expect("a pattern"));
    // A table of grades has the line ends that RFC 4180 wants.
    let text = text.replace("\r\n", "\n");
    IDS.replace_all(&desk.redact(&text), "$1 [ID]").into_owned()
}

/// What a small class handed in.
fn hand_in(desk: &Desk) {
    let broken = "import threading\n\nthreading.Thread(target=print\n".to_owned();
    for (student, file, text) in [
        ("anna", "ex07_race/main.rs", desk.read("solutions/ex07_race/main.rs")),
        ("anna", "ex01_threads/main.py", desk.read("solutions/ex01_threads/main.py")),
        ("ben", "ex07_race/main.py", desk.read("graders/ex07_race/wrong/lock_around_sleep.py")),
        ("clara", "ex07_race/main.rs", desk.read("solutions/ex07_race/main.rs")),
        ("clara", "ex01_threads/main.py", broken),
        ("dan", "ex07_race/main.rs", desk.read("exercises/ex07_race/main.rs")),
    ] {
        desk.write(&format!("submissions/{student}/{file}"), &text);
    }
}

#[test]
fn every_command_of_the_readme_says_what_the_readme_says() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a README");
    let desk = Desk::course();
    hand_in(&desk);
    let mut commands = 0;
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().expect("the block");
        for session in block.split("$ grade ").skip(1) {
            let (line, expected) = session.split_once('\n').expect("a command and what it says");
            let output = desk.output(line);
            // How far it is comes only when it takes long, which is no part of what it says.
            let talk = String::from_utf8_lossy(&output.stderr);
            let talk: String = talk.lines().filter(|line| !line.starts_with("grading ")).collect();
            let said = format!("{}{talk}", String::from_utf8_lossy(&output.stdout));
            assert_eq!(neutral(&desk, said.trim_end()), neutral(&desk, expected.trim_end()), "$ grade {line}");
            commands += 1;
        }
    }
    assert!(commands >= 2, "the README shows sessions");
}
