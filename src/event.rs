//! The one stream of events from the grading to every reporter: terminal, JSON, JUnit all consume the same.

use std::time::{Duration, Instant};

use crate::check::verdict::ExerciseResult;
use crate::course::model::Language;

/// Something that a person or a report may want to know while grading goes on.
#[derive(Clone, Debug)]
pub enum GradeEvent {
    /// A piece of set-up that may take long began (libraries are compiled, a virtual environment is made).
    SetupStarted {
        /// What is done, as in "compiling the course's libraries (once)".
        what: String,
    },
    /// A step of the set-up, such as a library that is being compiled.
    SetupProgress {
        /// How far, in words.
        step: String,
    },
    /// The set-up ended.
    SetupFinished {
        /// How long it took, in real time.
        took: Duration,
    },
    /// The grading of one submission began.
    ExerciseStarted {
        /// The exercise's id.
        exercise: String,
        /// The submission's language.
        language: Language,
        /// How many runs it needs at most.
        runs: u32,
    },
    /// The build ended.
    Built {
        /// The exercise's id.
        exercise: String,
        /// Whether it went well.
        ok: bool,
        /// How long it took, in real time.
        took: Duration,
    },
    /// A run ended.
    RunFinished {
        /// The exercise's id.
        exercise: String,
        /// The case's name.
        case: String,
        /// The schedule's seed.
        schedule: u64,
    },
    /// The grading of one submission ended.
    ExerciseFinished {
        /// What it found.
        result: Box<ExerciseResult>,
    },
}

/// What a worker of the pool does at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerStatus {
    /// Which of the pool's slots it fills, from 0.
    pub slot: usize,
    /// Its process id.
    pub pid: u32,
    /// What it does, as a verb and what it is done to: `build main.rs`.
    pub job: String,
    /// Since when.
    pub since: Instant,
}

/// Where events go. Shared between the threads that grade.
pub trait EventSink: Sync {
    /// Takes note of an event; must not block for long.
    fn emit(&self, event: GradeEvent);
}

/// For tests, and for callers that want only the result.
pub struct Silent;

impl EventSink for Silent {
    fn emit(&self, _: GradeEvent) {}
}
