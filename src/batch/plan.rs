//! From what a class handed in to the works that are to be graded, each once.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::journal::{Entry, Known, People, Person, Roll, Work, WorkKey};
use super::submissions::{Found, Roster, Submitted};
use super::{Engines, Seeds};
use crate::build::{BuildError, Builder};
use crate::course::model::{Course, Exercise, Language};
use crate::report::class::{ExerciseFacts, Refused};
use crate::report::harmless;

/// What stands before the cases of a [`choice`].
const CASES: &str = "; cases ";

/// What is graded once, whoever handed it in.
#[derive(Debug)]
pub struct Unit<'a> {
    /// Its key in the journal.
    pub key: WorkKey,
    /// What the key is made of.
    pub work: Work,
    /// The exercise.
    pub exercise: &'a Exercise,
    /// Its language.
    pub language: Language,
    /// Its content.
    pub source: &'a [u8],
    /// Who handed it in, by id.
    pub students: Vec<&'a str>,
}

impl Unit<'_> {
    /// Whose it is and what, for people: `anna and 2 more: ex07_race (rust)`.
    pub fn called(&self) -> String {
        let first = harmless(self.students.first().copied().unwrap_or_default());
        let who = match self.students.len() {
            0 | 1 => first,
            more => format!("{first} and {} more", more - 1),
        };
        format!("{who}: {} ({})", self.exercise.id, self.language)
    }
}

/// Everything that a batch has to do, done before or not.
#[derive(Debug)]
pub struct Plan<'a> {
    /// What is graded, in the order of the submissions.
    pub units: Vec<Unit<'a>>,
    /// Who handed in what, for the journal.
    pub roll: Roll,
}

/// What decides results beside the submissions.
pub struct Setting<'a> {
    /// What of the course is graded.
    pub course: &'a Course,
    /// All of the course.
    pub whole: &'a Course,
    /// Whether some students alone are asked for.
    pub of_some: bool,
    /// What builds the submissions.
    pub builder: &'a Builder<'a>,
    /// What runs them.
    pub engines: &'a Engines,
    /// Under which schedules.
    pub seeds: Seeds,
    /// The build of `grade` itself.
    pub own_build: &'a str,
}

