//! Whether all grades of an exercise would be by the same cases: one table holds one scale.

use std::collections::BTreeSet;

use super::JournalError;
use super::journal::Journal;
use super::plan::{Plan, cases_of};

/// An exercise of which an earlier batch graded other cases than this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherCases {
    /// The exercise's id.
    pub exercise: String,
    /// The earlier cases: `["ann", "bo"]`.
    pub cases: String,
    /// Whether somebody whom this batch does not look at has a result of them.
    pub of_others: bool,
}

impl Plan<'_> {
    /// Exercises that an earlier batch graded by other cases; `covers` says whom this one looks at.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn other_cases(
        &self,
        journal: &Journal,
        covers: &dyn Fn(&str, &str) -> bool,
    ) -> Result<Vec<OtherCases>, JournalError> {
        let graded: BTreeSet<(&str, &str)> =
            self.roll.entries.iter().map(|entry| (entry.student.as_str(), entry.exercise.as_str())).collect();
        let mut found: Vec<OtherCases> = Vec::new();
        for (student, exercise, choice) in journal.choices()? {
            let now = self.units.iter().find(|unit| unit.exercise.id == exercise);
            let earlier = cases_of(&choice);
            if now.is_none_or(|unit| cases_of(&unit.work.choice) == earlier) {
                continue;
            }
            let of_others = !covers(&student, &exercise) && !graded.contains(&(&student, &exercise));
            match found.iter_mut().find(|known| known.exercise == exercise) {
                Some(known) => known.of_others |= of_others,
                None => found.push(OtherCases { exercise, cases: earlier.to_owned(), of_others }),
            }
        }
        Ok(found)
    }
}
