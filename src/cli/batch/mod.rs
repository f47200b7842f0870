//! `grade batch DIR --out DIR`: a whole class, resumable. Finds what was handed in, grades each content once, keeps
//! every finished piece in the journal, and writes the reports from it.

mod args;
mod bars;
mod choice;
mod files;
mod goal;
mod progress;
mod summary;

pub(crate) use args::BatchArgs;
pub(crate) use files::{write_pages, write_results};
pub(crate) use goal::replace_whole;

use std::path::Path;

use super::place::Place;
use super::progress_line::{ProgressLine, SetUpOnly};
use super::session::{self, Session};
use super::{Console, Exit, Failure, catalogue};
use crate::batch::journal::{Blame, Journal, OutLock};
use crate::batch::submissions::{self, Filter, Found, Student, SubmissionsError};
use crate::batch::{Conductor, JournalError, Plan, PlanError, Reading, Scratch, Seeds, Setting, Stopped, Unit};
use crate::check::verdict::Verdict;
use crate::course::model::Course;
use crate::report::harmless;
use progress::Progress;

/// Runs the command.
pub(crate) fn run(args: &BatchArgs, console: &Console) -> Result<Exit, Failure> {
    let place = Place::of(args.course.as_deref())?;
    // All of it, also when one exercise is graded: of an exercise that is not known, files are taken for another's.
    let whole = catalogue::load(&place)?;
    let course = choice::narrowed(whole.clone(), args)?;
    let filter = Filter {
        students: args.students.clone(),
        exercises: if args.exercises.is_empty() {
            Vec::new()
        } else {
            course.exercises.iter().map(|exercise| exercise.id.clone()).collect()
        },
        language: args.lang.map(Into::into),
        roster: args.roster.clone(),
    };
    let out = goal::folder(&args.dir, &args.out)?;
    // By the whole course: a file of another exercise is not to be taken for the one that is graded.
    let found = find(&args.dir, &whole, &filter)?;
    let lock = OutLock::take(&out).map_err(|error| of_journal(&error))?;
    let session = Session::open(args.clock, args.jobs, args.sandbox)?;
    let journal = grade(args, [&course, &whole], &filter, &found, &session, &out, console)?;
    let reading = Reading::of(&journal).map_err(|error| of_journal(&error))?;
    files::write_all(&reading, &journal, &out)?;
    let alike = reading.alike(&journal).map_err(|error| of_journal(&error))?;
    console.print(&summary::text(&reading, &alike, &found, &out, console.verbosity))?;
    drop(lock);
    Ok(exit(&reading))
}

/// The batch's journal; with `--fresh` a new one, the old one put aside.
fn open_journal(args: &BatchArgs, out: &Path, console: &Console) -> Result<Journal, Failure> {
    if args.fresh
        && let Some(aside) = Journal::put_aside(out).map_err(|error| of_journal(&error))?
    {
        console.say(&format!("starting over; what was there is kept as {}\n", super::shown(&aside)));
    }
    Journal::open(out).map_err(|error| of_journal(&error))
}

