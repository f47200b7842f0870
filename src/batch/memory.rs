use super::JournalError;
use crate::trace::Trace;

/// Which run of a submission: one case under one schedule, in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey {
    /// The round, from 0: a submission that the first engine's clock does not cover is run again on the machine's clock,
    /// and there once more when a busy machine left something undecided. Each of these is a round.
    pub round: u32,
    /// The case's place in the spec.
    pub case: usize,
    /// The schedule's seed.
    pub schedule: u64,
}

/// What a grading remembers from one call to the next, so that no finished run is made twice.
pub trait Memory: Sync {
    /// What this run did, when it was made before.
    ///
    /// # Errors
    /// When the memory cannot be read.
    fn known(&self, run: RunKey) -> Result<Option<Trace>, JournalError>;

    /// Keeps what a run did. When this returns, the death of the process no longer loses it.
    ///
    /// # Errors
    /// When it cannot be written.
    fn keep(&self, run: RunKey, trace: &Trace) -> Result<(), JournalError>;
}

/// Remembers nothing: for who grades one submission and wants its result now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful;

impl Memory for Forgetful {
    fn known(&self, _: RunKey) -> Result<Option<Trace>, JournalError> {
        Ok(None)
    }

    fn keep(&self, _: RunKey, _: &Trace) -> Result<(), JournalError> {
        Ok(())
    }
}
