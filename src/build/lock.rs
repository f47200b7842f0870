//! One maker at a time, across threads and processes.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::BuildError;

/// How often a held lock is looked at again: long enough to cost nothing, short enough to feel prompt.
const PATIENCE: Duration = Duration::from_millis(50);

/// A lock on a file; let go when dropped. The kernel lets go of it when its holder dies, however it dies.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, calls `waiting` once when somebody else has it, and waits for as long as it takes.
    ///
    /// # Errors
    /// When the file cannot be made or locked, or the person asks for the end.
    pub(super) fn take(path: &Path, interrupt: &AtomicBool, waiting: impl FnOnce()) -> Result<Self, BuildError> {
        let failed = |operation| move |cause| BuildError::Cache { operation, path: path.to_owned(), cause };
        let file =
            File::options().create(true).truncate(false).write(true).open(path).map_err(failed("create the lock"))?;
        let mut waiting = Some(waiting);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(cause)) => return Err(failed("lock")(cause)),
                Err(TryLockError::WouldBlock) => {
                    if let Some(waiting) = waiting.take() {
                        waiting();
                    }
                    if interrupt.load(Ordering::SeqCst) {
                        return Err(BuildError::Interrupted);
                    }
                    thread::sleep(PATIENCE);
                }
            }
        }
    }
}
