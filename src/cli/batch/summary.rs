//! What a batch came to, for the instructor's terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::progress::Tally;
use crate::batch::Reading;
use crate::batch::submissions::{Found, Note, RefusedReason};
use crate::check::verdict::{Status, Verdict};
use crate::cli::console::Verbosity;
use crate::report::class::{Class, Duplicate, ExerciseFacts, Submission, grade};
use crate::report::harmless;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
/// Of longer lists `-v` shows the rest.
const MOST: usize = 10;
/// How many checks are shown as the hardest.
const HARDEST: usize = 5;

/// The whole summary; quiet: one line.
pub(super) fn text(reading: &Reading, alike: &[Duplicate], found: &Found, out: &Path, verbosity: Verbosity) -> String {
    let class = &reading.class;
    let tally = tally(class.submissions().map(|(_, submission)| submission));
    let count = class.submissions().count();
    let handed_in = if count == 1 { "1 submission".to_owned() } else { format!("{count} submissions") };
    if verbosity == Verbosity::Quiet {
        return format!("{handed_in}: {}\n", tally.words());
    }
    let most = if verbosity == Verbosity::Verbose { usize::MAX } else { MOST };
    let mut text = String::new();
    table(&mut text, class);
    let _infallible = writeln!(text, "\n{STRONG}{handed_in}{STRONG:#}: {}", tally.words());
    if verbosity == Verbosity::Verbose {
        every_submission(&mut text, class);
    }
    hardest(&mut text, class);
    undecided(&mut text, class, most);
    duplicates(&mut text, "the very same content", &class.duplicates, most);
    duplicates(&mut text, "the same but for comments and layout", alike, most);
    // A broken archive wants somebody's help; starters that nobody touched, of which there may be hundreds, do not.
    let mut refused: Vec<_> = class.refused.iter().collect();
    refused.sort_by_key(|file| file.not_attempted);
    let refused = refused.into_iter().map(|file| format!("{}: {}", harmless(&file.origin), harmless(&file.why)));
    list(&mut text, "not graded", &refused.collect::<Vec<_>>(), most);
    if found.refused.iter().any(|file| file.reason == RefusedReason::UnknownExercise) {
        let _infallible = writeln!(text, "  {FAINT}if all are for one exercise, name it: `--exercise exNN`{FAINT:#}");
    }
    let missing = class.missing().map(|student| harmless(&student.name));
    list(&mut text, "nothing came from", &missing.collect::<Vec<_>>(), most);
    list(&mut text, "not on the roster", &found.notes.iter().filter_map(stranger).collect::<Vec<_>>(), most);
    list(&mut text, "to know", &found.notes.iter().filter_map(note).collect::<Vec<_>>(), most);
    places(&mut text, out);
    text
}

fn tally<'a>(submissions: impl Iterator<Item = &'a Submission>) -> Tally {
    let mut tally = Tally::default();
    submissions.for_each(|submission| tally.add(submission.result.verdict, 1));
    tally
}

/// A row an exercise: how many came out how, and the median of the points.
fn table(text: &mut String, class: &Class) {
    let heads = ["exercise", "passed", "failed", "no build", "undecided", "median"];
    let width = class.exercises.iter().map(|exercise| exercise.id.len()).max().unwrap_or(0).max(heads[0].len());
    let _infallible = writeln!(
        text,
        "{FAINT}{:<width$}  {:>6}  {:>6}  {:>8}  {:>9}  {:>8}{FAINT:#}",
        heads[0], heads[1], heads[2], heads[3], heads[4], heads[5]
    );
    for exercise in &class.exercises {
        let of_it = || class.submissions().map(|(_, one)| one).filter(|one| one.exercise == exercise.id);
        let tally = tally(of_it());
        let _infallible = writeln!(
            text,
            "{:<width$}  {:>6}  {:>6}  {:>8}  {:>9}  {:>8}",
            exercise.id,
            tally.passed,
            tally.failed,
            tally.build_failed,
            tally.inconclusive + tally.grader_error,
            median(exercise, of_it().filter_map(|one| grade(&one.result)).collect())
        );
    }
}

/// `6 of 10`, or `6.5 of 10` between two.
fn median(exercise: &ExerciseFacts, mut points: Vec<u32>) -> String {
    points.sort_unstable();
    let middle = points.len() / 2;
    let max = exercise.max_score;
    match points.as_slice() {
        [] => "–".to_owned(),
        odd if odd.len() % 2 == 1 => format!("{} of {max}", odd[middle]),
        even => {
            let twice = even[middle - 1] + even[middle];
            let half = if twice % 2 == 1 { ".5" } else { "" };
            format!("{}{half} of {max}", twice / 2)
        }
    }
}

