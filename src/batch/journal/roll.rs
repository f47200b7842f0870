use std::collections::BTreeSet;

use rusqlite::{Transaction, params};

use super::{Journal, JournalError, Work, WorkKey};
use crate::course::model::Language;
use crate::report::class::Refused;

/// What a batch found to be graded, all at once.
#[derive(Clone, Debug, Default)]
pub struct Roll {
    /// The course's title.
    pub course: String,
    /// The course's exercises, in its order.
    pub exercises: Vec<Known>,
    /// Who handed in what.
    pub entries: Vec<Entry>,
    /// The files that are not graded.
    pub excluded: Vec<Refused>,
    /// Who handed something in, and who stands on the roster.
    pub people: People,
    /// Whether some students alone were asked for: then those whom an earlier batch knew stay.
    pub of_some: bool,
}

/// An exercise of the course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// What reports need to know of it, as JSON.
    pub facts: String,
    /// Whether this batch grades it. Of one that it does not, what an earlier batch went by stands.
    pub graded: bool,
}

/// Everybody whom a batch knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct People {
    /// The roster's header row; empty when there is no roster.
    pub header: Vec<String>,
    /// The roster's row of points possible, where it has one.
    #[serde(default)]
    pub possible: Vec<String>,
    /// Each person once.
    pub people: Vec<Person>,
}

impl People {
    /// These, and beside them those of an earlier batch.
    fn with(mut self, earlier: Self) -> Self {
        if self.header.is_empty() {
            self.header = earlier.header;
            self.possible = earlier.possible;
        }
        let new: BTreeSet<String> = self.people.iter().map(|person| person.id.clone()).collect();
        self.people.extend(earlier.people.into_iter().filter(|person| !new.contains(&person.id)));
        self
    }
}

/// Somebody who handed something in or stands on the roster.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Person {
    /// The student's id.
    pub id: String,
    /// What people call them.
    pub name: String,
    /// Their row of the roster.
    pub row: Option<Vec<String>>,
}

/// Who handed in what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The student's id.
    pub student: String,
    /// The exercise's id.
    pub exercise: String,
    /// The submission's language.
    pub language: Language,
    /// The digest of its content.
    pub digest: String,
    /// Where it came from, as the instructor knows it.
    pub origin: String,
    /// Whether it came late.
    pub late: bool,
    /// What its result hangs on.
    pub work: WorkKey,
}

const EXCLUDED: &str = "excluded";
const PEOPLE: &str = "people";
const COURSE: &str = "course";
const SCRATCH: &str = "scratch";

