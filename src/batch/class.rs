//! The class as reports read it, from the journal alone.

use std::collections::BTreeMap;

use super::JournalError;
use super::journal::{Blame, Entry, Journal};
use crate::check::likeness;
use crate::report::class::{Class, Duplicate, ExerciseFacts, Pending, Shown, Student, Submission};

/// A class, and what of it is open or went wrong.
#[derive(Debug, Default)]
pub struct Reading {
    /// What was graded.
    pub class: Class,
    /// Submissions that have no result yet.
    pub open: usize,
    /// Who is to blame for submissions that could not be graded as they should be, each once.
    pub blames: Vec<Blame>,
    entries: Vec<Entry>,
}

impl Reading {
    /// Reads it all but the traces.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn of(journal: &Journal) -> Result<Self, JournalError> {
        let mut reading = Self::default();
        let entries = journal.entries()?;
        let people = journal.people()?;
        let facts: Vec<ExerciseFacts> = journal
            .exercises()?
            .iter()
            .map(|facts| serde_json::from_str(facts).map_err(|cause| journal.damaged(cause)))
            .collect::<Result<_, _>>()?;
        let mut students: BTreeMap<String, Student> = people
            .people
            .into_iter()
            .map(|person| {
                let id = person.id.clone();
                (id, Student { id: person.id, name: person.name, roster: person.row, submissions: Vec::new() })
            })
            .collect();
        let class = &mut reading.class;
        for entry in &entries {
            let Some(recorded) = journal.recorded(&entry.work)? else {
                reading.open += 1;
                class.pending.push(Pending { student: entry.student.clone(), exercise: entry.exercise.clone() });
                continue;
            };
            if let Some(blame) = recorded.blame.filter(|blame| !reading.blames.contains(blame)) {
                reading.blames.push(blame);
            }
            class.graded_at = std::mem::take(&mut class.graded_at).max(recorded.graded_at);
            let student = students.entry(entry.student.clone()).or_insert_with(|| Student {
                id: entry.student.clone(),
                name: entry.student.clone(),
                ..Student::default()
            });
            student.submissions.push(Submission {
                exercise: entry.exercise.clone(),
                origin: entry.origin.clone(),
                late: entry.late,
                digest: entry.digest.clone(),
                result: recorded.result,
            });
        }
        let place = |id: &str| facts.iter().position(|exercise| exercise.id == id).unwrap_or(usize::MAX);
        for student in students.values_mut() {
            student.submissions.sort_by_key(|submission| place(&submission.exercise));
        }
        class.course = journal.course()?;
        env!("CARGO_PKG_VERSION").clone_into(&mut class.version);
        class.roster = people.header;
        class.possible = people.possible;
        class.duplicates = duplicates(&entries);
        class.refused = journal.excluded()?;
        // An exercise of which everything was refused is one that was handed in; starters of a whole course are none.
        let handed_in = |id: &str| {
            entries.iter().any(|entry| entry.exercise == id)
                || class.refused.iter().any(|file| !file.not_attempted && file.exercise.as_deref() == Some(id))
        };
        class.exercises = facts.into_iter().filter(|exercise| handed_in(&exercise.id)).collect();
        class.students = students.into_values().collect();
        reading.entries = entries;
        Ok(reading)
    }

    /// The run that a report shows of a submission.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn shown(&self, journal: &Journal, student: &str, exercise: &str) -> Result<Option<Shown>, JournalError> {
        let known = self.entries.iter().find(|entry| entry.student == student && entry.exercise == exercise);
        let Some(Entry { work, .. }) = known else { return Ok(None) };
        let Some(recorded) = journal.recorded(work)? else { return Ok(None) };
        let (Some(run), Some(case)) = (recorded.shown, recorded.shown_case) else { return Ok(None) };
        Ok(journal.trace(work, run)?.map(|trace| Shown { case, schedule: run.schedule, trace }))
    }

    /// Submissions that are the same but for comments and layout, of different content and by several students.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn alike(&self, journal: &Journal) -> Result<Vec<Duplicate>, JournalError> {
        let mut likeness_of: BTreeMap<&str, Option<String>> = BTreeMap::new();
        let mut same: BTreeMap<(&str, &str, String), Vec<&Entry>> = BTreeMap::new();
        for entry in &self.entries {
            if !likeness_of.contains_key(entry.digest.as_str()) {
                let source = journal.source(&entry.digest)?;
                let found = likeness(entry.language, &String::from_utf8_lossy(&source));
                likeness_of.insert(&entry.digest, found);
            }
            let known = likeness_of.get(entry.digest.as_str()).cloned().flatten();
            if let Some(known) = known {
                same.entry((&entry.exercise, entry.language.name(), known)).or_default().push(entry);
            }
        }
        let several = same.into_iter().filter(|(_, entries)| entries.iter().any(|one| one.digest != entries[0].digest));
        let alike = several.map(|((exercise, _, digest), entries)| Duplicate {
            exercise: exercise.to_owned(),
            digest,
            students: entries.into_iter().map(|entry| entry.student.clone()).collect(),
        });
        Ok(alike.collect())
    }
}

/// The same content, handed in by several students.
fn duplicates(entries: &[Entry]) -> Vec<Duplicate> {
    let mut same: BTreeMap<(&str, &str, &str), Vec<String>> = BTreeMap::new();
    for entry in entries {
        let content = (entry.exercise.as_str(), entry.language.name(), entry.digest.as_str());
        same.entry(content).or_default().push(entry.student.clone());
    }
    same.into_iter()
        .filter(|(_, students)| students.len() > 1)
        .map(|((exercise, _, digest), students)| Duplicate {
            exercise: exercise.to_owned(),
            digest: digest.to_owned(),
            students,
        })
        .collect()
}
