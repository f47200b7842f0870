//! Folders of submissions: the layouts that students and platforms make, and what a hostile student makes of them.

mod archives;
mod build;
mod disk;
mod layouts;
mod platforms;
mod rosters;

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use grade::batch::submissions::{Filter, Found, RefusedReason, find};
use grade::course::model::{Course, Language};

/// A folder of submissions that is made for one test.
pub(crate) struct Class {
    folder: tempfile::TempDir,
    course: &'static Course,
}

static COURSE: LazyLock<Course> =
    LazyLock::new(|| grade::course::load(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the course loads"));

impl Class {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), course: &COURSE }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn file(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        let above = path.parent().expect("a folder above");
        fs::DirBuilder::new().recursive(true).mode(0o755).create(above).expect("folders");
        fs::write(&path, content).expect("a file");
        path
    }

    pub(crate) fn starter(&self, exercise: &str, language: Language) -> Vec<u8> {
        let exercise = self.course.exercises.iter().find(|known| known.id == exercise).expect("an exercise");
        fs::read(exercise.grader.join("starter").join(language.file_name())).expect("a starter")
    }

    pub(crate) fn find(&self) -> Found {
        self.find_with(&Filter::default())
    }

    pub(crate) fn find_for(&self, exercise: &str) -> Found {
        self.find_with(&Filter { exercises: vec![exercise.to_owned()], ..Filter::default() })
    }

    pub(crate) fn find_with(&self, filter: &Filter) -> Found {
        find(self.path(), self.course, filter).expect("a folder that can be read")
    }
}

/// What was found, a line each: `alice ex07_race rust alice/ex07_race/main.rs`.
pub(crate) fn lines(found: &Found) -> Vec<String> {
    let line = |it: &grade::batch::submissions::Submitted| {
        let late = if it.late { " late" } else { "" };
        format!("{} {} {} {}{late}", it.student, it.exercise, it.language, it.origin)
    };
    found.submissions.iter().map(line).collect()
}

/// The reason for which the thing at a place is refused.
pub(crate) fn reason<'a>(found: &'a Found, origin: &str) -> &'a RefusedReason {
    let refused = found.refused.iter().find(|refused| refused.origin == origin);
    &refused.unwrap_or_else(|| panic!("{origin} is refused: {:#?}", found.refused)).reason
}