/// Why there is no plan. The machine's fault.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A compiler or an interpreter that a submission needs is not there.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A spec or a snapshot could not be read.
    #[error("failed to read {}: {cause}", path.display())]
    Spec {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl<'a> Plan<'a> {
    /// Plans the grading of all that was found.
    ///
    /// # Errors
    /// When a tool that a submission needs is not there, or a spec cannot be read.
    pub fn new(found: &'a Found, setting: &Setting<'a>) -> Result<Self, PlanError> {
        let engine = engine(setting);
        let mut specs: BTreeMap<&str, String> = BTreeMap::new();
        let mut units: Vec<Unit<'a>> = Vec::new();
        let mut places: BTreeMap<WorkKey, usize> = BTreeMap::new();
        let mut roll = roll(found, setting);
        for submitted in &found.submissions {
            let known = setting.course.exercises.iter().find(|exercise| exercise.id == submitted.exercise);
            let Some(exercise) = known else { continue };
            let spec = match specs.get(exercise.id.as_str()) {
                Some(digest) => digest.clone(),
                None => specs.entry(&exercise.id).or_insert(spec_digest(exercise)?).clone(),
            };
            let work = Work {
                exercise: exercise.id.clone(),
                language: submitted.language.name().to_owned(),
                digest: submitted.digest.clone(),
                spec,
                build: setting.builder.identity(submitted.language, &submitted.source)?,
                engine: engine.clone(),
                choice: choice(exercise, setting),
            };
            let key = work.key();
            roll.entries.push(entry(submitted, &key));
            if let Some(place) = places.get(&key) {
                units[*place].students.push(&submitted.student);
                continue;
            }
            places.insert(key.clone(), units.len());
            let (language, source) = (submitted.language, submitted.source.as_slice());
            units.push(Unit { key, work, exercise, language, source, students: vec![&submitted.student] });
        }
        Ok(Self { units, roll })
    }
}

/// The cases of a [`choice`].
pub(super) fn cases_of(choice: &str) -> &str {
    choice.split_once(CASES).map_or("", |(_, cases)| cases)
}

fn entry(submitted: &Submitted, key: &WorkKey) -> Entry {
    Entry {
        student: submitted.student.clone(),
        exercise: submitted.exercise.clone(),
        language: submitted.language,
        digest: submitted.digest.clone(),
        origin: submitted.origin.clone(),
        late: submitted.late,
        work: key.clone(),
    }
}

/// Everything but who handed in what.
fn roll(found: &Found, setting: &Setting<'_>) -> Roll {
    let rows =
        |row: Option<usize>| found.roster.as_ref().zip(row).and_then(|(roster, row)| roster.rows.get(row).cloned());
    let name = |row: Option<usize>| {
        let students = found.roster.iter().flat_map(|roster| &roster.students);
        students.filter(|student| Some(student.row) == row).find_map(|student| student.name.clone())
    };
    let people = found.students.iter().map(|student| Person {
        id: student.name.clone(),
        name: name(student.row).unwrap_or_else(|| student.original.clone()),
        row: rows(student.row),
    });
    let excluded = found.refused.iter().map(|refused| Refused {
        student: refused.student.clone(),
        exercise: refused.exercise.clone(),
        origin: refused.origin.clone(),
        why: refused.reason.to_string(),
        not_attempted: refused.reason.is_not_attempted(),
    });
    let exercises = setting.whole.exercises.iter().map(|exercise| {
        let graded = setting.course.exercises.iter().find(|graded| graded.id == exercise.id);
        let facts = ExerciseFacts::from(graded.unwrap_or(exercise));
        let facts = serde_json::to_string(&facts).expect("plain data is always JSON");
        Known { id: exercise.id.clone(), facts, graded: graded.is_some() }
    });
    Roll {
        course: setting.whole.title.clone(),
        exercises: exercises.collect(),
        entries: Vec::new(),
        excluded: excluded.collect(),
        people: People {
            header: found.roster.as_ref().map(|roster| roster.header.clone()).unwrap_or_default(),
            possible: found.roster.as_ref().and_then(Roster::possible).map(<[String]>::to_vec).unwrap_or_default(),
            people: people.collect(),
        },
        of_some: setting.of_some,
    }
}

/// What runs and judges, in words that a person can read in the journal.
fn engine(setting: &Setting<'_>) -> String {
    let engines = setting.engines;
    let first = &engines.first;
    let clock = if first.is_virtual() { "virtual" } else { "wall" };
    let wall = if engines.wall.is_some() { ", else wall" } else { "" };
    format!("{} in {}, {clock}{wall}; grade {}", first.name(), first.rung().name(), setting.own_build)
}

/// What was chosen on the command line and touches this exercise.
fn choice(exercise: &Exercise, setting: &Setting<'_>) -> String {
    let seeds = setting.seeds.list(exercise.spec.schedules, setting.engines.first.has_schedules());
    let cases: Vec<&str> = exercise.spec.cases.iter().map(|case| case.name.as_str()).collect();
    format!("schedules {:?}..{:?}{CASES}{cases:?}", seeds.first(), seeds.last())
}

/// The digest of a spec and its snapshots.
fn spec_digest(exercise: &Exercise) -> Result<String, PlanError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |cause| PlanError::Spec { path, cause }
    };
    let folder = &exercise.grader;
    let mut files = vec![folder.join("spec.toml")];
    for file in std::fs::read_dir(folder).map_err(failed(folder))? {
        let path = file.map_err(failed(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "snap") {
            files.push(path);
        }
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for path in files {
        let content = std::fs::read(&path).map_err(failed(&path))?;
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        for part in [name, &content] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}
