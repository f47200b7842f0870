use std::fs;
use std::path::{Path, PathBuf};

use super::JournalError;
use super::journal::Journal;

/// The folder for a batch's temporary files: removed when dropped, and by the next batch when we are killed.
#[derive(Debug)]
pub struct Scratch<'a> {
    journal: &'a Journal,
    path: PathBuf,
}

impl<'a> Scratch<'a> {
    /// Removes what a killed batch left, and makes a new folder. Its name is in the journal before it is on the disk.
    /// The caller holds the output folder's lock.
    ///
    /// # Errors
    /// When the journal cannot be written, or the folder cannot be made.
    pub fn new(journal: &'a Journal) -> Result<Self, JournalError> {
        if let Some(left) = journal.scratch()?.map(PathBuf::from).filter(|left| is_ours(left)) {
            // What cannot be removed does no harm beside the space that it takes.
            let _ = fs::remove_dir_all(left);
        }
        let made = tempfile::Builder::new().prefix(PREFIX).make(|path| {
            journal.note_scratch(&path.to_string_lossy()).map_err(std::io::Error::other)?;
            // Who runs a submission as another user must get through to the folders below.
            fs::DirBuilder::new().create(path)
        });
        let made = made.map_err(|cause| JournalError::System {
            operation: "make a folder for runs in",
            path: std::env::temp_dir(),
            cause,
        })?;
        let path = made.into_temp_path().keep().map_err(|error| JournalError::System {
            operation: "keep",
            path: error.path.to_path_buf(),
            cause: error.error,
        })?;
        Ok(Self { journal, path })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        if fs::remove_dir_all(&self.path).is_ok() {
            // The next batch finds that it is gone, too.
            let _ = self.journal.note_scratch("");
        }
    }
}

const PREFIX: &str = "grade-batch-";

/// Whether a path from the journal looks like a folder that we made: somebody may have edited the file.
fn is_ours(path: &Path) -> bool {
    let named = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(PREFIX.as_bytes()));
    named && path.is_absolute() && path.symlink_metadata().is_ok_and(|data| data.is_dir())
}
