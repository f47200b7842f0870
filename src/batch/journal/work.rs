use std::fmt;

use rusqlite::{Connection, params};

/// Everything that decides a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The exercise's id.
    pub exercise: String,
    /// The submission's language, by name.
    pub language: String,
    /// The digest of its content.
    pub digest: String,
    /// The digest of the exercise's spec and snapshots.
    pub spec: String,
    /// What builds it: compiler or interpreter, options, libraries.
    pub build: String,
    /// What runs and judges it: engine, sandbox, clock, and the build of `grade` itself.
    pub engine: String,
    /// What was chosen on the command line: schedules, cases.
    pub choice: String,
}

/// The digest of a [`Work`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkKey(pub(super) String);

impl Work {
    /// Its key.
    pub fn key(&self) -> WorkKey {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.exercise, &self.language, &self.digest, &self.spec, &self.build, &self.engine, &self.choice]
        {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut key = hasher.finalize().to_hex().to_string();
        // 128 bits are plenty against accidents, and a cheat gains nothing: his own content is a part.
        key.truncate(32);
        WorkKey(key)
    }

    pub(super) fn keep(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut insert = connection.prepare_cached(
            "INSERT OR IGNORE INTO work (key, exercise, language, digest, spec, build, engine, choice)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        insert
            .execute(params![
                self.key().0,
                self.exercise,
                self.language,
                self.digest,
                self.spec,
                self.build,
                self.engine,
                self.choice
            ])
            .map(drop)
    }
}

impl fmt::Display for WorkKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
