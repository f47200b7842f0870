//! What is on disk: the folders of the exercises and what is missing in each.

use std::collections::BTreeSet;
use std::path::Path;

use super::CourseError;
use super::model::Language;

/// The folders of one exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folder {
    /// Their name.
    pub id: String,
    /// What should be in them and is not.
    pub missing: Vec<Missing>,
}

/// Something that an exercise lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// What it is: `statement`.
    pub what: String,
    /// Where it should be, below the course's folder.
    pub path: String,
    /// The way out.
    pub help: String,
}

/// The exercises that have a folder, sorted by name.
pub(super) fn folders(root: &Path) -> Result<Vec<Folder>, CourseError> {
    let mut ids = BTreeSet::new();
    for place in ["exercises", "graders"] {
        let folder = root.join(place);
        if !folder.is_dir() {
            continue;
        }
        for entry in fs_err::read_dir(&folder).map_err(CourseError::io("list the folder", &folder))? {
            let entry = entry.map_err(CourseError::io("list the folder", &folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let numbered = name.strip_prefix("ex").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            if numbered && entry.path().is_dir() {
                ids.insert(name);
            }
        }
    }
    Ok(ids.into_iter().map(|id| Folder { missing: missing(root, &id), id }).collect())
}

/// What an exercise lacks.
pub(super) fn missing(root: &Path, id: &str) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut lack = |what: String, path: String, help: String| missing.push(Missing { what, path, help });
    let is_there = |path: &str| root.join(path).is_file();
    let statement = format!("exercises/{id}/README.md");
    if !is_there(&statement) {
        lack("statement".to_owned(), statement.clone(), format!("write the task into `{statement}`"));
    }
    let spec = format!("graders/{id}/spec.toml");
    if !is_there(&spec) {
        lack("spec".to_owned(), spec.clone(), format!("write `{spec}`; `graders/README.md` says how"));
    }
    let mut languages = 0;
    for language in Language::ALL {
        let starter = format!("exercises/{id}/{}", language.file_name());
        let reference = format!("solutions/{id}/{}", language.file_name());
        // A student may have removed his own file: the recorded starter counts as well.
        let recorded = format!("graders/{id}/starter/{}", language.file_name());
        match (is_there(&starter) || is_there(&recorded), is_there(&reference)) {
            (true, true) => languages += 1,
            (false, false) => {}
            (true, false) => {
                languages += 1;
                let help = format!("write the solution into `{reference}`, or remove the starter");
                lack(format!("reference in {language}"), reference, help);
            }
            (false, true) => {
                languages += 1;
                let help = format!("write the starter into `{starter}`, or remove the reference");
                lack(format!("starter in {language}"), starter, help);
            }
        }
    }
    if languages == 0 {
        let path = format!("exercises/{id}/main.rs");
        let help = format!("write `exercises/{id}/main.rs` or `main.py`, and the same in `solutions/{id}`");
        lack("starter in any language".to_owned(), path, help);
    }
    missing
}
