//! `grade list`, and `grade` by itself: the course, what is done, what is next.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::place::Place;
use super::progress::{Progress, Record};
use super::{Console, Exit, Failure, catalogue};
use crate::course::model::{Course, Exercise};

const DONE: Style = AnsiColor::Green.on_default().bold();
const BEGUN: Style = AnsiColor::Yellow.on_default();
const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// `grade list`.
pub(crate) fn run(console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let course = catalogue::load(&place)?;
    console.print(&table(&course, &progress(&place, console)))?;
    Ok(Exit::Success)
}

/// `grade` by itself: the list, and what to do now.
pub(crate) fn overview(console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let course = catalogue::load(&place)?;
    let progress = progress(&place, console);
    let mut text = table(&course, &progress);
    let command = super::command_name();
    text.push('\n');
    let next = catalogue::next(&course, None, |id| progress.is_done(id));
    let rows = match (&place.workspace, next) {
        (None, _) => {
            text.push_str("There are no exercises of yours here yet.\n");
            vec![("write them into a folder", format!("{command} init DIR"))]
        }
        (Some(_), Some(next)) => {
            let short = catalogue::short(next);
            let _infallible = writeln!(text, "Next: {STRONG}{}{STRONG:#}, {}.", next.id, next.spec.title);
            vec![
                ("read the task", format!("{command} show {short}")),
                ("write your program", format!("exercises/{}/main.rs or main.py", next.id)),
                ("grade it", format!("{command} {short}")),
            ]
        }
        (Some(_), None) => {
            text.push_str("All is done. Well done!\n");
            Vec::new()
        }
    };
    for (what, how) in rows {
        let _infallible = writeln!(text, "  {FAINT}{what:<24}{FAINT:#}  {how}");
    }
    console.print(&text)?;
    Ok(Exit::Success)
}

/// The student's progress; that it cannot be read is said and is no reason to stop.
pub(crate) fn progress(place: &Place, console: &Console) -> Progress {
    let Some(workspace) = &place.workspace else { return Progress::default() };
    match workspace.progress().load() {
        Ok(loaded) => {
            super::grade::warn_of_moved(&loaded, console);
            loaded.progress
        }
        Err(error) => {
            console.warn(&error.to_string());
            Progress::default()
        }
    }
}

fn table(course: &Course, progress: &Progress) -> String {
    let done = course.exercises.iter().filter(|exercise| progress.is_done(&exercise.id)).count();
    let all = course.exercises.len();
    let mut text = format!("{STRONG}{}{STRONG:#}  {FAINT}{done} of {all} done{FAINT:#}\n", course.title);
    let width = course.exercises.iter().map(|exercise| exercise.id.len()).max().unwrap_or(0);
    for chapter in &course.chapters {
        let _infallible = writeln!(text, "\n{}", chapter.title);
        for exercise in course.exercises.iter().filter(|exercise| chapter.exercises.contains(&exercise.id)) {
            row(&mut text, exercise, progress.of(&exercise.id), width);
        }
    }
    text
}

fn row(text: &mut String, exercise: &Exercise, record: Option<&Record>, width: usize) {
    let id = &exercise.id;
    let title = &exercise.spec.title;
    let _infallible = match record {
        Some(record) if !record.passed.is_empty() => {
            let languages: Vec<_> = record.passed.iter().map(|language| language.name()).collect();
            writeln!(text, "  {DONE}✓{DONE:#} {id:<width$}  {title}  {FAINT}{}{FAINT:#}", languages.join(", "))
        }
        Some(record) if record.max > 0 => {
            writeln!(text, "  {BEGUN}…{BEGUN:#} {id:<width$}  {title}  {FAINT}{}/{}{FAINT:#}", record.best, record.max)
        }
        _ => writeln!(text, "    {id:<width$}  {title}"),
    };
}
