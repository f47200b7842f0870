//! `grade EXERCISE`: builds, runs and judges, and says what was found.

use super::args::{Format, GradeArgs};
use super::console::Verbosity;
use super::formats::{self, Kept};
use super::output::Output;
use super::place::Place;
use super::progress::{Loaded, Progress};
use super::progress_line::ProgressLine;
use super::session::{self, Session};
use super::settings::Settings;
use super::submission::{self, Submission};
use super::{Console, Exit, Failure, catalogue, list};
use crate::batch::{Graded, Task};
use crate::check::verdict::{Status, Verdict};
use crate::course::model::{Course, Exercise, Language};
use crate::report::{TextStyle, columns, human, json, trace_text};

/// A drawing is no wider than the rest of a report, and stands so far to the right.
const WIDEST: usize = 100;
const INDENT: usize = 4;

/// Runs the command.
pub(crate) fn run(args: GradeArgs, console: &Console) -> Result<Exit, Failure> {
    if args.exercises.is_empty() {
        return list::overview(console);
    }
    let settings = Settings::resolve(args);
    let place = Place::find()?;
    let course = catalogue::load_for(&place, &settings.exercises, console)?;
    let exercises = catalogue::many(&course, &settings.exercises)?;
    if settings.wanted.file.is_some() && exercises.len() > 1 {
        return Err(Failure::usage("`--file` grades one file for one exercise, and several were named"));
    }
    formats::check(settings.format, exercises.len())?;
    let work = exercises
        .into_iter()
        .map(|exercise| Ok((exercise, submission::find(&place, exercise, &settings.wanted)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    let mut output = Output::open(settings.out.as_deref())?;
    let session = Session::open(settings.clock, settings.jobs, settings.sandbox)?;
    let mut worst = Exit::Success;
    let mut kept = Vec::new();
    for (exercise, submission) in work {
        let graded = grade_one(&session, &settings, exercise, &submission, console)?;
        let progress = remember(&place, &submission, &graded, console);
        worst = worst.max(exit_of(&graded));
        if let Some(fault) = &graded.our_fault {
            console.fail(&session::of_fault(fault));
        }
        if settings.format.is_written_at_once() {
            output.write(&report(&settings, &course, exercise, &graded, &progress, console), console)?;
        } else {
            kept.push(Kept::new(exercise, graded, &submission.path));
        }
    }
    if !settings.format.is_written_at_once() {
        output.write(&formats::document(settings.format, &kept, console)?, console)?;
    }
    output.finish()?;
    Ok(worst)
}

/// Grades one submission, with progress for whatever takes long.
pub(crate) fn grade_one(
    session: &Session,
    settings: &Settings,
    exercise: &Exercise,
    submission: &Submission,
    console: &Console,
) -> Result<Graded, Failure> {
    let progress = ProgressLine::start(console);
    let builder = session.builder(&progress);
    let grader = session.grader(&builder, &progress);
    let task = Task {
        exercise,
        language: submission.language,
        file: submission.path.clone(),
        content: None,
        seeds: settings.seeds,
        command: again(settings, exercise, submission),
        colour: false,
        called: None,
    };
    let mut found = grader.grade(&task).map_err(session::interrupted)?;
    // It costs more runs, and only people look at it.
    if settings.format == Format::Human
        && let Some(fewest) = grader.fewest_switches(&task, &found)
    {
        found.failing = Some(fewest);
    }
    Ok(found)
}

/// The command that grades this submission again.
fn again(settings: &Settings, exercise: &Exercise, submission: &Submission) -> String {
    let mut command = format!("grade {}", catalogue::short(exercise));
    if let Some(file) = &settings.wanted.file {
        command.push_str(&format!(" --file {}", quoted(&file.to_string_lossy())));
    }
    if settings.wanted.solution {
        command.push_str(" --solution");
    }
    if settings.wanted.language.is_some() || (settings.wanted.solution && submission.language != Language::Rust) {
        command.push_str(&format!(" --lang {}", submission.language));
    }
    command
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-+".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Takes note of what the student's own file reached. That it cannot be saved is said, and the result stands.
pub(crate) fn remember(place: &Place, submission: &Submission, graded: &Graded, console: &Console) -> Progress {
    let workspace = place.workspace.as_ref().filter(|_| submission.own && graded.our_fault.is_none());
    let Some(workspace) = workspace else { return list::progress(place, console) };
    match workspace.progress().update(|progress| progress.note(&graded.result)) {
        Ok(loaded) => {
            warn_of_moved(&loaded, console);
            loaded.progress
        }
        Err(error) => {
            console.warn(&format!("{error}; the result stands all the same"));
            Progress::default()
        }
    }
}

/// Says that a broken progress file was moved aside.
pub(crate) fn warn_of_moved(loaded: &Loaded, console: &Console) {
    if let Some(aside) = &loaded.moved_aside {
        console.warn(&format!(
            "the file with your progress made no sense; it is now {} and a new one begins",
            super::shown(aside)
        ));
    }
}

/// What is written of a result.
pub(crate) fn report(
    settings: &Settings,
    course: &Course,
    exercise: &Exercise,
    graded: &Graded,
    progress: &Progress,
    console: &Console,
) -> String {
    if settings.format == Format::Json {
        return json::line(&graded.result);
    }
    let detail = match console.verbosity {
        Verbosity::Quiet => human::Detail::Brief,
        Verbosity::Normal => human::Detail::Normal,
        Verbosity::Verbose => human::Detail::Full,
    };
    let style = TextStyle { width: 100, wrap: false, colour: true };
    let drawn = graded.failing.as_ref().filter(|_| detail == human::Detail::Full).map(|trace| trace_text(trace, style));
    let forced = forced(graded);
    let next = catalogue::next(course, Some(exercise), |id| progress.is_done(id));
    let context = human::Context {
        title: &exercise.spec.title,
        short: catalogue::short(exercise),
        command: super::command_name(),
        detail,
        run: drawn.as_deref(),
        forced: forced.as_deref(),
        next: next.map(|next| (catalogue::short(next), next.spec.title.as_str())),
    };
    let mut text = human::render(&graded.result, context);
    if settings.exercises.len() > 1 || settings.exercises.iter().any(|name| name == "all") {
        text.push('\n');
    }
    text
}

/// The failing run as columns of threads, when a schedule is at fault.
fn forced(graded: &Graded) -> Option<String> {
    let check = graded.result.checks.iter().find(|check| check.status == Status::Failed)?;
    let trace = graded.failing.as_ref().filter(|trace| trace.header.schedule > 0 && check.schedule > Some(0))?;
    let at_fault: Vec<&str> = check.evidence.iter().map(|moment| moment.text.as_str()).collect();
    let width = super::terminal_width().min(WIDEST) - INDENT;
    Some(columns(trace, &at_fault, width)).filter(|drawn| !drawn.is_empty())
}

/// What one result means for the exit status.
fn exit_of(graded: &Graded) -> Exit {
    match (&graded.our_fault, graded.result.verdict) {
        (Some(fault), _) => session::of_fault(fault).exit,
        (None, Verdict::GraderError) => Exit::Bug,
        _ if !graded.author_faults.is_empty() => Exit::InvalidCourse,
        (None, Verdict::Passed) => Exit::Success,
        (None, Verdict::Failed | Verdict::BuildFailed | Verdict::Inconclusive) => Exit::NotPassed,
    }
}
