//! The course as commands need it: loaded, with its mistakes drawn, and exercises found by what people call them.

use clap::CommandFactory;

use super::args::Cli;
use super::place::Place;
use super::{Console, Exit, Failure};
use crate::course::model::{Course, Exercise};
use crate::course::{self, CourseError};
use crate::diag;

/// Loads the course; mistakes in it are shown as they stand in the source.
pub(crate) fn load(place: &Place) -> Result<Course, Failure> {
    course::load(&place.course).map_err(|error| failure(&error))
}

/// Loads what these exercises need. A mistake elsewhere in the course does not keep a student from working.
pub(crate) fn load_for(place: &Place, names: &[String], console: &Console) -> Result<Course, Failure> {
    let error = match course::load(&place.course) {
        Ok(course) => return Ok(course),
        Err(error) => error,
    };
    if !matches!(error, CourseError::Invalid(_)) || names.iter().any(|name| name == "all") {
        return Err(failure(&error));
    }
    let exercises = names
        .iter()
        .map(|name| course::load_exercise(&place.course, name).map_err(|error| failure(&error)))
        .collect::<Result<_, _>>()?;
    console.warn("the course has mistakes elsewhere, which do not touch this exercise; `grade verify` shows them");
    Ok(Course { root: place.course.clone(), title: String::new(), chapters: Vec::new(), exercises })
}

/// What is wrong with a course, in words for who did not write it.
pub(crate) fn failure(error: &CourseError) -> Failure {
    let failure = author_failure(error);
    match error {
        CourseError::Invalid(_) => failure.help("these are mistakes of the course's author, not yours"),
        CourseError::NoSuchExercise(_) | CourseError::Io { .. } => failure,
    }
}

/// What is wrong with a course, in words for its author.
pub(crate) fn author_failure(error: &CourseError) -> Failure {
    let message = format!("failed to {error}");
    match error {
        CourseError::Invalid(mistakes) => {
            Failure::new(Exit::InvalidCourse, message).preface(diag::render(mistakes, diag::Style::Coloured))
        }
        CourseError::NoSuchExercise(_) => Failure::usage(message),
        CourseError::Io { .. } => Failure::new(Exit::InvalidCourse, message),
    }
}

/// The exercise that the person means.
pub(crate) fn one<'a>(course: &'a Course, name: &str) -> Result<&'a Exercise, Failure> {
    course::find_exercise(course, name).map_err(|error| {
        let failure = Failure::usage(format_args!("failed to {error}"));
        match near_command(name) {
            Some(command) => failure.help(format_args!("or did you mean the command `grade {command}`?")),
            None => failure,
        }
    })
}

/// The command that a word may be meant for: one letter too few, too many or wrong.
fn near_command(word: &str) -> Option<String> {
    if word == "help" {
        return Some("--help".to_owned());
    }
    let whole = Cli::command();
    let names = whole.get_subcommands().map(clap::Command::get_name);
    names
        .min_by_key(|name| strsim::damerau_levenshtein(word, name))
        .filter(|name| strsim::damerau_levenshtein(word, name) <= 1)
        .map(str::to_owned)
}

/// The exercises that the person means, each once, in the order in which they were named; `all` is the whole course.
pub(crate) fn many<'a>(course: &'a Course, names: &[String]) -> Result<Vec<&'a Exercise>, Failure> {
    let mut chosen: Vec<&Exercise> = Vec::new();
    for name in names {
        let meant = if name == "all" { course.exercises.iter().collect() } else { vec![one(course, name)?] };
        for exercise in meant {
            if !chosen.iter().any(|known| known.id == exercise.id) {
                chosen.push(exercise);
            }
        }
    }
    Ok(chosen)
}

/// What commands call an exercise: `ex07`.
pub(crate) fn short(exercise: &Exercise) -> &str {
    exercise.id.split('_').next().unwrap_or(&exercise.id)
}

/// The first exercise after this one, in the course's order, that is not done.
pub(crate) fn next<'a>(
    course: &'a Course,
    after: Option<&Exercise>,
    is_done: impl Fn(&str) -> bool,
) -> Option<&'a Exercise> {
    let start = after
        .and_then(|after| course.exercises.iter().position(|exercise| exercise.id == after.id))
        .map_or(0, |at| at + 1);
    let (before, behind) = course.exercises.split_at(start.min(course.exercises.len()));
    behind
        .iter()
        .chain(before)
        .filter(|exercise| after.is_none_or(|after| after.id != exercise.id))
        .find(|exercise| !is_done(&exercise.id))
}
