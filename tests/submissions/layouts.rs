use grade::batch::submissions::{Filter, Note, RefusedReason};
use grade::course::model::Language;
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

use super::build::{gzip, tar, zip};
use super::{Class, lines, reason};

const RUST: &str = "fn main() { println!(\"mine\"); }\n";
const PYTHON: &str = "print('mine')\n";

#[test]
fn folders_files_and_archives_of_students_are_found() {
    let class = Class::new();
    class.file("alice/ex07_race/main.rs", RUST);
    class.file("alice/ex10_primes/main.py", PYTHON);
    class.file("bob/ex07_race.rs", RUST);
    class.file("bob/ex1_threads.py", PYTHON);
    class.file("carol.zip", zip(&[("ex07_race/main.rs", RUST.as_bytes()), ("ex10_primes.py", PYTHON.as_bytes())]));
    class.file("dave.tar.gz", gzip(&tar(&[("homework/ex07_race/main.py", PYTHON.as_bytes())])));
    class.file("eve.tgz", gzip(&tar(&[("ex07_race.rs", RUST.as_bytes())])));
    class.file("frank.tar", tar(&[("./exercises/ex22_fetch_all/main.rs", RUST.as_bytes())]));
    class.file("grace/my work.zip", zip(&[("wrapped/deep/ex07_race/main.rs", RUST.as_bytes())]));
    class.file("heidi/ex07_race.zip", zip(&[("main.rs", RUST.as_bytes())]));
    class.file("ivan/ex10_primes/src/main.rs", RUST);
    let found = class.find();
    assert_eq!(
        lines(&found),
        [
            "alice ex07_race rust alice/ex07_race/main.rs",
            "alice ex10_primes python alice/ex10_primes/main.py",
            "bob ex01_threads python bob/ex1_threads.py",
            "bob ex07_race rust bob/ex07_race.rs",
            "carol ex07_race rust carol.zip: ex07_race/main.rs",
            "carol ex10_primes python carol.zip: ex10_primes.py",
            "dave ex07_race python dave.tar.gz: homework/ex07_race/main.py",
            "eve ex07_race rust eve.tgz: ex07_race.rs",
            "frank ex22_fetch_all rust frank.tar: ./exercises/ex22_fetch_all/main.rs",
            "grace ex07_race rust grace/my work.zip: wrapped/deep/ex07_race/main.rs",
            "heidi ex07_race rust heidi/ex07_race.zip: main.rs",
            "ivan ex10_primes rust ivan/ex10_primes/src/main.rs",
        ]
    );
    assert!(found.refused.is_empty(), "{:#?}", found.refused);
    assert_eq!(found.submissions[0].source, RUST.as_bytes());
    assert_eq!(found.submissions[0].digest, blake3::hash(RUST.as_bytes()).to_hex().to_string());
}

#[test]
fn a_filter_reads_only_what_is_asked_for() {
    let class = Class::new();
    for student in ["alice", "bob"] {
        class.file(&format!("{student}/ex07_race/main.rs"), RUST);
        class.file(&format!("{student}/ex10_primes/main.py"), PYTHON);
    }
    let filter = |students: &[&str], exercises: &[&str]| Filter {
        students: students.iter().map(|name| (*name).to_owned()).collect(),
        exercises: exercises.iter().map(|name| (*name).to_owned()).collect(),
        ..Filter::default()
    };
    assert_eq!(lines(&class.find_with(&filter(&["bob"], &[]))).len(), 2);
    assert_eq!(
        lines(&class.find_with(&filter(&["bob"], &["ex07_race"]))),
        ["bob ex07_race rust bob/ex07_race/main.rs"]
    );
    let python = Filter { language: Some(Language::Python), ..Filter::default() };
    assert_eq!(lines(&class.find_with(&python)).len(), 2);
}

#[test]
fn the_language_that_was_changed_is_graded_and_two_are_a_question() {
    let class = Class::new();
    class.file("alice/ex07_race/main.rs", class.starter("ex07_race", Language::Rust));
    class.file("alice/ex07_race/main.py", PYTHON);
    class.file("bob/ex07_race/main.rs", RUST);
    class.file("bob/ex07_race/main.py", PYTHON);
    let windows = String::from_utf8(class.starter("ex07_race", Language::Rust)).unwrap().replace('\n', "\r\n");
    class.file("carol/ex07_race/main.rs", windows + "\r\n\r\n");
    class.file("carol/ex07_race/main.py", "  \n");
    let found = class.find();
    assert_eq!(lines(&found), ["alice ex07_race python alice/ex07_race/main.py"]);
    assert_eq!(reason(&found, "bob/ex07_race/main.rs"), &RefusedReason::TwoLanguages);
    assert_eq!(reason(&found, "bob/ex07_race/main.py"), &RefusedReason::TwoLanguages);
    assert_eq!(reason(&found, "carol/ex07_race/main.rs"), &RefusedReason::NotAttempted);
    assert_eq!(found.refused.len(), 3, "what was not attempted is told once: {:#?}", found.refused);
    assert!(found.students.iter().all(|student| student.handed_in));
}

