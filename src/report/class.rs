//! A class, as a batch left it: what every class-wide format is made of.

use serde::{Deserialize, Serialize};

use crate::check::verdict::{ExerciseResult, Verdict};
use crate::course::model::{CheckKind, Exercise, GroupBy};
use crate::trace::Trace;

/// What a batch found, as every format that speaks of a whole class reads it: plain data, filled from the batch's journal.
///
/// Traces are not in it, since those of a thousand submissions do not fit into memory at once: a page of one submission
/// gets its own as a [`Shown`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// The course's title.
    pub course: String,
    /// When the batch was graded (its last result), RFC 3339.
    pub graded_at: String,
    /// The version of `grade` that graded it.
    pub version: String,
    /// The roster's header row as the file has it; empty when there is no roster.
    pub roster: Vec<String>,
    /// The roster's row of points possible, as Canvas has one below its header; empty when there is none.
    #[serde(default)]
    pub possible: Vec<String>,
    /// The exercises that were graded, in the course's order.
    pub exercises: Vec<ExerciseFacts>,
    /// Everybody: who handed something in, and who stands on the roster, by id.
    pub students: Vec<Student>,
    /// Submissions with the same content by several students.
    pub duplicates: Vec<Duplicate>,
    /// Files that were not graded, and why.
    pub refused: Vec<Refused>,
    /// What was handed in and is not graded yet, as the batch was interrupted.
    #[serde(default)]
    pub pending: Vec<Pending>,
}

/// What reports need to know of an exercise, so that they can be written without the course at hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExerciseFacts {
    /// Its id, such as `ex07_race`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Points that can be reached.
    pub max_score: u32,
    /// Its checks, in order.
    pub checks: Vec<CheckFacts>,
    /// What its checks take for a critical section.
    pub sections: Vec<Section>,
}

/// What reports need to know of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckFacts {
    /// Its id.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// What it is worth.
    pub points: u32,
    /// Whether it looks at hidden cases only.
    pub hidden: bool,
}

/// A stretch of work between two lines that a check counts when it is open in several places at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The check's id.
    pub check: String,
    /// The name of the event that opens it.
    pub from: String,
    /// The regular expression of the lines that open it.
    pub from_pattern: String,
    /// The name of the event that closes it.
    pub to: String,
    /// The regular expression of the lines that close it.
    pub to_pattern: String,
    /// What one section belongs to.
    pub by: SectionOf,
}

/// What a section belongs to: its end closes the oldest that is open there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionOf {
    /// The whole run.
    Run,
    /// The thread that wrote the line.
    Thread,
    /// The process that wrote the line.
    Process,
    /// The value of this named group.
    Field(String),
}

/// One student and what they handed in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Student {
    /// The name of their submission's folder or file: safe as a file name, unique in the class.
    pub id: String,
    /// What people call them; the id where nothing better is known.
    pub name: String,
    /// Their row of the roster as the file has it; none when they do not stand there.
    pub roster: Option<Vec<String>>,
    /// What they handed in: at most one for each exercise, in the course's order.
    pub submissions: Vec<Submission>,
}

/// One graded submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The exercise's id.
    pub exercise: String,
    /// Where it came from, as the instructor knows it: a path below the folder of submissions, also one within an archive.
    pub origin: String,
    /// Whether it came late, where the download says so.
    pub late: bool,
    /// The content's BLAKE3 digest, hexadecimal.
    pub digest: String,
    /// What was found.
    pub result: ExerciseResult,
}

/// The same content, handed in by several students.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// The exercise's id.
    pub exercise: String,
    /// The content's BLAKE3 digest, hexadecimal.
    pub digest: String,
    /// The students' ids, two or more.
    pub students: Vec<String>,
}

/// A file that was not graded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The student's id, where it is known.
    pub student: Option<String>,
    /// The exercise that it is for, where it is known.
    pub exercise: Option<String>,
    /// Where it stands, as the instructor knows it.
    pub origin: String,
    /// Why it was not graded.
    pub why: String,
    /// Whether it says that the student did not try: a starter as it was, an empty file.
    #[serde(default)]
    pub not_attempted: bool,
}

/// A submission that is not graded yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The student's id.
    pub student: String,
    /// The exercise's id.
    pub exercise: String,
}

/// The run that a report shows of a submission: the one in which the first check failed, else that of the first case that
/// is not hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The case's name.
    pub case: String,
    /// The schedule's seed; 0 is the natural one.
    pub schedule: u64,
    /// What happened in it.
    pub trace: Trace,
}

impl Class {
    /// The student of this id.
    pub fn student(&self, id: &str) -> Option<&Student> {
        self.students.iter().find(|student| student.id == id)
    }

