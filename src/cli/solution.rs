//! `grade solution`: the reference, for who has passed.

use fs_err as fs;

use super::args::SolutionArgs;
use super::place::Place;
use super::{Console, Exit, Failure, catalogue, list};
use crate::course::model::Language;

pub(crate) fn run(args: &SolutionArgs, console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let course = catalogue::load_for(&place, std::slice::from_ref(&args.exercise.exercise), console)?;
    let exercise = catalogue::one(&course, &args.exercise.exercise)?;
    let progress = list::progress(&place, console);
    let short = catalogue::short(exercise);
    if !args.force && !progress.is_done(&exercise.id) {
        return Err(Failure::new(Exit::NotPassed, format_args!("you have not passed {} yet", exercise.id))
            .help(format_args!("`grade hint {short}` helps without telling all"))
            .help(format_args!("`grade solution {short} --force` shows it all the same")));
    }
    let passed = progress.of(&exercise.id).and_then(|record| record.passed.first().copied());
    let language = args.lang.map(Language::from).or(passed).unwrap_or(Language::Rust);
    let path = exercise.solution.join(language.file_name());
    if !path.is_file() {
        return Err(Failure::usage(format_args!("{} has no reference solution in {language}", exercise.id)));
    }
    console.print(&fs::read_to_string(&path).map_err(Failure::machine)?)?;
    Ok(Exit::Success)
}
