use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{FILE, JournalError, schema};

/// How long a write waits for a reader such as `grade report`.
const PATIENCE: Duration = Duration::from_secs(30);

/// A batch's journal; shared between threads.
#[derive(Debug)]
pub struct Journal {
    pub(super) path: PathBuf,
    connection: Mutex<Connection>,
    writes: bool,
}

impl Journal {
    /// Opens the journal in a batch's output folder, or makes a new one. The caller holds the folder's lock.
    ///
    /// # Errors
    /// When the file cannot be used, is damaged, or is not ours.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(FILE);
        let mut connection = Connection::open(&path).map_err(JournalError::database("open the journal", &path))?;
        connection.busy_timeout(PATIENCE).map_err(JournalError::database("open the journal", &path))?;
        schema::prepare(&mut connection, &path)?;
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;")
            .map_err(JournalError::database("set up the journal", &path))?;
        let journal = Self { path, connection: Mutex::new(connection), writes: true };
        journal.examine()?;
        Ok(journal)
    }

    /// Opens a journal that is there, to read it.
    ///
    /// # Errors
    /// When there is none, or as [`Journal::open`].
    pub fn read(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(FILE);
        if !path.is_file() {
            return Err(JournalError::Absent { path });
        }
        let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .map_err(JournalError::database("open the journal", &path))?;
        connection.busy_timeout(PATIENCE).map_err(JournalError::database("open the journal", &path))?;
        schema::examine(&connection, &path)?;
        Ok(Self { path, connection: Mutex::new(connection), writes: false })
    }

    /// Puts an old journal aside as `grade.db.old-N`, with what belongs to it, and returns its new name. Nothing is lost.
    /// The caller holds the folder's lock.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn put_aside(folder: &Path) -> Result<Option<PathBuf>, JournalError> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let aside = (1..=u32::MAX)
            .map(|number| folder.join(format!("{FILE}.old-{number}")))
            .find(|aside| !aside.exists())
            .expect("some number is free");
        // The log first: should we die between the two, a journal without its log is whole as of an earlier moment.
        for suffix in ["-wal", "-shm", ""] {
            let named = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
            match fs::rename(named(&path), named(&aside)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound || suffix.is_empty() => {
                    return Err(JournalError::system("put aside", &path)(error));
                }
                _ => {}
            }
        }
        Ok(Some(aside))
    }

    /// Has `SQLite` look through the whole file.
    fn examine(&self) -> Result<(), JournalError> {
        let found: String = self
            .lock()
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(self.failed("look through the journal"))?;
        // The first line says only which of several databases it is.
        if found == "ok" { Ok(()) } else { Err(self.damaged(found.lines().last().unwrap_or_default())) }
    }

    /// A setting of the batch.
    pub(super) fn setting(&self, name: &str) -> Result<Option<String>, JournalError> {
        self.lock()
            .query_row("SELECT value FROM batch WHERE name = ?1", [name], |row| row.get(0))
            .optional()
            .map_err(self.failed("read the batch's settings"))
    }

    /// Keeps a setting of the batch.
    pub(super) fn set(&self, name: &str, value: &str) -> Result<(), JournalError> {
        self.lock()
            .execute("INSERT OR REPLACE INTO batch (name, value) VALUES (?1, ?2)", [name, value])
            .map(drop)
            .map_err(self.failed("keep the batch's settings"))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        // A thread that panicked in the middle has lost its transaction; the connection itself is whole.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn failed(&self, operation: &'static str) -> impl FnOnce(rusqlite::Error) -> JournalError + use<> {
        JournalError::database(operation, &self.path)
    }

    pub(in crate::batch) fn damaged(&self, cause: impl std::fmt::Display) -> JournalError {
        JournalError::Damaged { path: self.path.clone(), cause: cause.to_string() }
    }
}

impl Drop for Journal {
    /// Leaves one file that can be copied, and read from a folder that cannot be written to: in WAL mode it could not.
    fn drop(&mut self) {
        if self.writes {
            let connection = self.lock();
            // Whoever reads it at the moment keeps it in WAL mode, which does no harm.
            let _ = connection.busy_timeout(Duration::ZERO);
            let _ = connection.execute_batch("PRAGMA journal_mode = DELETE;");
        }
    }
}
