use grade::batch::submissions::{Note, RefusedReason};
use grade::course::model::Language;

use super::build::zip;
use super::{Class, lines, reason};

const RUST: &str = "fn main() { println!(\"mine\"); }\n";
const PYTHON: &str = "print('mine')\n";

#[test]
fn moodles_folders_are_told_apart_by_participant() {
    let class = Class::new();
    class.file("Ada Lovelace_123_assignsubmission_file/main.py", PYTHON);
    class.file("Ada Lovelace_124_assignsubmission_file_/main.py", PYTHON);
    class.file("Ada Lovelace_123_assignsubmission_onlinetext/onlinetext.html", "<p>see file</p>");
    class.file("Ada Lovelace_125_assignsubmission_onlinetext_/main.py", PYTHON);
    class.file("Group A_7_assignsubmission_file/work.zip", zip(&[("hand in/main.rs", RUST.as_bytes())]));
    class.file("Participant_9_assignsubmission_file/sub/ex07_race.rs", RUST);
    class.file("Grace Hopper_126_assignsubmission_file_main.py", PYTHON);
    assert_eq!(
        lines(&class.find_for("ex07_race")),
        [
            "Ada_Lovelace_123 ex07_race python Ada Lovelace_123_assignsubmission_file/main.py",
            "Ada_Lovelace_124 ex07_race python Ada Lovelace_124_assignsubmission_file_/main.py",
            "Grace_Hopper_126 ex07_race python Grace Hopper_126_assignsubmission_file_main.py",
            "Group_A_7 ex07_race rust Group A_7_assignsubmission_file/work.zip: hand in/main.rs",
            "Participant_9 ex07_race rust Participant_9_assignsubmission_file/sub/ex07_race.rs",
        ]
    );
}

#[test]
fn canvas_flat_files_say_who_whether_late_and_which_version() {
    let class = Class::new();
    class.file("lovelaceada_4711_90001_ex07_race.rs", RUST);
    class.file("lovelaceada_4711_90002_ex10_primes-1.py", PYTHON);
    class.file("hoppergrace_LATE_4712_90003_ex07_race-1.rs", "fn main() {}\n");
    class.file("hoppergrace_LATE_4712_90004_ex07_race-2.rs", RUST);
    class.file("o_neiltim_4713_90005_my_ex07_work.zip", zip(&[("ex07_race/main.rs", RUST.as_bytes())]));
    class.file("anon_x7Yz9_90006_ex07_race.py", PYTHON);
    class.file("LATE_anon_abcde_90007_ex07_race.py", PYTHON);
    class.file("turingalan_4714_text.html", "<p>typed</p>");
    class.file("turingalan_4714_90008_notes.pdf", "%PDF");
    let found = class.find();
    assert_eq!(
        lines(&found),
        [
            "anon_abcde ex07_race python LATE_anon_abcde_90007_ex07_race.py late",
            "anon_x7Yz9 ex07_race python anon_x7Yz9_90006_ex07_race.py",
            "hoppergrace_4712 ex07_race rust hoppergrace_LATE_4712_90004_ex07_race-2.rs late",
            "lovelaceada_4711 ex07_race rust lovelaceada_4711_90001_ex07_race.rs",
            "lovelaceada_4711 ex10_primes python lovelaceada_4711_90002_ex10_primes-1.py",
            "o_neiltim_4713 ex07_race rust o_neiltim_4713_90005_my_ex07_work.zip: ex07_race/main.rs",
        ]
    );
    assert!(matches!(
        found.notes.as_slice(),
        [Note::Chosen { taken, passed_over, .. }]
            if taken.ends_with("race-2.rs") && passed_over == &["hoppergrace_LATE_4712_90003_ex07_race-1.rs"]
    ));
    assert!(found.refused.is_empty(), "{:#?}", found.refused);
}

#[test]
fn canvas_files_of_any_name_are_for_the_one_exercise() {
    let class = Class::new();
    class.file("lovelaceada_4711_90001_solution.py", PYTHON);
    class.file("hoppergrace_4712_90002_homework-1.rs", "fn main() {}\n");
    class.file("hoppergrace_4712_90003_homework-2.rs", RUST);
    let found = class.find_for("ex07_race");
    assert_eq!(
        lines(&found),
        [
            "hoppergrace_4712 ex07_race rust hoppergrace_4712_90003_homework-2.rs",
            "lovelaceada_4711 ex07_race python lovelaceada_4711_90001_solution.py",
        ]
    );
    let found = class.find();
    assert_eq!(reason(&found, "lovelaceada_4711_90001_solution.py"), &RefusedReason::UnknownExercise);
}

