use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, params};

use super::runs::columns;
use super::{Journal, JournalError, WorkKey};
use crate::batch::RunKey;
use crate::check::verdict::{ExerciseResult, Status, Verdict};

/// Who is to blame when a submission could not be graded as it should be. Never the student.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blame {
    /// The spec has a mistake.
    Author,
    /// The machine lacks something.
    Machine,
    /// We have a bug.
    Ours,
}

/// A result as the journal keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What was found.
    pub result: ExerciseResult,
    /// Who is to blame, when somebody is.
    pub blame: Option<Blame>,
    /// The run that a report shows.
    pub shown: Option<RunKey>,
    /// The name of that run's case.
    pub shown_case: Option<String>,
    /// When, RFC 3339.
    pub graded_at: String,
}

impl Recorded {
    /// Whether another try would find the same: true unless our measurement or we failed.
    pub fn is_settled(&self) -> bool {
        let undecided = || self.result.checks.iter().any(|check| check.status == Status::Inconclusive);
        match (self.result.verdict, self.blame) {
            (Verdict::GraderError, _) => false,
            // The spec is a part of the key: until it is mended, the same comes out.
            (_, Some(Blame::Author)) => true,
            _ => !undecided(),
        }
    }
}

impl Journal {
    /// Keeps a result. Of a settled work, traces that no report shows are let go.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record(&self, work: &WorkKey, recorded: &Recorded) -> Result<(), JournalError> {
        let result = serde_json::to_string(&recorded.result).map_err(|error| self.damaged(error))?;
        let verdict = word(&recorded.result.verdict);
        let blame = recorded.blame.map(Blame::word);
        let shown = recorded.shown.map(columns);
        let mut connection = self.lock();
        let keep = || -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            transaction.prepare_cached(
                "INSERT INTO result (work, verdict, settled, blame, graded_at, times, shown_round, shown_case, shown_schedule,
                     shown_name, result)
                 VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (work) DO UPDATE SET verdict = excluded.verdict, settled = excluded.settled,
                     blame = excluded.blame, graded_at = excluded.graded_at, times = times + 1,
                     shown_round = excluded.shown_round, shown_case = excluded.shown_case,
                     shown_schedule = excluded.shown_schedule, shown_name = excluded.shown_name,
                     result = excluded.result",
            )?.execute(params![
                work.0,
                verdict,
                recorded.is_settled(),
                blame,
                recorded.graded_at,
                shown.map(|shown| shown.0),
                shown.map(|shown| shown.1),
                shown.map(|shown| shown.2),
                recorded.shown_case,
                result
            ])?;
            if recorded.is_settled() {
                let (round, case, schedule) = shown.unwrap_or((-1, -1, -1));
                transaction
                    .prepare_cached(
                        "UPDATE run SET trace = NULL WHERE work = ?1 AND NOT (round = ?2 AND case_index = ?3 AND schedule = ?4)",
                    )?
                    .execute(params![work.0, round, case, schedule])?;
            }
            transaction.commit()
        };
        let mut keep = keep;
        keep().map_err(self.failed("keep a result"))
    }

    /// The works whose result need not be tried again.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn settled(&self) -> Result<BTreeSet<WorkKey>, JournalError> {
        let connection = self.lock();
        let read = || -> rusqlite::Result<BTreeSet<WorkKey>> {
            connection
                .prepare("SELECT work FROM result WHERE settled")?
                .query_map([], |row| Ok(WorkKey(row.get(0)?)))?
                .collect()
        };
        read().map_err(self.failed("read the results"))
    }

    /// Forgets what an undecided work's runs did, so that they are made again. Where there was no result, or we had
    /// failed, the runs that were made stand.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn reopen(&self, work: &WorkKey) -> Result<(), JournalError> {
        self.lock()
            .execute(
                "UPDATE run SET trace = NULL WHERE work = ?1
                 AND EXISTS (SELECT 1 FROM result WHERE work = ?1 AND verdict != ?2)",
                params![work.0, word(&Verdict::GraderError)],
            )
            .map(drop)
            .map_err(self.failed("forget an undecided run"))
    }

    /// The result of a work.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn recorded(&self, work: &WorkKey) -> Result<Option<Recorded>, JournalError> {
        let row = self
            .lock()
            .prepare_cached(
                "SELECT result, blame, graded_at, shown_round, shown_case, shown_schedule, shown_name
                 FROM result WHERE work = ?1",
            )
            .and_then(|mut select| select.query_row([&work.0], raw).optional())
            .map_err(self.failed("read a result"))?;
        row.map(|(result, blame, graded_at, shown, shown_case)| {
            let result = serde_json::from_str(&result).map_err(|error| self.damaged(error))?;
            Ok(Recorded { result, blame: blame.as_deref().and_then(Blame::of_word), shown, shown_case, graded_at })
        })
        .transpose()
    }
}

type Raw = (String, Option<String>, String, Option<RunKey>, Option<String>);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let (round, case, schedule): (Option<i64>, Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?, row.get(5)?);
    let shown = round.zip(case).zip(schedule).and_then(|((round, case), schedule)| {
        let (round, case) = (u32::try_from(round).ok()?, usize::try_from(case).ok()?);
        Some(RunKey { round, case, schedule: schedule.cast_unsigned() })
    });
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, shown, row.get(6)?))
}

/// A unit variant as serde names it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Blame {
    const fn word(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Machine => "machine",
            Self::Ours => "ours",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Author, Self::Machine, Self::Ours].into_iter().find(|blame| blame.word() == word)
    }
}