impl Journal {
    /// Takes a roll: in one transaction, what is new or changed is written, and what `covers` says that this batch looks
    /// at and did not find any more goes. `works` and `sources` are those of the roll's entries.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn enrol<'s>(
        &self,
        roll: &Roll,
        works: impl IntoIterator<Item = &'s Work>,
        sources: impl IntoIterator<Item = (&'s str, &'s [u8])>,
        covers: &dyn Fn(&str, &str) -> bool,
    ) -> Result<(), JournalError> {
        // What an earlier batch looked at and this one does not stays as it was.
        let mut excluded = self.excluded()?;
        excluded.retain(|file| match (&file.student, &file.exercise) {
            (Some(student), Some(exercise)) => !covers(student, exercise),
            _ => false,
        });
        excluded.extend(roll.excluded.iter().cloned());
        let excluded = serde_json::to_string(&excluded).map_err(|error| self.damaged(error))?;
        let known = if roll.of_some { self.people()? } else { People::default() };
        let people = serde_json::to_string(&roll.people.clone().with(known)).map_err(|error| self.damaged(error))?;
        let mut connection = self.lock();
        let write = || -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            for (digest, content) in sources {
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO source (digest, content) VALUES (?1, ?2)")?
                    .execute(params![digest, content])?;
            }
            for work in works {
                work.keep(&transaction)?;
            }
            withdraw(&transaction, roll, covers)?;
            for entry in &roll.entries {
                hand_in(&transaction, entry)?;
            }
            for (place, known) in roll.exercises.iter().enumerate() {
                exercise(&transaction, i64::try_from(place).unwrap_or(i64::MAX), known)?;
            }
            let mut set = transaction.prepare("INSERT OR REPLACE INTO batch (name, value) VALUES (?1, ?2)")?;
            set.execute([COURSE, &roll.course])?;
            set.execute([EXCLUDED, &excluded])?;
            set.execute([PEOPLE, &people])?;
            drop(set);
            transaction.commit()
        };
        write().map_err(self.failed("write down who handed in what"))
    }

    /// Who handed in what, by student and exercise.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, JournalError> {
        let connection = self.lock();
        let read = || -> rusqlite::Result<Vec<(String, Entry)>> {
            connection
                .prepare(
                    "SELECT student, exercise, language, digest, origin, late, work FROM submission
                     ORDER BY student, exercise",
                )?
                .query_map([], |row| {
                    let language: String = row.get(2)?;
                    let entry = Entry {
                        student: row.get(0)?,
                        exercise: row.get(1)?,
                        language: Language::Rust,
                        digest: row.get(3)?,
                        origin: row.get(4)?,
                        late: row.get(5)?,
                        work: WorkKey(row.get(6)?),
                    };
                    Ok((language, entry))
                })?
                .collect()
        };
        let rows = read().map_err(self.failed("read who handed in what"))?;
        rows.into_iter()
            .map(|(name, entry)| {
                let language = Language::ALL.into_iter().find(|language| language.name() == name);
                let language = language.ok_or_else(|| self.damaged(format!("there is no language `{name}`")))?;
                Ok(Entry { language, ..entry })
            })
            .collect()
    }

    /// What was chosen on the command line for what is handed in: the student, the exercise and [`Work::choice`].
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn choices(&self) -> Result<Vec<(String, String, String)>, JournalError> {
        let connection = self.lock();
        let read = || -> rusqlite::Result<Vec<(String, String, String)>> {
            connection
                .prepare(
                    "SELECT submission.student, submission.exercise, work.choice FROM submission
                     JOIN work ON work.key = submission.work ORDER BY 2, 1",
                )?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        };
        read().map_err(self.failed("read what was chosen"))
    }

    /// What reports need to know of the exercises, as JSON, in the course's order.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn exercises(&self) -> Result<Vec<String>, JournalError> {
        let connection = self.lock();
        let read = || -> rusqlite::Result<Vec<String>> {
            connection
                .prepare("SELECT facts FROM exercise ORDER BY place, id")?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        read().map_err(self.failed("read the exercises"))
    }

    /// The content of a source.
    ///
    /// # Errors
    /// When the journal cannot be read, or has no such source.
    pub fn source(&self, digest: &str) -> Result<Vec<u8>, JournalError> {
        self.lock()
            .query_row("SELECT content FROM source WHERE digest = ?1", [digest], |row| row.get(0))
            .map_err(self.failed("read a source"))
    }

    /// The course's title.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn course(&self) -> Result<String, JournalError> {
        Ok(self.setting(COURSE)?.unwrap_or_default())
    }

    /// The files that were not graded.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn excluded(&self) -> Result<Vec<Refused>, JournalError> {
        let Some(text) = self.setting(EXCLUDED)? else { return Ok(Vec::new()) };
        serde_json::from_str(&text).map_err(|error| self.damaged(error))
    }

    /// Everybody whom the latest batch knew of.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn people(&self) -> Result<People, JournalError> {
        let Some(text) = self.setting(PEOPLE)? else { return Ok(People::default()) };
        serde_json::from_str(&text).map_err(|error| self.damaged(error))
    }

    /// The folder for temporary files that the latest batch made, if it did not get to remove it.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn scratch(&self) -> Result<Option<String>, JournalError> {
        Ok(self.setting(SCRATCH)?.filter(|path| !path.is_empty()))
    }

    /// Takes note of the folder for temporary files, before it is made; empty when it is gone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note_scratch(&self, path: &str) -> Result<(), JournalError> {
        self.set(SCRATCH, path)
    }
}

fn exercise(transaction: &Transaction<'_>, place: i64, known: &Known) -> rusqlite::Result<()> {
    let write = if known.graded {
        "INSERT INTO exercise (id, place, facts) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET place = excluded.place, facts = excluded.facts"
    } else {
        "INSERT INTO exercise (id, place, facts) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET place = excluded.place"
    };
    transaction.prepare_cached(write)?.execute(params![known.id, place, known.facts]).map(drop)
}

/// Removes what this batch looks at and did not find any more. Results stay: who hands the same in again has it.
fn withdraw(transaction: &Transaction<'_>, roll: &Roll, covers: &dyn Fn(&str, &str) -> bool) -> rusqlite::Result<()> {
    let found: BTreeSet<(&str, &str)> =
        roll.entries.iter().map(|entry| (entry.student.as_str(), entry.exercise.as_str())).collect();
    let known: Vec<(String, String)> = transaction
        .prepare("SELECT student, exercise FROM submission")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (student, exercise) in known {
        if covers(&student, &exercise) && !found.contains(&(student.as_str(), exercise.as_str())) {
            transaction
                .prepare_cached("DELETE FROM submission WHERE student = ?1 AND exercise = ?2")?
                .execute([student, exercise])?;
        }
    }
    Ok(())
}

fn hand_in(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO submission (student, exercise, language, digest, origin, late, work)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            entry.student,
            entry.exercise,
            entry.language.name(),
            entry.digest,
            entry.origin,
            entry.late,
            entry.work.0
        ])
        .map(drop)
}