#[test]
fn the_reference_in_a_clone_is_not_the_students_work() {
    let class = Class::new();
    let starter = class.starter("ex07_race", Language::Rust);
    class.file("alice/course/exercises/ex07_race/main.rs", &starter);
    class.file("alice/course/solutions/ex07_race/main.rs", RUST);
    class.file("alice/course/graders/ex07_race/wrong/ex07_race.rs", RUST);
    let found = class.find();
    assert!(lines(&found).is_empty(), "{:?}", lines(&found));
    assert_eq!(reason(&found, "alice/course/exercises/ex07_race/main.rs"), &RefusedReason::NotAttempted);
}

#[test]
fn of_several_files_one_is_taken_and_that_is_told() {
    let class = Class::new();
    class.file("alice/ex07_race/main.rs", RUST);
    class.file("alice/later/ex07_race/main.rs", "fn main() {}\n");
    class.file("alice/same/ex07_race.rs", RUST);
    let found = class.find();
    assert_eq!(lines(&found), ["alice ex07_race rust alice/ex07_race/main.rs"]);
    assert_eq!(
        found.notes,
        [Note::Chosen {
            student: "alice".to_owned(),
            exercise: "ex07_race".to_owned(),
            taken: "alice/ex07_race/main.rs".to_owned(),
            passed_over: vec!["alice/later/ex07_race/main.rs".to_owned()],
        }]
    );
}

#[test]
fn with_one_exercise_asked_for_a_file_of_any_name_is_for_it_unless_there_are_two() {
    let class = Class::new();
    class.file("alice/homework.rs", RUST);
    class.file("bob/one.rs", RUST);
    class.file("bob/two.rs", "fn main() {}\n");
    class.file("carol/helper.py", "x = 1\n");
    class.file("carol/main.py", PYTHON);
    class.file("dave/ex10_primes.rs", RUST);
    let found = class.find_for("ex07_race");
    assert_eq!(lines(&found), ["alice ex07_race rust alice/homework.rs", "carol ex07_race python carol/main.py"]);
    let both = ["bob/one.rs", "bob/two.rs"].map(str::to_owned).to_vec();
    assert_eq!(reason(&found, "bob/one.rs"), &RefusedReason::Ambiguous(both));
    let found = class.find();
    assert_eq!(reason(&found, "alice/homework.rs"), &RefusedReason::UnknownExercise);
}

#[test]
fn what_builds_and_tools_leave_behind_is_passed_over() {
    let class = Class::new();
    class.file("alice/ex07_race/main.rs", RUST);
    for folder in [".git", "target/debug", "node_modules/x", "__pycache__", ".venv/lib", "__MACOSX"] {
        class.file(&format!("alice/{folder}/ex10_primes/main.rs"), RUST);
        class.file(&format!("{folder}/ex10_primes/main.rs"), RUST);
    }
    class.file("bob.zip", zip(&[("__MACOSX/._ex07_race.rs", b"\0\x05"), ("ex07_race.rs", RUST.as_bytes())]));
    class.file("readme.txt", "hello");
    class.file(".DS_Store", "\0");
    let found = class.find();
    assert_eq!(
        lines(&found),
        ["alice ex07_race rust alice/ex07_race/main.rs", "bob ex07_race rust bob.zip: ex07_race.rs"]
    );
    assert!(found.refused.is_empty(), "{:#?}", found.refused);
    assert_eq!(found.students.len(), 2);
}

#[test]
fn a_student_who_handed_in_something_else_than_a_program_is_told() {
    let class = Class::new();
    class.file("alice/ex07_race/main.cpp", "int main() {}");
    class.file("bob.zip", zip(&[("report.pdf", b"%PDF")]));
    class.file("carol/notes.txt", "later");
    class.file("carol/ex10_primes/main.py", PYTHON);
    class.file("dave/essay.txt", "on threads");
    std::fs::create_dir(class.path().join("erin")).unwrap();
    let found = class.find_for("ex07_race");
    for origin in ["alice", "bob.zip", "dave"] {
        assert_eq!(reason(&found, origin), &RefusedReason::NoProgram);
    }
    assert!(
        found.students.iter().any(|student| student.name == "erin" && !student.handed_in),
        "nothing came from erin"
    );
    assert_eq!(found.refused.len(), 3, "who handed in another exercise did: {:#?}", found.refused);
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    /// Whatever folders and files are called, reading them ends, gives the same twice, and every result is whole.
    #[test]
    fn any_names_give_the_same_twice(
        names in prop::collection::vec(("[^/\0]{1,12}", "[^/\0]{1,12}", any::<bool>()), 1..8),
    ) {
        let class = Class::new();
        for (student, file, rust) in &names {
            if [student, file].iter().any(|name| [".", ".."].contains(&name.as_str())) {
                continue;
            }
            let ending = if *rust { "rs" } else { "py" };
            let folder = class.path().join(student);
            if std::fs::create_dir_all(&folder).is_ok() {
                let _taken = std::fs::write(folder.join(format!("{file}.{ending}")), RUST);
            }
        }
        let first = class.find_for("ex07_race");
        let second = class.find_for("ex07_race");
        prop_assert_eq!(lines(&first), lines(&second));
        prop_assert_eq!(&first.students, &second.students);
        for submitted in &first.submissions {
            prop_assert!(first.students.iter().any(|student| student.name == submitted.student && student.handed_in));
            prop_assert_eq!(&submitted.exercise, "ex07_race");
        }
        let mut keys: Vec<_> = first.submissions.iter().map(|it| (&it.student, &it.exercise)).collect();
        keys.dedup();
        prop_assert_eq!(keys.len(), first.submissions.len());
    }
}
