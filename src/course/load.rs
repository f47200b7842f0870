use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::find::find_id;
use super::model::{Course, Exercise, Spec};
use super::validate::{self, CourseFile, Listed, SpecContext};
use super::{CourseError, discover};
use crate::diag::{Diagnostic, SourceFile};

/// A file of this size is no spec.
const LARGEST_FILE: u64 = 1 << 20;

/// The nearest folder, from `start` upwards, that holds a course: one with `graders/course.toml`.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    start.ancestors().find(|folder| folder.join("graders/course.toml").is_file()).map(Path::to_owned)
}

/// A course together with what its author should know.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The course.
    pub course: Course,
    /// Warnings: none of them keeps the course from being used.
    pub warnings: Vec<Diagnostic>,
}

/// Loads the course in a folder: `course.toml` and every spec.
///
/// # Errors
/// [`CourseError::Invalid`] with all mistakes in all files, or what could not be read.
pub fn load(root: &Path) -> Result<Course, CourseError> {
    load_with_warnings(root).map(|loaded| loaded.course)
}

/// As [`load`], but keeps the warnings.
///
/// # Errors
/// As [`load`].
pub fn load_with_warnings(root: &Path) -> Result<Loaded, CourseError> {
    let folders = discover::folders(root)?;
    let (file, mut found) = match read_source(&root.join("graders/course.toml"))? {
        Ok(source) => validate::course(&source, Some(&folders)),
        Err(unreadable) => (None, vec![*unreadable]),
    };
    // With a mistaken `course.toml` the specs of all folders are looked at.
    let ids = match &file {
        Some(file) => file.exercises.iter().map(|listed| listed.id.clone()).collect(),
        None => folders.into_iter().map(|folder| folder.id).collect::<Vec<_>>(),
    };
    let mut specs = Vec::new();
    for id in ids {
        let path = root.join("graders").join(&id).join("spec.toml");
        if path.exists() || file.is_some() {
            let (spec, mistakes) = load_spec(&path)?;
            found.extend(mistakes);
            specs.push(spec);
        }
    }
    let specs: Option<Vec<Spec>> = specs.into_iter().collect();
    let (Some(CourseFile { title, chapters, exercises }), Some(specs)) = (file, specs) else {
        return Err(CourseError::Invalid(found));
    };
    let exercises = exercises.into_iter().zip(specs).map(|(listed, spec)| exercise(root, listed, spec)).collect();
    Ok(Loaded { course: Course { root: root.to_owned(), title, chapters, exercises }, warnings: found })
}

/// Loads one exercise, by any of the names that [`super::find_exercise`] knows; mistakes in others do not matter.
///
/// # Errors
/// As [`load`], for `course.toml` and this exercise alone; [`CourseError::NoSuchExercise`] when there is none.
pub fn load_exercise(root: &Path, name: &str) -> Result<Exercise, CourseError> {
    let (file, mistakes) = match read_source(&root.join("graders/course.toml"))? {
        Ok(source) => validate::course(&source, None),
        Err(unreadable) => (None, vec![*unreadable]),
    };
    let Some(file) = file else { return Err(CourseError::Invalid(mistakes)) };
    let ids: Vec<&str> = file.exercises.iter().map(|listed| listed.id.as_str()).collect();
    let place = find_id(&ids, name)?;
    let listed = file.exercises[place].clone();
    match load_spec(&root.join("graders").join(&listed.id).join("spec.toml"))? {
        (Some(spec), _) => Ok(exercise(root, listed, spec)),
        (None, mistakes) => Err(CourseError::Invalid(mistakes)),
    }
}

/// Reads the text of a spec. `path` is what messages call the file; nothing is read from disk.
///
/// # Errors
/// All mistakes (and warnings), sorted by place.
pub fn parse_spec(path: &str, text: &str, context: &SpecContext) -> Result<Spec, Vec<Diagnostic>> {
    let (spec, found) = validate::spec(&Arc::new(SourceFile::new(path, text)), context);
    spec.ok_or(found)
}

/// All mistakes and warnings in the text of a spec, sorted by place, also when it can be used.
pub fn check_spec(path: &str, text: &str, context: &SpecContext) -> Vec<Diagnostic> {
    validate::spec(&Arc::new(SourceFile::new(path, text)), context).1
}

/// All mistakes and warnings in the text of a `course.toml`, without a look at the folders.
pub fn check_course(path: &str, text: &str) -> Vec<Diagnostic> {
    validate::course(&Arc::new(SourceFile::new(path, text)), None).1
}

fn exercise(root: &Path, listed: Listed, spec: Spec) -> Exercise {
    let Listed { id, number, chapter, prerequisites } = listed;
    let folder = |place: &str| root.join(place).join(&id);
    let (task, solution, grader) = (folder("exercises"), folder("solutions"), folder("graders"));
    Exercise { id, number, chapter, prerequisites, task, solution, grader, spec }
}

fn load_spec(path: &Path) -> Result<(Option<Spec>, Vec<Diagnostic>), CourseError> {
    let source = match read_source(path)? {
        Ok(source) => source,
        Err(unreadable) => return Ok((None, vec![*unreadable])),
    };
    let wrong = path.with_file_name("wrong");
    let mut files = Vec::new();
    if wrong.is_dir() {
        for entry in fs_err::read_dir(&wrong).map_err(CourseError::io("list the folder", &wrong))? {
            let entry = entry.map_err(CourseError::io("list the folder", &wrong))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && name != "__pycache__" {
                files.push(name);
            }
        }
    }
    files.sort();
    Ok(validate::spec(&source, &SpecContext { wrong_files: Some(files) }))
}

/// Reads a file that an author wrote. The inner error is the author's: it is not there, too large, or no UTF-8.
fn read_source(path: &Path) -> Result<Result<Arc<SourceFile>, Box<Diagnostic>>, CourseError> {
    let name = shown(path);
    let unreadable = |message: String, help: &str| {
        let source = Arc::new(SourceFile::new(name.clone(), ""));
        Ok(Err(Box::new(Diagnostic::error(&source, message).help(help))))
    };
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return unreadable("this file is missing".to_owned(), "write it; `graders/README.md` says how");
        }
        Err(error) => return Err(CourseError::io("read", path)(error)),
    };
    if !metadata.is_file() {
        return unreadable("this is not a file".to_owned(), "put a TOML file in its place");
    }
    if metadata.len() > LARGEST_FILE {
        let message =
            format!("this file is too large: {} KiB, more than {} KiB", metadata.len() >> 10, LARGEST_FILE >> 10);
        return unreadable(message, "is it really what you meant to put here?");
    }
    let bytes = std::fs::read(path).map_err(CourseError::io("read", path))?;
    Ok(decode(name, bytes))
}

fn decode(name: String, bytes: Vec<u8>) -> Result<Arc<SourceFile>, Box<Diagnostic>> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Arc::new(SourceFile::new(name, text))),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(at).copied().unwrap_or_default();
            let mended = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let source = Arc::new(SourceFile::new(name, mended));
            let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
            let mistake = Diagnostic::error(&source, "this file is not UTF-8")
                .at(at..end, format!("the byte 0x{byte:02X} begins no character"))
                .help("save the file as UTF-8");
            Err(Box::new(mistake))
        }
    }
}

/// The path as messages show it: from the current folder when it is below that.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    relative.unwrap_or_else(|| path.to_owned()).display().to_string()
}
