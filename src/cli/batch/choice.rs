//! What of a course a batch is about.

use super::BatchArgs;
use crate::batch::OtherCases;
use crate::cli::{Console, Failure, catalogue, shown};
use crate::course::model::{Course, Exercise};
use crate::report::harmless;

/// The course with the chosen exercises and cases alone.
pub(super) fn narrowed(mut course: Course, args: &BatchArgs) -> Result<Course, Failure> {
    if !args.exercises.is_empty() {
        let chosen: Vec<String> =
            catalogue::many(&course, &args.exercises)?.into_iter().map(|exercise| exercise.id.clone()).collect();
        course.exercises.retain(|exercise| chosen.contains(&exercise.id));
    }
    if args.cases.is_empty() {
        return Ok(course);
    }
    for name in &args.cases {
        if !course.exercises.iter().any(|exercise| exercise.spec.cases.iter().any(|case| case.name == *name)) {
            let known: Vec<String> = course
                .exercises
                .iter()
                .flat_map(|exercise| exercise.spec.cases.iter().map(|case| format!("`{}`", case.name)))
                .collect();
            return Err(Failure::usage(format_args!("no exercise that is graded has a case `{name}`"))
                .help(format_args!("there are {}", known.join(", "))));
        }
    }
    course.exercises.iter_mut().for_each(|exercise| keep_cases(exercise, &args.cases));
    course.exercises.retain(|exercise| !exercise.spec.cases.is_empty());
    Ok(course)
}

/// Sees to it that the grades of an exercise are all by the same cases, and says what the reports do not show any more.
pub(super) fn one_scale(other: &[OtherCases], args: &BatchArgs, console: &Console) -> Result<(), Failure> {
    if let Some(mixed) = other.iter().find(|other| other.of_others) {
        return Err(Failure::usage(format_args!(
            "in {} others have results of other cases of {}, {}: one table cannot hold both",
            shown(&args.out),
            mixed.exercise,
            harmless(&mixed.cases)
        ))
        .help("grade everybody in both languages so, or give `--out` another folder"));
    }
    if !args.cases.is_empty() {
        for other in other {
            console.say(&format!(
                "{}: the reports show the chosen cases alone; what was found in {} is kept, and the same command without `--case` shows it again\n",
                other.exercise,
                harmless(&other.cases)
            ));
        }
    }
    Ok(())
}

/// Leaves these cases, and the checks that look at one of them.
fn keep_cases(exercise: &mut Exercise, names: &[String]) {
    let spec = &mut exercise.spec;
    spec.cases.retain(|case| names.contains(&case.name));
    spec.checks.retain(|check| check.cases.is_empty() || check.cases.iter().any(|case| names.contains(case)));
    let left: Vec<String> = spec.checks.iter().map(|check| check.id.clone()).collect();
    for check in &mut spec.checks {
        check.cases.retain(|case| names.contains(case));
        check.needs.retain(|id| left.contains(id));
    }
}

/// The build of `grade` itself: what another build finds may differ.
pub(super) fn own_build() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut hasher = blake3::Hasher::new();
    let read = std::fs::File::open("/proc/self/exe").and_then(|file| hasher.update_reader(file).map(drop));
    match read {
        Ok(()) => format!("{version} ({})", &hasher.finalize().to_hex()[..16]),
        // Without its own file at hand, the version has to do.
        Err(_) => version.to_owned(),
    }
}
