//! A whole class, side by side: each work once, each finished piece in the journal.

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::journal::{Blame, Journal, Recorded, WorkMemory};
use super::plan::Unit;
use super::{Engines, Graded, Grader, Interrupted, JournalError, OurFault, Seeds, Task};
use crate::build::Builder;
use crate::check::verdict::{BuildSummary, ExerciseResult, SCHEMA, Verdict};
use crate::engine::Interrupt;
use crate::event::{EventSink, GradeEvent};
use crate::pool::Pool;

/// How a batch goes.
#[derive(Debug)]
pub enum BatchEvent<'a> {
    /// A unit's grading began; it needs this many runs at most.
    Started {
        /// Its place among the units.
        unit: usize,
        /// How many runs.
        runs: u32,
    },
    /// It was built, or did not compile.
    Built {
        /// Its place among the units.
        unit: usize,
    },
    /// One of its runs ended, or was known.
    Ran {
        /// Its place among the units.
        unit: usize,
    },
    /// It was graded, and its result is in the journal.
    Finished {
        /// Its place among the units.
        unit: usize,
        /// What was found.
        result: &'a ExerciseResult,
    },
}

/// Who is told how a batch goes. Shared between the threads that grade; must not block for long.
pub trait Watcher: Sync {
    /// Takes note of an event.
    fn note(&self, event: BatchEvent<'_>);
}

/// Why a batch ended before its end. What was finished is in the journal.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The person asked for it.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The journal cannot be written any more.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Grades many submissions.
pub struct Conductor<'a> {
    /// What builds them.
    pub builder: &'a Builder<'a>,
    /// What runs them.
    pub engines: &'a Engines,
    /// Where they are run.
    pub pool: &'a Pool,
    /// Under which schedules.
    pub seeds: Seeds,
    /// Set when the person asks for the end.
    pub interrupt: Interrupt,
    /// Where finished pieces are kept.
    pub journal: &'a Journal,
    /// Who is told how it goes.
    pub watcher: &'a dyn Watcher,
}

impl Conductor<'_> {
    /// Grades these units. A unit that cannot be graded by our fault is recorded as such, and the others go on.
    ///
    /// # Errors
    /// When the person asks for the end, or the journal cannot be written.
    pub fn conduct(&self, units: &[&Unit<'_>]) -> Result<(), Stopped> {
        let stopped: Mutex<Option<JournalError>> = Mutex::new(None);
        let stop = AtomicBool::new(false);
        let numbered: Vec<(usize, &Unit<'_>)> = units.iter().copied().enumerate().collect();
        self.pool.each(&numbered, &|(number, unit)| {
            if stop.load(Ordering::SeqCst) || self.interrupt.is_set() {
                return;
            }
            if let Err(Stopped::Journal(error)) = self.one(*number, unit) {
                stop.store(true, Ordering::SeqCst);
                stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        });
        if let Some(error) = stopped.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error.into());
        }
        if self.interrupt.is_set() { Err(Interrupted.into()) } else { Ok(()) }
    }

    fn one(&self, number: usize, unit: &Unit<'_>) -> Result<(), Stopped> {
        self.journal.reopen(&unit.key)?;
        let events = Relay { watcher: self.watcher, unit: number };
        let grader = Grader {
            builder: self.builder,
            engines: self.engines,
            pool: self.pool,
            events: &events,
            interrupt: self.interrupt.clone(),
        };
        let id = &unit.exercise.id;
        let task = Task {
            exercise: unit.exercise,
            language: unit.language,
            // Several students may have handed it in: messages name no one's own file.
            file: PathBuf::from(unit.language.file_name()),
            content: Some(unit.source),
            seeds: self.seeds,
            command: format!("grade {}", id.split('_').next().unwrap_or(id)),
            colour: false,
            called: Some(unit.called()),
        };
        let memory = WorkMemory::new(self.journal, &unit.key);
        // A bug that one submission brings to light shall not cost the others their grades.
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| grader.grade_with(&task, &memory)));
        let recorded = match outcome {
            Ok(done) => recorded(done?, unit)?,
            Err(panic) => crashed(unit, panic.as_ref()),
        };
        self.journal.record(&unit.key, &recorded)?;
        self.watcher.note(BatchEvent::Finished { unit: number, result: &recorded.result });
        Ok(())
    }
}

/// A result for the journal; an error when it is the journal itself that failed.
fn recorded(graded: Graded, unit: &Unit<'_>) -> Result<Recorded, JournalError> {
    let blame = match graded.our_fault {
        Some(OurFault::Journal(error)) => return Err(error),
        Some(fault) if fault.is_the_machines() => Some(Blame::Machine),
        Some(_) => Some(Blame::Ours),
        None if !graded.author_faults.is_empty() => Some(Blame::Author),
        None => None,
    };
    let case = graded.shown.and_then(|shown| unit.exercise.spec.cases.get(shown.case));
    let shown_case = case.map(|case| case.name.clone());
    Ok(Recorded { result: graded.result, blame, shown: graded.shown, shown_case, graded_at: now() })
}

/// The result of a submission whose grading panicked.
fn crashed(unit: &Unit<'_>, panic: &(dyn std::any::Any + Send)) -> Recorded {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let result = ExerciseResult {
        schema: SCHEMA.to_owned(),
        exercise: unit.exercise.id.clone(),
        language: unit.language,
        verdict: Verdict::GraderError,
        score: 0,
        max_score: unit.exercise.spec.max_score(),
        checks: Vec::new(),
        build: BuildSummary::default(),
        run: None,
        replay: None,
        notes: vec![format!("grade itself crashed: {}", said.unwrap_or("it did not say why"))],
    };
    Recorded { result, blame: Some(Blame::Ours), shown: None, shown_case: None, graded_at: now() }
}

/// The present moment, RFC 3339, to the second.
fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

/// Tells the watcher of one unit's events.
struct Relay<'a> {
    watcher: &'a dyn Watcher,
    unit: usize,
}

impl EventSink for Relay<'_> {
    fn emit(&self, event: GradeEvent) {
        match event {
            GradeEvent::ExerciseStarted { runs, .. } => {
                self.watcher.note(BatchEvent::Started { unit: self.unit, runs });
            }
            GradeEvent::Built { .. } => self.watcher.note(BatchEvent::Built { unit: self.unit }),
            GradeEvent::RunFinished { .. } => self.watcher.note(BatchEvent::Ran { unit: self.unit }),
            // Of set-ups the builder tells; that it is finished is told when it is in the journal.
            _ => {}
        }
    }
}
