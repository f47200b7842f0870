//! The files that a batch always writes: a result a submission, the table of grades, the pages to look at.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::goal::replace_whole;
use crate::batch::Reading;
use crate::batch::journal::Journal;
use crate::cli::Failure;
use crate::report::class::{Class, result_path};
use crate::report::html::{self, Whose};
use crate::report::{Single, csv, json};

/// Writes them all, and removes those of submissions that are no more.
pub(super) fn write_all(reading: &Reading, journal: &Journal, out: &Path) -> Result<(), Failure> {
    write_results(&reading.class, out)?;
    remove_stale(&reading.class, out);
    replace_whole(&out.join("grades.csv"), csv::plain(&reading.class).as_bytes())?;
    write_pages(reading, journal, out, true).map(drop)
}

/// Writes for each submission `results/STUDENT/exNN_name.html`, and with `of_class` `report.html`; says how many
/// files.
pub(crate) fn write_pages(reading: &Reading, journal: &Journal, out: &Path, of_class: bool) -> Result<usize, Failure> {
    let class = &reading.class;
    let mut files = usize::from(of_class);
    for (student, submission) in class.submissions() {
        let Some(facts) = class.exercise(&submission.exercise) else { continue };
        let shown = reading.shown(journal, &student.id, &facts.id).map_err(|error| super::of_journal(&error))?;
        let single = Single { facts, result: &submission.result, file: &submission.origin, shown: shown.as_ref() };
        let whose = Whose { course: &class.course, student, submission, back: "../../report.html" };
        let page = html::submission_page(&single, Some(whose));
        replace_whole(&out.join(result_path(&student.id, &facts.id, "html")), page.as_bytes())?;
        files += 1;
    }
    if of_class {
        replace_whole(&out.join("report.html"), html::class_page(class).as_bytes())?;
    }
    Ok(files)
}

/// Writes `results/STUDENT/exNN_name.json`.
pub(crate) fn write_results(class: &Class, out: &Path) -> Result<(), Failure> {
    for (student, submission) in class.submissions() {
        let path = out.join(result_path(&student.id, &submission.exercise, "json"));
        replace_whole(&path, json::line(&submission.result).as_bytes())?;
    }
    Ok(())
}

/// Removes results that no submission has: one that was withdrawn should not be handed back. What is not named as we
/// name results is left alone.
fn remove_stale(class: &Class, out: &Path) {
    let current: BTreeSet<PathBuf> = class
        .submissions()
        .flat_map(|(student, submission)| {
            ["json", "html"].map(|extension| out.join(result_path(&student.id, &submission.exercise, extension)))
        })
        .collect();
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for student in entries(&out.join("results")) {
        for file in entries(&student) {
            let ends = file.extension().is_some_and(|extension| extension == "json" || extension == "html");
            let begins = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"ex"));
            let ours = begins && ends;
            if ours && !current.contains(&file) {
                // What cannot be removed is not in any table all the same.
                let _ = fs::remove_file(&file);
            }
        }
        // Only when nothing else is in it.
        let _ = fs::remove_dir(&student);
    }
}