#[test]
fn classroom_clones_are_told_by_their_prefix() {
    let class = Class::new();
    let starter = class.starter("ex10_primes", Language::Rust);
    for (user, source) in [("ada", RUST), ("grace-h", PYTHON)] {
        let ending = if user == "ada" { "rs" } else { "py" };
        class.file(&format!("week-3-{user}/.git/HEAD"), "ref: refs/heads/main\n");
        class.file(&format!("week-3-{user}/exercises/ex07_race/main.{ending}"), source);
        class.file(&format!("week-3-{user}/exercises/ex10_primes/main.rs"), &starter);
        class.file(&format!("week-3-{user}/target/debug/ex07_race/main.rs"), "fn main() {}");
        class.file(&format!("week-3-{user}/exercises/lib.rs"), "");
    }
    let found = class.find();
    assert_eq!(
        lines(&found),
        [
            "ada ex07_race rust week-3-ada/exercises/ex07_race/main.rs",
            "grace-h ex07_race python week-3-grace-h/exercises/ex07_race/main.py",
        ]
    );
    assert!(found.refused.iter().all(|refused| refused.reason == RefusedReason::NotAttempted), "{:#?}", found.refused);
}

#[test]
fn a_repository_for_an_exercise_may_hold_nothing_but_main() {
    let class = Class::new();
    class.file("ex07-ada/main.rs", RUST);
    class.file("ex07_race-grace/src/main.rs", RUST);
    class.file("ex10-ada/exercises/ex10_primes/main.py", PYTHON);
    class.file("race-bob/.git/HEAD", "ref: refs/heads/main\n");
    class.file("race-bob/main.py", PYTHON);
    assert_eq!(
        lines(&class.find()),
        [
            "ada ex07_race rust ex07-ada/main.rs",
            "ada ex10_primes python ex10-ada/exercises/ex10_primes/main.py",
            "bob ex07_race python race-bob/main.py",
            "grace ex07_race rust ex07_race-grace/src/main.rs",
        ]
    );
}

/// An export of Gradescope's, as its `submission_metadata.yml` stands there.
const EXPORT: &str = "---
submission_1001:
  :submitters:
  - :name: Ada Lovelace
    :sid: '11'
    :email: ada@uni.example
  :created_at: 2026-11-20 10:00:00.000000000 Z
  :score: 3.0
  :status: processed
  :results:
    tests:
    - name: first
      output: 'a: b'
submission_1002:
  :submitters:
  - :name: Bob Bell
    :sid: 12
    :email: bob@uni.example
  - :name: Cleo Cox
    :sid: ''
    :email: cleo@uni.example
";

#[test]
fn gradescopes_export_says_whose_its_folders_are() {
    let class = Class::new();
    class.file("submission_metadata.yml", EXPORT);
    class.file("submission_1001/main.py", PYTHON);
    class.file("submission_1002/main.rs", RUST);
    class.file("submission_1003/main.py", PYTHON);
    assert_eq!(
        lines(&class.find_for("ex07_race")),
        [
            "Ada_Lovelace_11 ex07_race python submission_1001/main.py",
            "Bob_Bell_12 ex07_race rust submission_1002/main.rs",
            "Cleo_Cox_cleo@uni.example ex07_race rust submission_1002/main.rs",
            "submission_1003 ex07_race python submission_1003/main.py",
        ],
        "a group's work is each one's"
    );
    class.file("roster.csv", "student,email,name\nal,ada@uni.example,Ada L\n12,b@uni.example,Bobby\ncc,,Cleo Cox\n");
    let found = class.find_for("ex07_race");
    let students: Vec<&str> = found.submissions.iter().map(|one| one.student.as_str()).collect();
    assert_eq!(students, ["12", "al", "cc", "submission_1003"], "by address, number and name");
}

#[test]
fn a_list_of_gradescopes_that_is_broken_is_told_and_the_folders_are_read() {
    for broken in ["submission_1001: [", "- no mapping", "\u{0}"] {
        let class = Class::new();
        class.file("submission_metadata.yml", broken);
        class.file("submission_1001/main.py", PYTHON);
        let found = class.find_for("ex07_race");
        assert_eq!(lines(&found), ["submission_1001 ex07_race python submission_1001/main.py"]);
        assert!(matches!(reason(&found, "submission_metadata.yml"), RefusedReason::Unreadable(_)), "{broken:?}");
    }
}
