//! The tables, and what tells whose file it is.

use std::path::Path;

use rusqlite::Connection;

use super::JournalError;

/// The application id of `SQLite`'s header, by which `file(1)` and we know the file: "grad" in ASCII.
const APPLICATION: i64 = 0x6772_6164;
/// The version of the tables. A file of an older version is brought up to date; one of a newer version is left alone.
const VERSION: i64 = 1;

const TABLES: &str = "
    -- What holds for the whole batch, by name, as JSON.
    CREATE TABLE batch (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    -- What reports need to know of an exercise, in the course's order, as JSON.
    CREATE TABLE exercise (id TEXT PRIMARY KEY, place INTEGER NOT NULL, facts TEXT NOT NULL) STRICT;
    -- The sources, each content once.
    CREATE TABLE source (digest TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;
    -- All that decides a result; key is their digest.
    CREATE TABLE work (
        key TEXT PRIMARY KEY,
        exercise TEXT NOT NULL,
        language TEXT NOT NULL,
        digest TEXT NOT NULL,
        spec TEXT NOT NULL,
        build TEXT NOT NULL,
        engine TEXT NOT NULL,
        choice TEXT NOT NULL
    ) STRICT;
    -- Who handed in what; work is that of the latest batch.
    CREATE TABLE submission (
        student TEXT NOT NULL,
        exercise TEXT NOT NULL,
        language TEXT NOT NULL,
        digest TEXT NOT NULL,
        origin TEXT NOT NULL,
        late INTEGER NOT NULL,
        work TEXT NOT NULL REFERENCES work(key),
        PRIMARY KEY (student, exercise)
    ) STRICT;
    CREATE INDEX submission_by_work ON submission (work);
    -- One case under one schedule; times counts how often it was made. The trace goes when the result stands, unless a
    -- report shows it.
    CREATE TABLE run (
        work TEXT NOT NULL REFERENCES work(key),
        round INTEGER NOT NULL,
        case_index INTEGER NOT NULL,
        schedule INTEGER NOT NULL,
        times INTEGER NOT NULL,
        ended TEXT NOT NULL,
        cpu INTEGER NOT NULL,
        real INTEGER NOT NULL,
        trace BLOB,
        PRIMARY KEY (work, round, case_index, schedule)
    ) STRICT;
    -- What was found: grade/result/v1. settled: it need not be tried again.
    CREATE TABLE result (
        work TEXT PRIMARY KEY REFERENCES work(key),
        verdict TEXT NOT NULL,
        settled INTEGER NOT NULL,
        blame TEXT,
        graded_at TEXT NOT NULL,
        times INTEGER NOT NULL,
        shown_round INTEGER,
        shown_case INTEGER,
        shown_schedule INTEGER,
        shown_name TEXT,
        result TEXT NOT NULL
    ) STRICT;
";

/// Makes the tables in a new file, or looks whether they are ours and of a version that we know.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let failed = |operation| JournalError::database(operation, path);
    let transaction = connection.transaction().map_err(failed("begin"))?;
    let number = |name: &str| transaction.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let application = number("application_id").map_err(failed("look at the header"))?;
    let version = number("user_version").map_err(failed("look at the header"))?;
    let tables: i64 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(failed("look at the tables"))?;
    match (application, version) {
        (0, 0) if tables == 0 => {
            transaction.execute_batch(TABLES).map_err(failed("make the tables"))?;
            let header = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};");
            transaction.execute_batch(&header).map_err(failed("make the tables"))?;
            transaction.commit().map_err(failed("make the tables"))
        }
        (APPLICATION, VERSION) => Ok(()),
        (APPLICATION, found) if found > VERSION => {
            Err(JournalError::Newer { path: path.to_owned(), found, known: VERSION })
        }
        _ => Err(JournalError::Foreign { path: path.to_owned() }),
    }
}

/// Looks whether a file that is only read is ours and of a version that we know.
pub(super) fn examine(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let number = |name: &str| {
        let read = connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        read.map_err(JournalError::database("look at the header", path))
    };
    match (number("application_id")?, number("user_version")?) {
        (APPLICATION, VERSION) => Ok(()),
        (APPLICATION, found) if found > VERSION => {
            Err(JournalError::Newer { path: path.to_owned(), found, known: VERSION })
        }
        _ => Err(JournalError::Foreign { path: path.to_owned() }),
    }
}
