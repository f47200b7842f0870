//! Where the course is, and where the student's files are.

use std::path::{Path, PathBuf};

use super::workspace::{self, Workspace};
use super::{Failure, embedded};
use crate::build::home_by_the_system;
use crate::course::model::{Exercise, Language};

/// Where the course is, and where the student's files are.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The folder with `exercises`, `solutions` and `graders`.
    pub(crate) course: PathBuf,
    /// The student's files, when we are among them.
    pub(crate) workspace: Option<Workspace>,
    /// True in a checkout of the course, where the student edits the course's own `exercises`.
    pub(crate) checkout: bool,
}

impl Place {
    /// Looks from the working folder upwards: in a checkout all is there; in a folder made by `grade init`, and
    /// anywhere else, the course is the one inside the binary.
    pub(crate) fn find() -> Result<Self, Failure> {
        let here = std::env::current_dir()
            .map_err(|error| Failure::machine(format_args!("failed to find the working folder: {error}")))?;
        for folder in here.ancestors() {
            if folder.join("graders/course.toml").is_file() {
                return Ok(Self { course: folder.to_owned(), workspace: Some(Workspace::at(folder)), checkout: true });
            }
            if folder.join(workspace::MARKER).is_file() {
                return Ok(Self {
                    course: embedded_course()?,
                    workspace: Some(Workspace::at(folder)),
                    checkout: false,
                });
            }
        }
        Ok(Self { course: embedded_course()?, workspace: None, checkout: false })
    }

    /// The course in this folder, when one is named; else as [`Place::find`].
    pub(crate) fn of(course: Option<&Path>) -> Result<Self, Failure> {
        let Some(folder) = course else { return Self::find() };
        if folder.join("graders/course.toml").is_file() {
            return Ok(Self { course: folder.to_owned(), workspace: None, checkout: true });
        }
        Err(Failure::usage(format_args!("there is no course in {}", folder.display()))
            .help("a course is a folder with `graders/course.toml`"))
    }

    /// The student's files.
    pub(crate) fn workspace(&self) -> Result<&Workspace, Failure> {
        self.workspace.as_ref().ok_or_else(|| {
            Failure::usage("there are no exercises here, nor in any folder above")
                .help("`grade init DIR` writes them into a folder of yours; work in there")
                .help("or grade any file with `grade EXERCISE --file PATH`")
        })
    }

    /// The file that the student began with, where the course records it. In a checkout `exercises` holds the student's
    /// own file, so there it is the copy in `graders`.
    pub(crate) fn starter(&self, exercise: &Exercise, language: Language) -> Option<PathBuf> {
        let recorded = exercise.grader.join("starter").join(language.file_name());
        if recorded.is_file() {
            return Some(recorded);
        }
        let given = exercise.task.join(language.file_name());
        (!self.checkout && given.is_file()).then_some(given)
    }
}

fn embedded_course() -> Result<PathBuf, Failure> {
    if !embedded::exists() {
        return Err(Failure::usage("there is no course here, and none inside this build of grade")
            .help("work in a checkout of the course: a folder with `graders/course.toml`"));
    }
    let extract = |cache: &Path| embedded::extract(cache);
    // A home that cannot be written to is no reason to stop.
    cache_folder()
        .map_or_else(|| Err(std::io::ErrorKind::NotFound.into()), |cache| extract(&cache))
        .or_else(|_| extract(&std::env::temp_dir().join(format!("grade-{}", nix::unistd::getuid()))))
        .map_err(|error| {
            Failure::machine(format_args!("failed to unpack the course into the cache folder: {error}"))
                .help("free some space, or set XDG_CACHE_HOME to a folder that can be written to")
        })
}

/// Where files are kept that can be made again.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").or_else(home_by_the_system).map(|home| home.join(".cache")))
        .map(|cache| cache.join("grade"))
}
