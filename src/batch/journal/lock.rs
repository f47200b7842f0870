use std::fs::{File, TryLockError};
use std::path::Path;

use super::JournalError;

/// The right to write to a batch's output folder; let go when dropped. The kernel lets go of it when the process dies,
/// however it dies.
#[derive(Debug)]
pub struct OutLock {
    _file: File,
}

impl OutLock {
    /// Takes the right, or says that another batch has it.
    ///
    /// # Errors
    /// When another batch writes there, or the folder cannot be written to.
    pub fn take(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(".grade.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(JournalError::system("create the lock", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(JournalError::Busy { folder: folder.to_owned() }),
            Err(TryLockError::Error(cause)) => Err(JournalError::system("lock", &path)(cause)),
        }
    }
}
