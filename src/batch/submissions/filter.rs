use std::path::PathBuf;

use crate::course::model::Language;

/// What of a folder is asked for. The default is all of it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these students, by [`super::Student::name`] or the name that it was made of; empty: everybody.
    pub students: Vec<String>,
    /// Only these exercises, by id; empty: all. With exactly one, a file whose name tells no exercise is taken for it.
    pub exercises: Vec<String>,
    /// Only this language; both where none is given.
    pub language: Option<Language>,
    /// The roster; `roster.csv` in the folder where none is given.
    pub roster: Option<PathBuf>,
}

impl Filter {
    /// Whether this exercise is asked for.
    pub(super) fn wants_exercise(&self, id: &str) -> bool {
        self.exercises.is_empty() || self.exercises.iter().any(|wanted| wanted == id)
    }

    /// Whether this student is asked for.
    pub(super) fn wants_student(&self, name: &str, original: &str) -> bool {
        self.students.is_empty() || self.students.iter().any(|wanted| wanted == name || wanted == original)
    }
}
