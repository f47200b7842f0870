use super::{RefusedReason, Roster};
use crate::course::model::Language;

/// What a folder of submissions holds, in a fixed order: by student, then by exercise.
#[derive(Debug, Default)]
pub struct Found {
    /// What can be graded: at most one a student and exercise.
    pub submissions: Vec<Submitted>,
    /// What cannot, each with its reason. The good rest of a student's files is in `submissions` all the same.
    pub refused: Vec<Refused>,
    /// Everybody who handed something in or is in the roster.
    pub students: Vec<Student>,
    /// What an instructor should be told, though nothing is wrong with it.
    pub notes: Vec<Note>,
    /// The roster, when there is one.
    pub roster: Option<Roster>,
}

impl Found {
    /// Students of the roster from whom nothing came in, not even something refused.
    pub fn missing(&self) -> impl Iterator<Item = &Student> {
        self.students.iter().filter(|student| !student.handed_in)
    }
}

/// One program that a student handed in for one exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The student: safe as a file name, and nobody else's. See [`Student::name`].
    pub student: String,
    /// The exercise's id: `ex07_race`.
    pub exercise: String,
    /// The language, by the file's name.
    pub language: Language,
    /// The program's text as it was handed in.
    pub source: Vec<u8>,
    /// Where a person finds it, below the folder that was read: `alice.zip: ex07_race/main.rs`. Holds the student's
    /// own characters: show it through [`crate::report::harmless`].
    pub origin: String,
    /// BLAKE3 of `source` in hexadecimal.
    pub digest: String,
    /// Whether the learning platform marked it as late.
    pub late: bool,
}

/// Something that was handed in and cannot be graded.
#[derive(Debug)]
pub struct Refused {
    /// The student, where one is known.
    pub student: Option<String>,
    /// The exercise, where one is known.
    pub exercise: Option<String>,
    /// Where a person finds it; as hostile as [`Submitted::origin`].
    pub origin: String,
    /// Why.
    pub reason: RefusedReason,
}

/// Somebody who handed something in, or is in the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Student {
    /// Safe as a file name, unique also where case does not count, and the same in every reading of the same folder.
    pub name: String,
    /// What it was made of: the name of a folder, an archive or a row of the roster. Show it through
    /// [`crate::report::harmless`].
    pub original: String,
    /// The row of [`Roster::rows`] that is this student.
    pub row: Option<usize>,
    /// Whether anything came in from this student, for the exercises that were asked for.
    pub handed_in: bool,
}

/// What an instructor should be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Several files were one student's for one exercise: which one was taken, and which were not.
    Chosen {
        /// The student.
        student: String,
        /// The exercise.
        exercise: String,
        /// Where the one that was taken is.
        taken: String,
        /// Where the others are.
        passed_over: Vec<String>,
    },
    /// There is a roster, and this student is not in it.
    NotInRoster {
        /// The student.
        student: String,
    },
    /// The roster has two rows for what looks like one student, or one that says nothing.
    RosterRow {
        /// The row of [`Roster::rows`].
        row: usize,
        /// What is odd about it.
        what: String,
    },
}
