//! Grades as tables: a plain one, Canvas' gradebook import, Moodle's grading worksheet.
//!
//! In all of them the cell of a submission that could not be decided is **empty**, which no reader takes for a zero, and
//! so is that of one which was not handed in: what a missing submission is worth, the course decides. Whatever a student
//! can influence is made harmless for a spreadsheet (see [`cell()`]).

mod canvas;
mod cell;
mod moodle;
mod plain;

pub use canvas::canvas;
pub use moodle::moodle;
pub use plain::plain;

use cell::cell;

/// A table as text, with lines ended as RFC 4180 wants it.
fn table(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).expect("memory takes any row");
    }
    let bytes = writer.into_inner().expect("memory needs no flush that could fail");
    String::from_utf8(bytes).expect("text was written")
}
