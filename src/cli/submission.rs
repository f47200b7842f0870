//! Which file is graded, and in which language.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::place::Place;
use super::{Failure, catalogue};
use crate::course::model::{Exercise, Language};

/// The largest file that is taken for a program.
const LARGEST: u64 = 1 << 20;

/// What the person asked to be graded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// This file, wherever it is.
    pub(crate) file: Option<PathBuf>,
    /// This language.
    pub(crate) language: Option<Language>,
    /// The reference solution.
    pub(crate) solution: bool,
}

/// A file that can be graded: it was there, readable and not empty a moment ago.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    /// The file.
    pub(crate) path: PathBuf,
    /// Its language.
    pub(crate) language: Language,
    /// True for the student's own file in the workspace, whose results count as progress.
    pub(crate) own: bool,
}

/// Finds the file that is meant and looks whether it can be graded at all.
pub(crate) fn find(place: &Place, exercise: &Exercise, wanted: &Wanted) -> Result<Submission, Failure> {
    let submission = if let Some(file) = &wanted.file {
        Submission { path: file.clone(), language: language_of(file, wanted.language)?, own: false }
    } else if wanted.solution {
        let language = wanted.language.or_else(|| {
            Language::ALL.into_iter().find(|language| exercise.solution.join(language.file_name()).is_file())
        });
        let language = language.unwrap_or(Language::Rust);
        Submission { path: exercise.solution.join(language.file_name()), language, own: false }
    } else {
        let language = own_language(place, exercise, wanted.language)?;
        Submission { path: super::shown(&place.workspace()?.file(exercise, language)).into(), language, own: true }
    };
    if !wanted.solution {
        stays_in_its_folder(&submission.path)?;
    }
    examine(&submission, exercise)?;
    Ok(submission)
}

/// Refuses a file that is a link out of its folder. What a student hands in is graded with the rights of whoever grades, and the
/// reports quote it: a link in his place would show him files of theirs. One who means the file behind it can name that.
fn stays_in_its_folder(path: &Path) -> Result<(), Failure> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink());
    // Of what leads nowhere it is told when the file is looked at.
    let Some(target) = fs::canonicalize(path).ok().filter(|_| is_link) else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if fs::canonicalize(folder).is_ok_and(|folder| target.starts_with(folder)) {
        return Ok(());
    }
    let (shown, target) = (path.display(), target.display());
    Err(Failure::usage(format_args!("{shown} is a link that leads out of its folder, to {target}"))
        .help(format_args!("if that file is meant, name it: `--file {target}`")))
}

/// The language of a file that was named, by its extension or by what the person says.
fn language_of(file: &Path, wanted: Option<Language>) -> Result<Language, Failure> {
    let extension = file.extension().and_then(|extension| extension.to_str());
    let by_name = Language::ALL.into_iter().find(|language| extension == Some(language.extension()));
    match (by_name, wanted) {
        (Some(language), None) | (None, Some(language)) => Ok(language),
        (Some(named), Some(asked)) if named == asked => Ok(named),
        (Some(named), Some(asked)) => Err(Failure::usage(format_args!(
            "{} is {named} by its name, and `--lang` says {asked}: two languages at once",
            file.display()
        ))
        .help("leave `--lang` away, or rename the file")),
        // A folder is told of when the file is looked at.
        (None, None) if file.is_dir() => Ok(Language::Rust),
        (None, None) => Err(Failure::usage(format_args!("{} ends neither in .rs nor in .py", file.display()))
            .help("say its language with `--lang rust` or `--lang python`")),
    }
}

/// The language of the student's own file: what was asked for, else the one that was changed from the starter.
fn own_language(place: &Place, exercise: &Exercise, wanted: Option<Language>) -> Result<Language, Failure> {
    if let Some(language) = wanted {
        return Ok(language);
    }
    let workspace = place.workspace()?;
    let there: Vec<_> = Language::ALL
        .into_iter()
        .filter(|language| workspace.file(exercise, *language).symlink_metadata().is_ok())
        .collect();
    let changed: Vec<_> = there.iter().copied().filter(|language| is_changed(place, exercise, *language)).collect();
    match (changed.as_slice(), there.as_slice()) {
        ([_, _, ..], _) => Err(Failure::usage(format_args!(
            "both main.rs and main.py of {} were changed: two languages at once",
            exercise.id
        ))
        .help("say which one to grade: `--lang rust` or `--lang python`")
        .help(format_args!(
            "or bring back the starter of the other: `grade reset {} --lang python`",
            catalogue::short(exercise)
        ))),
        ([language], _) | ([], [language, ..]) => Ok(*language),
        ([], []) => Ok(exercise.languages().first().copied().unwrap_or(Language::Rust)),
    }
}

/// True when the student's file is known to differ from the starter.
pub(crate) fn is_changed(place: &Place, exercise: &Exercise, language: Language) -> bool {
    let Some(starter) = place.starter(exercise, language) else { return false };
    let Some(workspace) = &place.workspace else { return false };
    match (fs::read(starter), fs::read(workspace.file(exercise, language))) {
        (Ok(starter), Ok(own)) => starter != own,
        _ => false,
    }
}

/// Says clearly what is wrong with a file that cannot be graded.
fn examine(submission: &Submission, exercise: &Exercise) -> Result<(), Failure> {
    let path = &submission.path;
    let shown = path.display();
    let bring_back = |failure: Failure| {
        if !submission.own {
            return failure;
        }
        let languages = exercise.languages();
        if !languages.contains(&submission.language) {
            let set: Vec<String> = languages.iter().map(ToString::to_string).collect();
            return failure.help(format_args!("{} is set in {}", exercise.id, set.join(" and ")));
        }
        failure.help(format_args!(
            "`grade reset {} --lang {}` brings back the starter, and keeps what is there",
            catalogue::short(exercise),
            submission.language
        ))
    };
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if !submission.own && submission.path.starts_with(&exercise.solution) => {
            Failure::usage(format_args!("{} has no reference solution in {}", exercise.id, submission.language))
        }
        io::ErrorKind::NotFound => bring_back(Failure::usage(format_args!("there is no file {shown}"))),
        _ => unreadable(path, &error),
    })?;
    if metadata.is_dir() {
        let failure = Failure::usage(format_args!("{shown} is a folder, not a program"));
        return Err(failure.help(if submission.own {
            "move it away; the program goes into a file of this name"
        } else {
            "name the file in it: `--file DIR/main.rs` or `--file DIR/main.py`"
        }));
    }
    if !metadata.is_file() {
        return Err(Failure::usage(format_args!("{shown} is not a regular file")));
    }
    if metadata.len() > LARGEST {
        return Err(Failure::usage(format_args!(
            "{shown} has {} MiB: that is no exercise's program",
            metadata.len() >> 20
        )));
    }
    let content = fs::read(path).map_err(|error| unreadable(path, &error))?;
    if content.trim_ascii().is_empty() {
        return Err(bring_back(Failure::usage(format_args!("{shown} is empty: there is nothing to grade yet"))));
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let cause = match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is not a folder".to_owned(),
        _ => error.to_string(),
    };
    let failure = Failure::usage(format_args!("failed to read {}: {cause}", path.display()));
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            failure.help(format_args!("give yourself the right to read it: `chmod u+r {}`", path.display()))
        }
        _ => failure,
    }
}
