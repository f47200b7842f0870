//! `grade show`: an exercise's task.

use fs_err as fs;

use super::args::ShowArgs;
use super::place::Place;
use super::{Console, Exit, Failure, catalogue};

pub(crate) fn run(args: &ShowArgs, console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let course = catalogue::load_for(&place, std::slice::from_ref(&args.exercise.exercise), console)?;
    let exercise = catalogue::one(&course, &args.exercise.exercise)?;
    let name = match args.text.as_str() {
        "en" => "README.md".to_owned(),
        other => format!("README.{other}.md"),
    };
    let path = exercise.task.join(&name);
    // The language comes from the command line: it must not lead out of the folder.
    let plain = args.text.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
    if !plain || !path.is_file() {
        return Err(Failure::usage(format_args!("{} has no task text in `{}`", exercise.id, args.text))
            .help("the English text is always there: leave `--text` away"));
    }
    let mut text = fs::read_to_string(&path).map_err(Failure::machine)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    console.print(&text)?;
    if let Some(workspace) = &place.workspace {
        let languages = exercise.languages();
        let files: Vec<String> =
            languages.iter().map(|language| super::shown(&workspace.file(exercise, *language))).collect();
        console.say(&format!("\nYour program goes into {}.\n", files.join(" or ")));
    }
    Ok(Exit::Success)
}
