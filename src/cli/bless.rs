//! `grade bless`: records what the course takes for right: the starters, and the references' runs.
//!
//! A snapshot that changed is written beside the old one, as `.snap.new`: `cargo insta review` shows both and puts the
//! new one in place. Nothing is recorded of a reference that does not pass otherwise.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use fs_err as fs;

use super::args::AuthorArgs;
use super::place::Place;
use super::progress_line::{ProgressLine, SetUpOnly};
use super::session::{self, Session};
use super::{Console, Exit, Failure, catalogue, workspace};
use crate::batch::{Graded, Seeds, Task};
use crate::check::normal_form;
use crate::check::verdict::{Status, Verdict};
use crate::course::{
    self,
    model::{CheckKind, Exercise, Language},
};
use crate::trace::snapshot::{Recorded, path, record};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const STRONG: Style = Style::new().bold();

/// What was done, and whether it went well.
struct Log {
    text: String,
    well: bool,
    changed: bool,
}

impl Log {
    fn line(&mut self, style: Style, mark: &str, what: &str) {
        let _infallible = writeln!(self.text, "  {style}{mark}{style:#} {what}");
    }

    fn problem(&mut self, what: &str) {
        self.well = false;
        self.line(BAD, "✗", what);
    }
}

pub(crate) fn run(args: &AuthorArgs, console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    if !place.checkout {
        return Err(Failure::usage("`grade bless` writes into the course, and here is none but the one inside grade")
            .help("run it in a checkout of the course"));
    }
    let course = course::load(&place.course).map_err(|error| catalogue::author_failure(&error))?;
    let exercises: Vec<&Exercise> = match args.exercises.as_slice() {
        [] => course.exercises.iter().collect(),
        names => catalogue::many(&course, names)?,
    };
    let languages: Vec<Language> = args.lang.map_or(Language::ALL.to_vec(), |language| vec![language.into()]);
    let session = Session::open(args.clock, args.jobs, args.sandbox)?;
    let (mut well, mut changed) = (true, false);
    for exercise in exercises {
        let mut log = Log { text: format!("{STRONG}{}{STRONG:#}\n", exercise.id), well: true, changed: false };
        for &language in &languages {
            bless_starter(&session, exercise, language, console, &mut log)?;
            bless_runs(&place, &session, exercise, language, console, &mut log)?;
        }
        console.print(&log.text)?;
        well &= log.well;
        changed |= log.changed;
    }
    if changed {
        console.say("\nSome runs changed: `cargo insta review` shows what, and puts the new ones in place.\n");
    }
    Ok(if well { Exit::Success } else { Exit::NotPassed })
}

/// Records the starter that students get, unless it is somebody's solution.
fn bless_starter(
    session: &Session,
    exercise: &Exercise,
    language: Language,
    console: &Console,
    log: &mut Log,
) -> Result<(), Failure> {
    let given = exercise.task.join(language.file_name());
    let recorded = exercise.grader.join("starter").join(language.file_name());
    let Ok(content) = fs::read(&given) else { return Ok(()) };
    if fs::read(&recorded).is_ok_and(|old| old == content) {
        return Ok(());
    }
    let graded = grade(session, exercise, language, &given, console)?;
    let shown = super::shown(&given);
    match graded.result.verdict {
        Verdict::Failed => {
            let failed =
                |error: io::Error| Failure::machine(format_args!("failed to record {}: {error}", recorded.display()));
            fs::create_dir_all(exercise.grader.join("starter")).map_err(failed)?;
            workspace::replace(&recorded, &content).map_err(failed)?;
            log.line(GOOD, "+", &format!("{language} starter recorded"));
        }
        Verdict::Passed => log.problem(&format!("{shown} passes: a starter leaves something to do")),
        Verdict::BuildFailed => log.problem(&format!("{shown} does not build: a starter runs")),
        Verdict::Inconclusive | Verdict::GraderError => {
            log.problem(&format!("{shown} could not be graded: {}", graded.result.notes.join("; ")));
        }
    }
    Ok(())
}