fn every_submission(text: &mut String, class: &Class) {
    for (student, submission) in class.submissions() {
        let result = &submission.result;
        let verdict = match result.verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::BuildFailed => "did not build",
            Verdict::Inconclusive => "could not be decided",
            Verdict::GraderError => "could not be graded",
        };
        let failed: Vec<&str> = result
            .checks
            .iter()
            .filter(|check| check.status == Status::Failed)
            .map(|check| check.id.as_str())
            .collect();
        let failed = if failed.is_empty() { String::new() } else { format!(": {}", failed.join(", ")) };
        let (who, exercise) = (harmless(&student.id), &submission.exercise);
        let (score, max) = (result.score, result.max_score);
        let _infallible = writeln!(text, "  {who}  {exercise}  {score} of {max}  {verdict}{failed}");
    }
}

/// The checks that most submissions fail.
fn hardest(text: &mut String, class: &Class) {
    let mut counts: BTreeMap<(&str, &str, &str), (usize, usize)> = BTreeMap::new();
    for (_, submission) in class.submissions() {
        for check in &submission.result.checks {
            let (failed, judged) = counts.entry((&submission.exercise, &check.id, &check.name)).or_default();
            *failed += usize::from(check.status == Status::Failed);
            *judged += usize::from(matches!(check.status, Status::Failed | Status::Passed));
        }
    }
    let mut counts: Vec<_> = counts.into_iter().filter(|(_, (failed, _))| *failed > 0).collect();
    counts.sort_by_key(|(_, (failed, judged))| std::cmp::Reverse((*failed * 1000 / (*judged).max(1), *failed)));
    if counts.is_empty() {
        return;
    }
    let _infallible = writeln!(text, "\n{STRONG}hardest{STRONG:#}");
    for ((exercise, _, name), (failed, judged)) in counts.into_iter().take(HARDEST) {
        let _infallible = writeln!(text, "  {exercise}: {name}  {FAINT}{failed} of {judged} fail it{FAINT:#}");
    }
}

/// Who was not decided, and why. Never a zero.
fn undecided(text: &mut String, class: &Class, most: usize) {
    let open = class
        .submissions()
        .filter(|(_, one)| matches!(one.result.verdict, Verdict::Inconclusive | Verdict::GraderError));
    let lines: Vec<String> = open
        .map(|(student, one)| {
            let result = &one.result;
            let unclear = result.checks.iter().find(|check| check.status == Status::Inconclusive);
            let why = result.notes.first().or_else(|| unclear.map(|check| &check.message));
            let why = why.map(|why| why.lines().next().unwrap_or_default()).unwrap_or_default();
            format!("{} {}: {}", harmless(&student.id), one.exercise, harmless(why))
        })
        .collect();
    if !lines.is_empty() {
        list(text, "not decided, and no zero: the same command tries them again", &lines, most);
    }
}

fn duplicates(text: &mut String, heading: &str, same: &[Duplicate], most: usize) {
    let lines = same.iter().map(|same| {
        let mut names: Vec<String> = same.students.iter().take(most).map(|student| harmless(student)).collect();
        if let Some(more) = same.students.len().checked_sub(most).filter(|more| *more > 0) {
            names.push(format!("and {more} more"));
        }
        format!("{}: {}", same.exercise, names.join(", "))
    });
    list(text, heading, &lines.collect::<Vec<_>>(), most);
}

/// Who handed in and is not on the roster: mostly all of them or nobody, so they have a list of their own.
fn stranger(note: &Note) -> Option<String> {
    if let Note::NotInRoster { student } = note { Some(harmless(student)) } else { None }
}

fn note(note: &Note) -> Option<String> {
    match note {
        Note::Chosen { student, exercise, taken, passed_over } => Some(format!(
            "{} {exercise}: took {}, not {}",
            harmless(student),
            harmless(taken),
            passed_over.iter().map(|path| harmless(path)).collect::<Vec<_>>().join(", ")
        )),
        Note::NotInRoster { .. } => None,
        Note::RosterRow { row, what } => Some(format!("row {} of the roster: {}", row + 2, harmless(what))),
    }
}

fn list(text: &mut String, heading: &str, lines: &[String], most: usize) {
    if lines.is_empty() {
        return;
    }
    let _infallible = writeln!(text, "\n{OPEN}{heading}{OPEN:#}");
    for line in lines.iter().take(most) {
        let _infallible = writeln!(text, "  {line}");
    }
    if lines.len() > most {
        let _infallible = writeln!(text, "  {FAINT}and {} more: `-v` shows them{FAINT:#}", lines.len() - most);
    }
}

fn places(text: &mut String, out: &Path) {
    let _infallible = writeln!(text, "\n{STRONG}written{STRONG:#}");
    for (path, what) in
        [("grades.csv", "a row a student"), ("report.html", "the class, to look at"), ("results/", "each submission")]
    {
        let path = out.join(path);
        if path.exists() {
            let _infallible = writeln!(text, "  {:<30} {FAINT}{what}{FAINT:#}", path.display().to_string());
        }
    }
}
