use rusqlite::{OptionalExtension, params};

use super::{Journal, JournalError, WorkKey, encoding};
use crate::batch::{Memory, RunKey};
use crate::trace::Trace;

/// The journal as the memory of one work's grading.
#[derive(Debug)]
pub struct WorkMemory<'a> {
    journal: &'a Journal,
    work: &'a WorkKey,
}

impl<'a> WorkMemory<'a> {
    /// The memory of this work.
    pub fn new(journal: &'a Journal, work: &'a WorkKey) -> Self {
        Self { journal, work }
    }
}

impl Memory for WorkMemory<'_> {
    fn known(&self, run: RunKey) -> Result<Option<Trace>, JournalError> {
        match self.journal.trace(self.work, run) {
            // A trace that cannot be read (any more) is made again: that costs one run, and not the batch.
            Err(JournalError::Damaged { .. }) => Ok(None),
            read => read,
        }
    }

    fn keep(&self, run: RunKey, trace: &Trace) -> Result<(), JournalError> {
        let path = &self.journal.path;
        let packed = encoding::pack(trace).map_err(JournalError::system("compress a trace for", path))?;
        let ended = serde_json::to_string(&trace.end.ended).unwrap_or_default();
        let connection = self.journal.lock();
        let kept = connection
            .prepare_cached(
                "INSERT INTO run (work, round, case_index, schedule, times, ended, cpu, real, trace)
                 VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8)
                 ON CONFLICT (work, round, case_index, schedule) DO UPDATE SET times = times + 1,
                     ended = excluded.ended, cpu = excluded.cpu, real = excluded.real, trace = excluded.trace",
            )
            .and_then(|mut insert| {
                let (round, case, schedule) = columns(run);
                insert.execute(params![
                    self.work.0,
                    round,
                    case,
                    schedule,
                    ended.trim_matches('"'),
                    trace.end.cpu.cast_signed(),
                    trace.end.real.cast_signed(),
                    packed
                ])
            });
        kept.map(drop).map_err(self.journal.failed("keep a run"))
    }
}

impl Journal {
    /// What this run did, where its trace is kept.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn trace(&self, work: &WorkKey, run: RunKey) -> Result<Option<Trace>, JournalError> {
        let (round, case, schedule) = columns(run);
        let packed: Option<Vec<u8>> = self
            .lock()
            .prepare_cached(
                "SELECT trace FROM run WHERE work = ?1 AND round = ?2 AND case_index = ?3 AND schedule = ?4",
            )
            .and_then(|mut select| {
                select.query_row(params![work.0, round, case, schedule], |row| row.get(0)).optional()
            })
            .map_err(self.failed("read a run"))?
            .flatten();
        packed.map(|packed| encoding::unpack(&packed).map_err(|cause| self.damaged(cause))).transpose()
    }

    /// How many runs there are, and how many of them were made more than once.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn run_counts(&self) -> Result<(u64, u64), JournalError> {
        self.lock()
            .query_row("SELECT count(*), count(*) FILTER (WHERE times > 1) FROM run", [], |row| {
                Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned()))
            })
            .map_err(self.failed("count the runs"))
    }
}

/// `SQLite`'s integers have a sign.
pub(super) fn columns(run: RunKey) -> (i64, i64, i64) {
    (run.round.into(), i64::try_from(run.case).unwrap_or(i64::MAX), run.schedule.cast_signed())
}