/// Grades what has no settled result yet, and returns the journal that it is in.
fn grade(
    args: &BatchArgs,
    [course, whole]: [&Course; 2],
    filter: &Filter,
    found: &Found,
    session: &Session,
    out: &Path,
    console: &Console,
) -> Result<Journal, Failure> {
    let line = ProgressLine::start(console);
    let events = SetUpOnly(&line);
    let builder = session.builder(&events);
    let seeds = args.schedules.map_or(Seeds::AsTheSpecSays, Seeds::Count);
    let own_build = choice::own_build();
    let setting = Setting {
        course,
        whole,
        of_some: !args.students.is_empty(),
        builder: &builder,
        engines: &session.engines,
        seeds,
        own_build: &own_build,
    };
    let plan = Plan::new(found, &setting).map_err(|error| of_plan(&error))?;
    // Not before it is known that this machine can do it: a start that fails must not cost what there was.
    let journal = open_journal(args, out, console)?;
    let covers = |student: &str, exercise: &str| {
        let asked = filter.students.is_empty()
            || filter.students.iter().any(|name| name == student)
            || found.students.iter().any(|known| known.name == student);
        asked && course.exercises.iter().any(|known| known.id == exercise) && filter.language.is_none()
    };
    let other = plan.other_cases(&journal, &covers).map_err(|error| of_journal(&error))?;
    choice::one_scale(&other, args, console)?;
    let works = plan.units.iter().map(|unit| &unit.work);
    let sources = plan.units.iter().map(|unit| (unit.work.digest.as_str(), unit.source));
    let settled = journal
        .enrol(&plan.roll, works, sources, &covers)
        .and_then(|()| journal.settled())
        .map_err(|error| of_journal(&error))?;
    let open: Vec<&Unit<'_>> = plan.units.iter().filter(|unit| !settled.contains(&unit.key)).collect();
    let handed_in = plan.roll.entries.len();
    let left: usize = open.iter().map(|unit| unit.students.len()).sum();
    match (left, handed_in - left) {
        (0, all) => {
            console.say(&format!("nothing to do: {all} of {all} were graded already\n"));
            return Ok(journal);
        }
        (_, 0) => {}
        (left, done) => console.say(&format!(
            "going on: {done} of {handed_in} were graded already, {left} are new, changed or undecided\n"
        )),
    }
    let scratch = Scratch::new(&journal).map_err(|error| of_journal(&error))?;
    session.pool.keep_files_in(scratch.path());
    let outcome = Progress::during(&open, console, &session.pool, |progress| {
        let conductor = Conductor {
            builder: &builder,
            engines: &session.engines,
            pool: &session.pool,
            seeds,
            interrupt: session.interrupt.clone(),
            journal: &journal,
            watcher: progress,
        };
        conductor.conduct(&open)
    });
    drop(scratch);
    outcome.map(|()| journal).map_err(|stopped| match stopped {
        Stopped::Interrupted(_) => Failure::new(Exit::Interrupted, "interrupted; what was finished is kept")
            .help("run the same command again to go on where it was"),
        Stopped::Journal(error) => of_journal(&error).help("what was finished before is kept"),
    })
}

/// What was handed in; a folder in which there is nothing to be graded is a mistake on the command line.
fn find(folder: &Path, course: &Course, filter: &Filter) -> Result<Found, Failure> {
    if !folder.is_dir() {
        let what = if folder.exists() { "is not a folder" } else { "is not there" };
        return Err(Failure::usage(format_args!("the folder of submissions {} {what}", folder.display()))
            .help("name the folder that holds the students' folders or archives"));
    }
    let found = submissions::find(folder, course, filter).map_err(|error| {
        let failure = Failure::usage(format_args!("failed to {error}"));
        match error {
            SubmissionsError::Roster { .. } => {
                failure.help("a roster is a table with a header row, as the learning platform exports it")
            }
            _ => failure,
        }
    })?;
    if !found.submissions.is_empty() {
        return Ok(found);
    }
    let chosen = !filter.students.is_empty() || !filter.exercises.is_empty() || filter.language.is_some();
    let of = if chosen { " for what was asked" } else { "" };
    let mut failure = Failure::usage(format_args!("there are no submissions{of} in {}", folder.display())).help(
        "looked for STUDENT/exNN_name/main.rs, STUDENT/exNN_name.rs, STUDENT.zip and STUDENT.tar.gz (also .py), and what Moodle, Canvas, Gradescope and GitHub Classroom hand out",
    );
    for wanted in &filter.students {
        let is_it = |student: &Student| student.name == *wanted || student.original == *wanted;
        if !found.students.iter().any(is_it) {
            failure = failure.help(format_args!("nobody is called `{}` there", harmless(wanted)));
        }
    }
    for refused in found.refused.iter().take(5) {
        failure = failure.help(format_args!("{}: {}", harmless(&refused.origin), refused.reason));
    }
    if found.refused.len() > 5 {
        failure = failure.help(format_args!("and {} more files that cannot be graded", found.refused.len() - 5));
    }
    Err(failure)
}

/// The exit status of all that the journal holds.
fn exit(reading: &Reading) -> Exit {
    let blame = reading.blames.iter().map(|blame| match blame {
        Blame::Author => Exit::InvalidCourse,
        Blame::Machine => Exit::Unsupported,
        Blame::Ours => Exit::Bug,
    });
    let passed = |verdict| verdict == Verdict::Passed;
    let all = reading.class.submissions().all(|(_, submission)| passed(submission.result.verdict));
    blame.max().unwrap_or(if all && reading.open == 0 { Exit::Success } else { Exit::NotPassed })
}

/// A failure of the journal in words.
pub(crate) fn of_journal(error: &JournalError) -> Failure {
    let failure = match error {
        JournalError::Busy { .. } | JournalError::Absent { .. } | JournalError::Foreign { .. } => Failure::usage(error),
        _ => Failure::machine(error),
    };
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}

fn of_plan(error: &PlanError) -> Failure {
    match error {
        PlanError::Build(error) => session::of_build(error),
        PlanError::Spec { .. } => Failure::new(Exit::InvalidCourse, error),
    }
}
