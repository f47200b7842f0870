use std::fs;
use std::path::{Path, PathBuf};

use super::JournalError;
use super::journal::Journal;
use crate::folder::{Folder, Use};

/// The folder for a batch's temporary files: removed when dropped, and by the next batch when we are killed.
#[derive(Debug)]
pub struct Scratch<'a> {
    journal: &'a Journal,
    /// None only while it is dropped.
    folder: Option<Folder>,
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
        // Who runs a submission as another user must get through to the folders below.
        let folder = Folder::new(Use::Batch, &std::env::temp_dir(), 0o755, |path| {
            journal.note_scratch(&path.to_string_lossy()).map_err(std::io::Error::other)
        });
        let folder = folder.map_err(|cause| JournalError::System {
            operation: "make a folder for runs in",
            path: std::env::temp_dir(),
            cause,
        })?;
        Ok(Self { journal, folder: Some(folder) })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.as_ref().map_or(Path::new(""), Folder::path)
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        let path = self.path().to_owned();
        self.folder = None;
        if !path.exists() {
            // The next batch finds that it is gone, too.
            let _ = self.journal.note_scratch("");
        }
    }
}

/// Whether a path from the journal looks like a folder that we made: somebody may have edited the file.
fn is_ours(path: &Path) -> bool {
    let named =
        path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(Use::Batch.prefix().as_bytes()));
    named && path.is_absolute() && path.symlink_metadata().is_ok_and(|data| data.is_dir())
}