    /// The exercise of this id.
    pub fn exercise(&self, id: &str) -> Option<&ExerciseFacts> {
        self.exercises.iter().find(|exercise| exercise.id == id)
    }

    /// Who stands on the roster and handed in nothing, not even something that was refused.
    pub fn missing(&self) -> impl Iterator<Item = &Student> {
        let came = |student: &Student| {
            self.refused.iter().any(|file| file.student.as_ref() == Some(&student.id))
                || self.pending.iter().any(|pending| pending.student == student.id)
        };
        self.students
            .iter()
            .filter(move |student| student.roster.is_some() && student.submissions.is_empty() && !came(student))
    }

    /// What a student handed in that was refused, and is for this exercise or for nobody knows which.
    pub fn refused_of(&self, student: &str, exercise: &str) -> impl Iterator<Item = &Refused> {
        self.refused.iter().filter(move |file| {
            file.student.as_deref() == Some(student) && file.exercise.as_deref().is_none_or(|known| known == exercise)
        })
    }

    /// Every submission with its student.
    pub fn submissions(&self) -> impl Iterator<Item = (&Student, &Submission)> {
        self.students.iter().flat_map(|student| student.submissions.iter().map(move |submission| (student, submission)))
    }
}

impl Student {
    /// What they handed in for this exercise.
    pub fn submission(&self, exercise: &str) -> Option<&Submission> {
        self.submissions.iter().find(|submission| submission.exercise == exercise)
    }
}

/// The points that a result gives a student; none when we could not decide, which is never a zero.
pub fn grade(result: &ExerciseResult) -> Option<u32> {
    match result.verdict {
        Verdict::Passed | Verdict::Failed | Verdict::BuildFailed => Some(result.score),
        Verdict::Inconclusive | Verdict::GraderError => None,
    }
}

/// Where a submission's result stands below a batch's output folder; `extension` is `json` or `html`.
pub fn result_path(student: &str, exercise: &str, extension: &str) -> String {
    format!("results/{student}/{exercise}.{extension}")
}

impl From<&Exercise> for ExerciseFacts {
    fn from(exercise: &Exercise) -> Self {
        let spec = &exercise.spec;
        let hidden = |name: &String| spec.cases.iter().any(|case| case.name == *name && case.hidden);
        let checks = spec.checks.iter().map(|check| CheckFacts {
            id: check.id.clone(),
            name: check.name.clone(),
            points: check.points,
            hidden: match check.cases.as_slice() {
                [] => spec.cases.iter().all(|case| case.hidden),
                names => names.iter().all(hidden),
            },
        });
        let sections = spec.checks.iter().filter_map(|check| {
            let CheckKind::Overlap(overlap) = &check.kind else { return None };
            Some(Section {
                check: check.id.clone(),
                from: overlap.from.clone(),
                from_pattern: spec.events.get(&overlap.from)?.regex.as_str().to_owned(),
                to: overlap.to.clone(),
                to_pattern: spec.events.get(&overlap.to)?.regex.as_str().to_owned(),
                by: match &overlap.by {
                    None => SectionOf::Run,
                    Some(GroupBy::Thread) => SectionOf::Thread,
                    Some(GroupBy::Process) => SectionOf::Process,
                    Some(GroupBy::Field(name)) => SectionOf::Field(name.clone()),
                },
            })
        });
        Self {
            id: exercise.id.clone(),
            title: spec.title.clone(),
            max_score: spec.max_score(),
            checks: checks.collect(),
            sections: sections.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Refused, Student, grade};
    use crate::check::verdict::{ExerciseResult, Verdict};
    use crate::report::samples::result;

    #[test]
    fn what_is_our_fault_gives_no_grade_rather_than_a_zero() {
        let with = |verdict| grade(&ExerciseResult { verdict, score: 3, ..result() });
        assert_eq!(with(Verdict::Failed), Some(3));
        assert_eq!(with(Verdict::Inconclusive), None);
        assert_eq!(with(Verdict::GraderError), None);
    }

    #[test]
    fn who_stands_on_the_roster_and_handed_in_nothing_is_missing() {
        let student =
            |id: &str, listed: bool| Student { id: id.to_owned(), roster: listed.then(Vec::new), ..Student::default() };
        let broken = Refused {
            student: Some("zoe".to_owned()),
            exercise: None,
            origin: "zoe.zip".to_owned(),
            why: "broken".to_owned(),
            not_attempted: false,
        };
        let students = vec![student("ann", true), student("guest", false), student("zoe", true)];
        let class = Class { students, refused: vec![broken], ..Class::default() };
        assert_eq!(class.missing().map(|student| student.id.as_str()).collect::<Vec<_>>(), ["ann"]);
    }
}
