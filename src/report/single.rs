use super::class::{ExerciseFacts, Shown};
use crate::check::verdict::ExerciseResult;

/// One graded submission, as every format of one result reads it.
#[derive(Clone, Copy, Debug)]
pub struct Single<'a> {
    /// What the exercise is.
    pub facts: &'a ExerciseFacts,
    /// What was found.
    pub result: &'a ExerciseResult,
    /// The submission's file as the reader knows it: a path from the folder in which the reader stands.
    pub file: &'a str,
    /// The run to be shown, when one may be.
    pub shown: Option<&'a Shown>,
}
