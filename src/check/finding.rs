use super::verdict::Evidence;
use crate::course::model::OperandError;
use crate::trace::query::Match;
use crate::trace::{Event, Trace};

/// What one check found in one run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Finding {
    /// It holds, and no more time could have changed that.
    Held,
    /// It holds in what was seen. If the run was cut short, more time could have broken it.
    HeldSoFar,
    /// It does not hold.
    Failed(Box<Failure>),
    /// The measurement could not decide; why, in a sentence.
    Inconclusive(String),
}

/// How a check failed in one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Failure {
    /// What was found, in a sentence or two, for a student.
    pub(crate) message: String,
    /// What was expected.
    pub(crate) expected: Option<String>,
    /// What was seen.
    pub(crate) actual: Option<String>,
    /// Where it can be seen.
    pub(crate) evidence: Vec<Evidence>,
    /// More time could have mended it: something has not come yet.
    pub(crate) open: bool,
}

/// The most lines of evidence that help; more would hide the telling ones.
pub(crate) const MOST_EVIDENCE: usize = 6;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    pub(crate) fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    pub(crate) fn actual(mut self, text: impl Into<String>) -> Self {
        self.actual = Some(text.into());
        self
    }

    /// Something has not come yet; if the run was cut short, the report says so.
    pub(crate) fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Adds evidence, the most telling first; what is too much is left out. It is shown in order of time.
    pub(crate) fn evidence(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        let room = MOST_EVIDENCE.saturating_sub(self.evidence.len());
        self.evidence.extend(evidence.into_iter().take(room));
        self.evidence.sort_by_key(|evidence| evidence.t);
        self
    }

    #[expect(clippy::unnecessary_wraps, reason = "every check returns its last failure so")]
    pub(crate) fn found(self) -> Found {
        Ok(Finding::Failed(Box::new(self)))
    }
}

/// What a check finds in a run, unless its author made a mistake.
pub(crate) type Found = Result<Finding, SpecFault>;

/// A mistake in a spec, or in what was recorded for it, that came to light only while judging. The author's, never the
/// student's.
#[derive(Debug, thiserror::Error)]
pub enum SpecFault {
    /// An event that the spec does not name.
    #[error("the spec has no event `{0}`")]
    NoEvent(String),
    /// A value that cannot be resolved for the case.
    #[error("a value of the check cannot be resolved: {0}")]
    Operand(#[from] OperandError),
    /// A value that should have been a whole number.
    #[error("`{0}` is no whole number")]
    NotANumber(String),
    /// A value that should have been a duration.
    #[error("`{value}` is no duration: {cause}")]
    NotADuration {
        /// The value.
        value: String,
        /// Why not.
        cause: crate::clock::DurationParseError,
    },
    /// A snapshot that is missing or cannot be read.
    #[error(transparent)]
    Snapshot(#[from] crate::trace::snapshot::SnapshotError),
}

/// A line as evidence.
pub(crate) fn line_evidence(line: &Match<'_>) -> Evidence {
    Evidence { t: line.at.t.as_nanos(), pid: line.pid, tid: line.tid, text: shorten(line.text) }
}

/// What an event shows, in words of ours.
pub(crate) fn event_evidence(event: &Event, text: impl Into<String>) -> Evidence {
    Evidence { t: event.t.as_nanos(), pid: event.pid, tid: event.tid, text: text.into() }
}

/// The end of the run as evidence.
pub(crate) fn end_evidence(trace: &Trace, text: impl Into<String>) -> Evidence {
    Evidence { t: trace.end.elapsed, pid: 0, tid: 0, text: text.into() }
}

/// A text that fits into a report.
pub(crate) fn shorten(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
