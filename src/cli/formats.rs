//! `--format`: the documents that other programs read, of all that one command graded.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::args::Format;
use super::{Console, Exit, Failure};
use crate::batch::Graded;
use crate::check::verdict::Status;
use crate::course::model::Exercise;
use crate::report::class::{ExerciseFacts, Shown};
use crate::report::{Single, classroom50, exercism, github, gradescope, html, junit, markdown};

/// One graded exercise, kept until the document is written.
pub(crate) struct Kept {
    facts: ExerciseFacts,
    graded: Graded,
    shown: Option<Shown>,
    file: String,
}

impl Kept {
    /// Keeps what the document needs.
    pub(crate) fn new(exercise: &Exercise, graded: Graded, file: &Path) -> Self {
        let shown = shown(exercise, &graded);
        Self { facts: exercise.into(), graded: Graded { runs: Vec::new(), ..graded }, shown, file: super::shown(file) }
    }

    fn single(&self) -> Single<'_> {
        Single { facts: &self.facts, result: &self.graded.result, file: &self.file, shown: self.shown.as_ref() }
    }
}

/// What a format cannot do, said before an hour of grading.
pub(crate) fn check(format: Format, exercises: usize) -> Result<(), Failure> {
    match format {
        Format::Exercism if exercises > 1 => {
            Err(Failure::usage("Exercism's results.json holds one exercise, and several were named"))
        }
        Format::Html if exercises > 1 => Err(Failure::usage("a page shows one exercise, and several were named")
            .help("`--format markdown` takes several; `grade batch` writes a page for each, and one of all")),
        Format::Classroom50 => classroom50_origin().map(drop),
        _ => Ok(()),
    }
}

/// The document of everything that was graded. `Human` and `Json` are written a result at a time, not here.
pub(crate) fn document(format: Format, kept: &[Kept], console: &Console) -> Result<String, Failure> {
    let singles: Vec<Single<'_>> = kept.iter().map(Kept::single).collect();
    Ok(match format {
        Format::Junit => junit::document(singles.iter().map(|single| single.result)),
        Format::Gradescope => gradescope::document(&singles),
        Format::Classroom50 => classroom50::document(&singles, &classroom50_origin()?)
            .map_err(|undecided| Failure::new(Exit::Unsupported, undecided))?,
        Format::Exercism => singles.first().map_or_else(String::new, exercism::document),
        Format::Github => {
            step_summary(&singles, console);
            github::annotations(&singles)
        }
        Format::Markdown => {
            let parts: Vec<String> =
                singles.iter().map(|single| markdown::document(&single.facts.title, single.result)).collect();
            parts.join("\n")
        }
        Format::Html => singles.first().map_or_else(String::new, |single| html::submission_page(single, None)),
        Format::Human | Format::Json => String::new(),
    })
}

/// The run to be shown: that in which a check failed, else the first of the first case that everybody may see.
fn shown(exercise: &Exercise, graded: &Graded) -> Option<Shown> {
    let cases = &exercise.spec.cases;
    let public = |name: &str| cases.iter().position(|case| !case.hidden && case.name == name);
    let failed = graded.result.checks.iter().filter(|check| check.status == Status::Failed).find_map(|check| {
        let case = public(check.case.as_deref()?)?;
        graded.runs.iter().find(|run| run.case_index == case && Some(run.schedule) == check.schedule)
    });
    let run = failed.or_else(|| graded.runs.iter().find(|run| !cases[run.case_index].hidden))?;
    Some(Shown { case: cases[run.case_index].name.clone(), schedule: run.schedule, trace: run.trace.clone() })
}

/// Whose submission it is, from the environment of Classroom 50's runner.
pub(crate) fn classroom50_origin() -> Result<classroom50::Origin, Failure> {
    let get = |names: &[&str]| {
        names.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty())).ok_or_else(|| {
            Failure::usage(format_args!("`--format classroom50` needs {} in the environment", names.join(" or ")))
                .help("Classroom 50's runner sets it: start `grade` from the autograder.py of an assignment")
        })
    };
    Ok(classroom50::Origin {
        classroom: get(&["CLASSROOM"])?,
        assignment: get(&["ASSIGNMENT"])?,
        assignment_type: get(&["ASSIGNMENT_TYPE"]).unwrap_or_else(|_| "individual".to_owned()),
        owner: get(&["OWNER", "USERNAME"])?,
        submission: get(&["SUBMISSION_TAG"])?,
        commit: get(&["COMMIT_URL"])?,
        release: get(&["RELEASE_URL"])?,
        review: get(&["REVIEW_URL", "COMMIT_URL"])?,
        datetime: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    })
}

/// Adds to the step's summary, where GitHub Actions asks for one. That it cannot be written is said, and is no failure.
fn step_summary(singles: &[Single<'_>], console: &Console) {
    let Some(path) = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return;
    };
    let written = OpenOptions::new().append(true).create(true).open(&path).and_then(|mut file| {
        let taken = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        file.write_all(github::summary(singles, taken).as_bytes())
    });
    if let Err(error) = written {
        console.warn(&format!("failed to write the step's summary to {}: {error}", super::shown(&path)));
    }
}
