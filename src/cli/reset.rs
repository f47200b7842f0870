//! `grade reset`: the starter again; what the student had written is kept.

use fs_err as fs;

use super::args::ResetArgs;
use super::place::Place;
use super::{Console, Exit, Failure, catalogue, submission, workspace};

pub(crate) fn run(args: &ResetArgs, console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let course = catalogue::load_for(&place, std::slice::from_ref(&args.exercise.exercise), console)?;
    let exercise = catalogue::one(&course, &args.exercise.exercise)?;
    let own = place.workspace()?;
    let languages = args.lang.map_or_else(|| exercise.languages(), |language| vec![language.into()]);
    for language in languages {
        if !exercise.languages().contains(&language) {
            return Err(Failure::usage(format_args!("{} has no starter in {language}", exercise.id)));
        }
        let Some(starter) = place.starter(exercise, language) else {
            return Err(Failure::usage(format_args!("this course does not record the starters of {}", exercise.id))
                .help(
                    "`git checkout` may bring the file back; the course's author records starters with `grade bless`",
                ));
        };
        let path = own.file(exercise, language);
        let shown = super::shown(&path);
        let failed = |error: std::io::Error| Failure::machine(format_args!("failed to reset {shown}: {error}"));
        let there = path.symlink_metadata().is_ok();
        if there && !submission::is_changed(&place, exercise, language) {
            console.say(&format!("{shown} is the starter already.\n"));
            continue;
        }
        let kept = if there { Some(own.back_up(exercise, language).map_err(failed)?) } else { None };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        workspace::replace(&path, &fs::read(&starter).map_err(failed)?).map_err(failed)?;
        console.print(&match kept {
            Some(kept) => format!("{shown} is the starter again; what you had is in {}\n", super::shown(&kept)),
            None => format!("{shown} is there again\n"),
        })?;
    }
    Ok(Exit::Success)
}
