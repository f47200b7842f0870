//! `grade report DIR`: any report again from what a batch recorded, without running anything.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Console, Exit, Failure, batch, formats};
use crate::batch::Reading;
use crate::batch::journal::Journal;
use crate::report::class::{Class, ExerciseFacts, Shown, Student, Submission};
use crate::report::{Single, classroom50, csv, exercism, github, gradescope, json, junit, markdown};

/// Write reports again from what a batch recorded
///
/// Nothing is built or run. A report of the whole class (jsonl, csv, canvas, junit, github, classroom50, markdown) goes to standard
/// output, or to the file that `--out` names; a report that is a file for each student or exercise (json, moodle,
/// gradescope, exercism, html) goes below the folder of the batch, or below that of `--out`. Without `--format`, what a
/// batch writes by itself is written again: grades.csv, report.html and results.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// The folder that `grade batch` wrote to
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// What to write
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<ReportFormat>,
    /// Where to write it: a file, or a folder for formats of several files
    #[arg(long, value_name = "FILE|DIR")]
    pub out: Option<PathBuf>,
    /// Only this student; may be given several times
    #[arg(long = "student", value_name = "NAME")]
    pub students: Vec<String>,
    /// Only this exercise; may be given several times
    #[arg(long = "exercise", value_name = "EXERCISE")]
    pub exercises: Vec<String>,
}

/// A report of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// grade/result/v1: results/STUDENT/EXERCISE.json
    Json,
    /// grade/class/v1: an object a submission, each on a line of its own
    Jsonl,
    /// Grades, a row a student
    Csv,
    /// Grades as Canvas imports them
    Canvas,
    /// Grades as Moodle imports them: moodle/EXERCISE.csv
    Moodle,
    /// JUnit XML: a suite a submission
    Junit,
    /// Gradescope's results.json: gradescope/STUDENT/results.json
    Gradescope,
    /// Classroom 50's result.json of one student, in the environment of its runner
    Classroom50,
    /// Exercism's results.json: exercism/STUDENT/EXERCISE/results.json
    Exercism,
    /// Annotations for GitHub Actions
    Github,
    /// Markdown, a row a student
    Markdown,
    /// Web pages: report.html and results/STUDENT/EXERCISE.html
    Html,
}

/// Runs the command.
pub(crate) fn run(args: &ReportArgs, console: &Console) -> Result<Exit, Failure> {
    let journal = Journal::read(&args.dir).map_err(|error| batch::of_journal(&error))?;
    let mut reading = Reading::of(&journal).map_err(|error| batch::of_journal(&error))?;
    if reading.open > 0 {
        console.warn(&format!(
            "{} not graded yet: the batch is not finished",
            if reading.open == 1 { "1 submission is".to_owned() } else { format!("{} submissions are", reading.open) }
        ));
    }
    narrow(&mut reading.class, args)?;
    let class = &reading.class;
    let report = Report {
        reading: &reading,
        journal: &journal,
        root: args.out.as_deref().unwrap_or(&args.dir),
        of_a_part: args.out.is_none() && !(args.students.is_empty() && args.exercises.is_empty()),
    };
    let Some(format) = args.format else {
        report.say_written(report.write_usual()?, console);
        return Ok(Exit::Success);
    };
    let text = match format {
        ReportFormat::Jsonl => json::stream(class),
        ReportFormat::Csv => csv::plain(class),
        ReportFormat::Canvas => csv::canvas(class),
        ReportFormat::Junit => junit::class_document(class),
        ReportFormat::Markdown => markdown::class_document(class),
        ReportFormat::Github => report.annotations()?,
        ReportFormat::Classroom50 => report.classroom50()?,
        several => {
            report.say_written(report.write(several)?, console);
            return Ok(Exit::Success);
        }
    };
    let mut output = Output::open(args.out.as_deref())?;
    output.write(&text, console)?;
    output.finish()?;
    Ok(Exit::Success)
}

/// Leaves the students and exercises that were asked for.
fn narrow(class: &mut Class, args: &ReportArgs) -> Result<(), Failure> {
    for name in &args.students {
        if !class.students.iter().any(|student| is_called(student, name)) {
            return Err(Failure::usage(format_args!("the batch knows no student `{name}`"))
                .help("`--format csv` lists all of them"));
        }
    }
    let mut chosen = Vec::new();
    for name in &args.exercises {
        let known = class.exercises.iter().find(|exercise| names(&exercise.id, name));
        let Some(known) = known else {
            let ids: Vec<&str> = class.exercises.iter().map(|exercise| exercise.id.as_str()).collect();
            return Err(Failure::usage(format_args!("the batch graded no exercise `{name}`"))
                .help(format_args!("it graded {}", ids.join(", "))));
        };
        chosen.push(known.id.clone());
    }
    if !args.students.is_empty() {
        class.students.retain(|student| args.students.iter().any(|name| is_called(student, name)));
        let left: Vec<&String> = class.students.iter().map(|student| &student.id).collect();
        class.refused.retain(|file| file.student.as_ref().is_some_and(|student| left.contains(&student)));
        class.pending.retain(|pending| left.contains(&&pending.student));
        class.duplicates.retain(|same| same.students.iter().any(|student| left.contains(&student)));
    }
    if !chosen.is_empty() {
        class.exercises.retain(|exercise| chosen.contains(&exercise.id));
        for student in &mut class.students {
            student.submissions.retain(|submission| chosen.contains(&submission.exercise));
        }
        class.refused.retain(|file| file.exercise.as_ref().is_none_or(|exercise| chosen.contains(exercise)));
        class.pending.retain(|pending| chosen.contains(&pending.exercise));
        class.duplicates.retain(|same| chosen.contains(&same.exercise));
    }
    Ok(())
}

