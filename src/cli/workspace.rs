//! The student's folder: `exercises/exNN_name/main.rs` and `main.py`, and what we remember in `.grade`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::progress::ProgressFile;
use crate::course::model::{Exercise, Language};

/// The file by which a folder made by `grade init` is known.
pub(crate) const MARKER: &str = ".grade/workspace.json";
const MARKER_CONTENT: &str = "{\"schema\":\"grade/workspace/v1\"}\n";

/// The student's folder.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    /// The folder that holds `exercises` and `.grade`.
    pub(crate) root: PathBuf,
}

/// What [`write_new`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// The file is new.
    New,
    /// There was one already: it was left as it is.
    Kept,
}

impl Workspace {
    /// The workspace in this folder; nothing is read or written.
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Makes the folder a workspace.
    pub(crate) fn mark(&self) -> io::Result<()> {
        write_new(&self.root.join(MARKER), MARKER_CONTENT.as_bytes()).map(|_| ())
    }

    /// Where the student's file of an exercise is.
    pub(crate) fn file(&self, exercise: &Exercise, language: Language) -> PathBuf {
        self.root.join("exercises").join(&exercise.id).join(language.file_name())
    }

    /// What we remember of the student's way.
    pub(crate) fn progress(&self) -> ProgressFile {
        ProgressFile::in_folder(&self.root.join(".grade"))
    }

    /// A copy of the student's file in `.grade/backup`, under a name that was free.
    pub(crate) fn back_up(&self, exercise: &Exercise, language: Language) -> io::Result<PathBuf> {
        let content = fs::read(self.file(exercise, language))?;
        let folder = self.root.join(".grade/backup").join(&exercise.id);
        for number in 1_u32.. {
            let path = folder.join(format!("main.{number}.{}", language.extension()));
            if write_new(&path, &content)? == Written::New {
                return Ok(path);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

/// Writes a file that is not there yet, with the folders above it; one that is there is left alone.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> io::Result<Written> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(content).map(|()| Written::New),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Written::Kept),
        Err(error) => Err(error),
    }
}

/// Replaces a file's content at once: a reader, and a crash, sees the old or the new one, never a half.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut staging = tempfile::Builder::new().prefix(".grade-new-").tempfile_in(folder)?;
    staging.write_all(content)?;
    staging.as_file().sync_all()?;
    // A temporary file is private to its owner; the one that it replaces may not have been.
    if let Ok(old) = fs::metadata(path) {
        let _kept_private = staging.as_file().set_permissions(old.permissions());
    }
    staging.persist(path).map(|_| ()).map_err(|error| error.error)
}
