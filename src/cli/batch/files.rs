//! The files that a batch always writes: a result a submission, the table of grades, the page of the class.

use std::path::Path;

use super::goal::replace_whole;
use crate::batch::Reading;
use crate::batch::journal::Journal;
use crate::cli::Failure;
use crate::report::class::{Class, result_path};
use crate::report::{csv, json};

/// Writes them all.
pub(super) fn write_all(reading: &Reading, _journal: &Journal, out: &Path) -> Result<(), Failure> {
    write_results(&reading.class, out)?;
    replace_whole(&out.join("grades.csv"), csv::plain(&reading.class).as_bytes())
}

/// Writes `results/STUDENT/exNN_name.json`.
pub(crate) fn write_results(class: &Class, out: &Path) -> Result<(), Failure> {
    for (student, submission) in class.submissions() {
        let path = out.join(result_path(&student.id, &submission.exercise, "json"));
        replace_whole(&path, json::line(&submission.result).as_bytes())?;
    }
    Ok(())
}
