//! `grade verify`: the author's check. References pass, starters run and do not pass, and each wrong submission fails
//! the checks that its spec names, and no other.

mod expect;
mod work;

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use anstyle::{AnsiColor, Style};

use super::args::AuthorArgs;
use super::place::Place;
use super::progress_line::{ProgressLine, SetUpOnly};
use super::session::{self, Session};
use super::{Console, Exit, Failure, catalogue};
use crate::batch::{Interrupted, Seeds, Task};
use crate::build::Submission;
use crate::course::load_with_warnings;
use crate::course::model::{Course, Engines, Exercise};
use crate::diag;
use expect::{Opinion, opinion};
use work::{Item, items};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// How many of each there were.
#[derive(Default)]
struct Tally {
    right: u32,
    wrong: u32,
    unseen: u32,
}

pub(crate) fn run(args: &AuthorArgs, console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let loaded = load_with_warnings(&place.course).map_err(|error| catalogue::author_failure(&error))?;
    console.say(&diag::render(&loaded.warnings, diag::Style::Coloured));
    let course = loaded.course;
    let exercises: Vec<&Exercise> = match args.exercises.as_slice() {
        [] => course.exercises.iter().collect(),
        names => catalogue::many(&course, names)?,
    };
    let session = Session::open(args.clock, args.jobs, args.sandbox)?;
    let mut tally = Tally::default();
    for (number, exercise) in exercises.iter().enumerate() {
        let what = format!("{} ({} of {})", exercise.id, number + 1, exercises.len());
        let opinions = verify(&place, &session, exercise, args, &what, console)?;
        console.print(&draw(exercise, &opinions, &mut tally))?;
    }
    console.print(&summary(&course, &exercises, &tally))?;
    Ok(if tally.wrong == 0 { Exit::Success } else { Exit::NotPassed })
}

/// Grades all that belongs to an exercise.
fn verify(
    place: &Place,
    session: &Session,
    exercise: &Exercise,
    args: &AuthorArgs,
    what: &str,
    console: &Console,
) -> Result<Vec<(Item, Opinion)>, Failure> {
    let progress = ProgressLine::start(console);
    let events = SetUpOnly(&progress);
    let builder = session.builder(&events);
    let grader = session.grader(&builder, &events);
    let items = items(place, exercise, args.lang.map(Into::into));
    // All are built first, side by side: on the machine's clock a build would disturb a run.
    progress.show(format!("building {what}"), 0, 0, "");
    session.pool.each(&items, &|item| {
        let submission = Submission { language: item.language, path: item.file.clone(), exercise: exercise.id.clone() };
        // What cannot be read or built is said when it is graded.
        if let Ok(source) = std::fs::read(&item.file) {
            let _found_again = session.pool.turn(&item.name).build(&builder, &submission, &source, false);
        }
    });
    let all = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let done = AtomicU32::new(0);
    let stopped: Mutex<Option<Interrupted>> = Mutex::new(None);
    progress.show(format!("verifying {what}"), 0, all, "submissions");
    let opinions = session.pool.each(&items, &|item| {
        if item.engine == Engines::Traced && !session.engines.first.is_virtual() {
            return Opinion::needs_the_traced_engine();
        }
        let task = Task {
            exercise,
            language: item.language,
            file: item.file.clone(),
            content: None,
            seeds: Seeds::AsTheSpecSays,
            command: format!("grade {} --file {}", catalogue::short(exercise), item.file.display()),
            colour: false,
            called: None,
        };
        let opinion = match (session.interrupt.is_set(), &item.missing) {
            (true, _) => Opinion::default(),
            (_, Some(problem)) => Opinion::wrong(problem.clone()),
            _ => match grader.grade(&task) {
                Ok(outcome) => opinion(item, &outcome),
                Err(interrupted) => {
                    stopped.lock().unwrap_or_else(std::sync::PoisonError::into_inner).replace(interrupted);
                    Opinion::default()
                }
            },
        };
        progress.show(format!("verifying {what}"), done.fetch_add(1, Ordering::Relaxed) + 1, all, "submissions");
        opinion
    });
    if session.interrupt.is_set() {
        return Err(session::interrupted(Interrupted));
    }
    Ok(items.into_iter().zip(opinions).collect())
}

fn draw(exercise: &Exercise, opinions: &[(Item, Opinion)], tally: &mut Tally) -> String {
    let mut text = format!("{STRONG}{}{STRONG:#}\n", exercise.id);
    let width = opinions.iter().map(|(item, _)| item.name.chars().count()).max().unwrap_or(0);
    for (item, opinion) in opinions {
        let (style, mark) = match opinion.right {
            Some(true) => (GOOD, "✓"),
            Some(false) => (BAD, "✗"),
            None => (OPEN, "–"),
        };
        match opinion.right {
            Some(true) => tally.right += 1,
            Some(false) => tally.wrong += 1,
            None => tally.unseen += 1,
        }
        let _infallible = writeln!(text, "  {style}{mark}{style:#} {:<width$}  {}", item.name, opinion.found);
        for problem in &opinion.problems {
            let _infallible = writeln!(text, "      {BAD}{problem}{BAD:#}");
        }
        for note in &opinion.notes {
            let _infallible = writeln!(text, "      {FAINT}{note}{FAINT:#}");
        }
    }
    text.push('\n');
    text
}

fn summary(course: &Course, exercises: &[&Exercise], tally: &Tally) -> String {
    let of = match (exercises.len(), course.exercises.len()) {
        (chosen, all) if chosen == all => format!("{all} exercises"),
        (1, _) => "1 exercise".to_owned(),
        (chosen, all) => format!("{chosen} of {all} exercises"),
    };
    let mut text = format!("{of}: {GOOD}{} as declared{GOOD:#}", tally.right);
    if tally.wrong > 0 {
        let _infallible = write!(text, ", {BAD}{} not{BAD:#}", tally.wrong);
    }
    if tally.unseen > 0 {
        let need = if tally.unseen == 1 { "needs" } else { "need" };
        let _infallible = write!(text, ", {OPEN}{} {need} the traced engine{OPEN:#}", tally.unseen);
    }
    text.push('\n');
    text
}
