//! A course is loaded from its folders; what is missing or too much in them is the author's mistake.

use std::fs;
use std::path::Path;

use grade::course::{CourseError, find_exercise, find_root, load, load_exercise, load_with_warnings};
use grade::diag::{Style, render};
use tempfile::TempDir;

const SPEC: &str =
    "title = \"A\"\n[[case]]\nname = \"one\"\n[[check]]\nid = \"a\"\nname = \"b\"\npoints = 1\nexit = 0\n";

struct Workspace(TempDir);

impl Workspace {
    /// A course of two exercises without a mistake.
    fn new() -> Self {
        let workspace = Self(tempfile::tempdir().unwrap());
        workspace.write(
            "graders/course.toml",
            "title = \"A\"\n\n[[chapter]]\ntitle = \"B\"\nexercises = [\"ex01_threads\", \"ex07_race\"]\n\n\
             [prerequisites]\nex07_race = [\"ex01_threads\"]\n",
        );
        for id in ["ex01_threads", "ex07_race"] {
            workspace.write(&format!("exercises/{id}/README.md"), "# The task\n");
            workspace.write(&format!("graders/{id}/spec.toml"), SPEC);
            for file in ["main.rs", "main.py"] {
                workspace.write(&format!("exercises/{id}/{file}"), "");
                workspace.write(&format!("solutions/{id}/{file}"), "");
            }
        }
        workspace
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).unwrap();
    }

    /// What the author sees, with paths from the course's folder.
    fn mistakes(&self) -> String {
        match load(self.root()) {
            Ok(_) => "no mistakes".to_owned(),
            Err(CourseError::Invalid(found)) => {
                render(&found, Style::Plain).replace(&format!("{}/", self.root().display()), "")
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_course_is_loaded_in_the_order_of_its_chapters() {
    let workspace = Workspace::new();
    let course = load(workspace.root()).unwrap();
    let ids: Vec<&str> = course.exercises.iter().map(|exercise| exercise.id.as_str()).collect();
    assert_eq!(ids, ["ex01_threads", "ex07_race"]);
    let race = find_exercise(&course, "7").unwrap();
    assert_eq!(
        (race.number, race.chapter.as_str(), race.prerequisites.as_slice()),
        (7, "B", &["ex01_threads".to_owned()][..])
    );
    assert!(race.task.join("README.md").is_file() && race.grader.join("spec.toml").is_file());
}

#[test]
fn the_root_is_found_from_any_folder_below_it() {
    let workspace = Workspace::new();
    let below = workspace.root().join("exercises/ex07_race");
    assert_eq!(find_root(&below).as_deref(), Some(workspace.root()));
    assert_eq!(find_root(Path::new("/")), None);
}

#[test]
fn what_is_missing_is_told_where_the_exercise_is_listed() {
    let workspace = Workspace::new();
    for path in ["exercises/ex01_threads/README.md", "solutions/ex01_threads/main.rs", "exercises/ex01_threads/main.py"]
    {
        workspace.remove(path);
    }
    workspace.remove("graders/ex07_race/spec.toml");
    for file in ["exercises/ex07_race/main.rs", "exercises/ex07_race/main.py"] {
        workspace.remove(file);
        workspace.remove(&file.replace("exercises", "solutions"));
    }
    insta::assert_snapshot!(workspace.mistakes());
}

#[test]
fn folders_and_list_must_agree() {
    let workspace = Workspace::new();
    let course = "title = \"A\"\n[[chapter]]\ntitle = \"B\"\nexercises = [\"ex01_thread\", \"ex09_zebra\"]\n";
    workspace.write("graders/course.toml", course);
    insta::assert_snapshot!(workspace.mistakes());
}

#[test]
fn mistakes_of_all_files_are_shown_together() {
    let workspace = Workspace::new();
    workspace.write("graders/course.toml", "titel = \"A\"\n");
    workspace.write("graders/ex01_threads/spec.toml", SPEC.replace("exit", "exits"));
    workspace.write("graders/ex07_race/spec.toml", SPEC.replace("points = 1", "points = \"1\""));
    workspace.write("graders/ex07_race/wrong/a.rs", "");
    insta::assert_snapshot!(workspace.mistakes());
}

#[test]
fn a_file_that_is_no_text_is_told_apart() {
    let workspace = Workspace::new();
    workspace.write("graders/ex01_threads/spec.toml", b"title = \"caf\xe9\"\n");
    workspace.write("graders/ex07_race/spec.toml", vec![b'#'; 2 << 20]);
    insta::assert_snapshot!(workspace.mistakes());
}

#[test]
fn a_folder_in_the_place_of_a_file_is_told_apart() {
    let workspace = Workspace::new();
    workspace.remove("graders/ex07_race/spec.toml");
    fs::create_dir(workspace.root().join("graders/ex07_race/spec.toml")).unwrap();
    let seen = workspace.mistakes();
    assert!(seen.contains("has no spec") && seen.contains("this is not a file"), "{seen}");
}

#[test]
fn one_exercise_is_loaded_though_another_is_mistaken() {
    let workspace = Workspace::new();
    workspace.write("graders/ex01_threads/spec.toml", "nonsense");
    assert_eq!(load_exercise(workspace.root(), "race").unwrap().id, "ex07_race");
    assert!(matches!(load_exercise(workspace.root(), "1"), Err(CourseError::Invalid(found)) if !found.is_empty()));
    let Err(CourseError::NoSuchExercise(error)) = load_exercise(workspace.root(), "rice") else { panic!() };
    assert_eq!(error.nearest.as_deref(), Some("ex07_race"));
}

#[test]
fn a_warning_does_not_keep_a_course_from_being_loaded() {
    let workspace = Workspace::new();
    workspace.write("graders/ex07_race/spec.toml", format!("{SPEC}\n[events]\nidle = '^idle$'\n"));
    let loaded = load_with_warnings(workspace.root()).unwrap();
    assert_eq!(loaded.warnings.len(), 1);
    assert_eq!(loaded.course.exercises.len(), 2);
}

#[test]
fn each_starter_of_our_course_is_the_recorded_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compared = 0;
    for exercise in fs::read_dir(root.join("exercises")).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for file in ["main.rs", "main.py"] {
            let Ok(starter) = fs::read_to_string(exercise.path().join(file)) else { continue };
            let recorded = root.join("graders").join(exercise.file_name()).join("starter").join(file);
            assert_eq!(fs::read_to_string(&recorded).ok(), Some(starter), "{}: `grade bless`", recorded.display());
            compared += 1;
        }
    }
    assert!(compared > 4, "only {compared} starters were found");
}