/// Records the reference's run of each case, when the exercise has a check that looks at it.
fn bless_runs(
    place: &Place,
    session: &Session,
    exercise: &Exercise,
    language: Language,
    console: &Console,
    log: &mut Log,
) -> Result<(), Failure> {
    let spec = &exercise.spec;
    let is_snapshot =
        |id: &str| spec.checks.iter().any(|check| check.id == id && matches!(check.kind, CheckKind::Snapshot(_)));
    let wanted: Vec<&str> = spec
        .checks
        .iter()
        .filter(|check| matches!(check.kind, CheckKind::Snapshot(_)))
        .flat_map(|check| {
            let all = spec.cases.iter().map(|case| case.name.as_str());
            let some = check.cases.iter().map(String::as_str);
            if check.cases.is_empty() { all.collect::<Vec<_>>() } else { some.collect() }
        })
        .collect();
    let reference = exercise.solution.join(language.file_name());
    if wanted.is_empty() || !reference.is_file() {
        return Ok(());
    }
    let graded = grade(session, exercise, language, &reference, console)?;
    let shown = super::shown(&reference);
    if graded.runs.is_empty() {
        let why = if graded.result.build.output.is_empty() {
            graded.result.notes.join("; ")
        } else {
            graded.result.build.output.trim_end().to_owned()
        };
        log.problem(&format!("{shown} could not be run: {why}"));
        return Ok(());
    }
    let wrong: Vec<&str> = graded
        .result
        .checks
        .iter()
        .filter(|check| check.status == Status::Failed && !is_snapshot(&check.id))
        .map(|check| check.id.as_str())
        .collect();
    if !wrong.is_empty() {
        log.problem(&format!("{shown} fails {}: nothing is recorded of it", wrong.join(", ")));
        return Ok(());
    }
    for run in graded.runs.iter().filter(|run| run.schedule == 0) {
        let case = &spec.cases[run.case_index];
        if !wanted.contains(&case.name.as_str()) {
            continue;
        }
        let file = path(&exercise.grader, &case.name, language.name());
        let source = exercise.grader.join("spec.toml");
        let source = source.strip_prefix(&place.course).unwrap_or(&source).to_string_lossy().into_owned();
        let expression = format!("the {language} reference, case `{}`", case.name);
        let name = format!("{language} {}", case.name);
        match record(&file, &normal_form(spec, &run.trace), &source, &expression) {
            Ok(Recorded::Created) => log.line(GOOD, "+", &format!("{name}: recorded")),
            Ok(Recorded::Unchanged) => log.line(GOOD, "✓", &format!("{name}: as it was")),
            Ok(Recorded::Changed(pending)) => {
                log.changed = true;
                log.line(OPEN, "~", &format!("{name}: changed, see {}", super::shown(&pending)));
            }
            Err(error) => log.problem(&error.to_string()),
        }
    }
    Ok(())
}

/// Grades a file under the natural schedule.
fn grade(
    session: &Session,
    exercise: &Exercise,
    language: Language,
    file: &Path,
    console: &Console,
) -> Result<Graded, Failure> {
    let progress = ProgressLine::start(console);
    progress.show(format!("recording {} ({language})", exercise.id), 0, 0, "");
    let events = SetUpOnly(&progress);
    let builder = session.builder(&events);
    let grader = session.grader(&builder, &events);
    let outcome = grader
        .grade(&Task {
            exercise,
            language,
            file: file.to_owned(),
            content: None,
            seeds: Seeds::Only(0),
            command: format!("grade {} --solution --lang {language}", catalogue::short(exercise)),
            colour: false,
            called: None,
        })
        .map_err(session::interrupted)?;
    match &outcome.our_fault {
        Some(fault) => Err(session::of_fault(fault)),
        None => Ok(outcome),
    }
}