/// Whether a word names an exercise, as on every command line: `ex07_race`, `ex07`, `ex7`, `7`, `race`.
fn names(id: &str, word: &str) -> bool {
    let number = |text: &str| text.trim_start_matches("ex").parse::<u32>().ok();
    let (short, name) = id.split_once('_').unwrap_or((id, ""));
    id == word || name == word || number(short).is_some_and(|known| number(word) == Some(known))
}

fn is_called(student: &Student, name: &str) -> bool {
    student.id == name || student.name == name
}

/// What reports of several files are written from.
struct Report<'a> {
    reading: &'a Reading,
    journal: &'a Journal,
    root: &'a Path,
    /// Whether some students or exercises alone were asked for, where reports of the whole class stand.
    of_a_part: bool,
}

/// One submission with what reports need beside it.
struct One<'a> {
    submission: &'a Submission,
    facts: &'a ExerciseFacts,
    shown: Option<Shown>,
}

impl One<'_> {
    fn single(&self) -> Single<'_> {
        let Submission { result, origin, .. } = self.submission;
        Single { facts: self.facts, result, file: origin, shown: self.shown.as_ref() }
    }
}

impl Report<'_> {
    fn say_written(&self, count: usize, console: &Console) {
        let files = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        console.say(&format!("{files} written below {}\n", super::shown(self.root)));
    }

    /// Writes what a batch writes by itself, and says how many files. Where the table and the page of the class stand, those
    /// of a part of it do not replace them.
    fn write_usual(&self) -> Result<usize, Failure> {
        let files = self.write(ReportFormat::Json)? + self.write(ReportFormat::Html)?;
        if self.of_a_part {
            return Ok(files);
        }
        batch::replace_whole(&self.root.join("grades.csv"), csv::plain(&self.reading.class).as_bytes())?;
        Ok(files + 1)
    }

    /// Writes a report that is several files, and says how many.
    fn write(&self, format: ReportFormat) -> Result<usize, Failure> {
        let class = &self.reading.class;
        let mut files: usize = 0;
        let mut put = |path: &str, text: &str| {
            files += 1;
            batch::replace_whole(&self.root.join(path), text.as_bytes())
        };
        match format {
            ReportFormat::Json => {
                batch::write_results(class, self.root)?;
                return Ok(class.submissions().count());
            }
            // The page of a class is not replaced by that of a part of it.
            ReportFormat::Html => return batch::write_pages(self.reading, self.journal, self.root, !self.of_a_part),
            ReportFormat::Moodle => {
                for exercise in &class.exercises {
                    put(&format!("moodle/{}.csv", exercise.id), &csv::moodle(class, exercise))?;
                }
            }
            ReportFormat::Gradescope => {
                for student in class.students.iter().filter(|student| !student.submissions.is_empty()) {
                    let all = self.of(student)?;
                    let singles: Vec<Single<'_>> = all.iter().map(One::single).collect();
                    put(&format!("gradescope/{}/results.json", student.id), &gradescope::document(&singles))?;
                }
            }
            ReportFormat::Exercism => {
                for student in &class.students {
                    for one in self.of(student)? {
                        let path = format!("exercism/{}/{}/results.json", student.id, one.facts.id);
                        put(&path, &exercism::document(&one.single()))?;
                    }
                }
            }
            _ => {}
        }
        Ok(files)
    }

    /// All submissions of a student, with their runs that are shown.
    fn of<'s>(&'s self, student: &'s Student) -> Result<Vec<One<'s>>, Failure> {
        let class = &self.reading.class;
        let known = student
            .submissions
            .iter()
            .filter_map(|submission| Some((submission, class.exercise(&submission.exercise)?)));
        known
            .map(|(submission, facts)| {
                let shown = self.reading.shown(self.journal, &student.id, &facts.id);
                Ok(One { submission, facts, shown: shown.map_err(|error| batch::of_journal(&error))? })
            })
            .collect()
    }

    /// The file's addresses and the tag are known to Classroom 50's runner alone, which grades one student at a time.
    fn classroom50(&self) -> Result<String, Failure> {
        let [student] = self.reading.class.students.as_slice() else {
            return Err(
                Failure::usage("Classroom 50's result.json holds one student").help("name one: `--student NAME`")
            );
        };
        let all = self.of(student)?;
        let singles: Vec<Single<'_>> = all.iter().map(One::single).collect();
        classroom50::document(&singles, &formats::classroom50_origin()?)
            .map_err(|undecided| Failure::new(Exit::Unsupported, undecided))
    }

    fn annotations(&self) -> Result<String, Failure> {
        let mut all = Vec::new();
        for student in &self.reading.class.students {
            all.extend(self.of(student)?);
        }
        let singles: Vec<Single<'_>> = all.iter().map(One::single).collect();
        Ok(github::annotations(&singles))
    }
}
