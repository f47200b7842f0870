//! Grades as tables: a plain one, Canvas' gradebook import, Moodle's grading worksheet.
//!
//! In all of them the cell of a submission that could not be decided is **empty**, which no reader takes for a zero, and
//! so is that of one which was not handed in: what a missing submission is worth, the course decides. Whatever a student
//! can influence is made harmless for a spreadsheet (`cell.rs` says how).

mod canvas;
mod cell;
mod moodle;
mod plain;
mod scale;

pub use canvas::canvas;
pub use moodle::moodle;
pub use plain::plain;

use cell::cell;
use scale::scaled;

/// A table as text, with lines ended as RFC 4180 wants it.
fn table(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).expect("memory takes any row");
    }
    let bytes = writer.into_inner().expect("memory needs no flush that could fail");
    String::from_utf8(bytes).expect("text was written")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::{canvas, moodle, plain};
    use crate::report::samples::class;

    /// The rows as Python's own reader sees them, all of the same length.
    fn as_python_reads(text: &str) -> Vec<Vec<String>> {
        const SCRIPT: &str = "import csv, io, json, sys\n\
            text = sys.stdin.buffer.read().decode('utf-8')\n\
            print(json.dumps(list(csv.reader(io.StringIO(text, newline=''), strict=True))))";
        let mut python = Command::new("python3")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python reads the tables in this test");
        python.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("Python reads");
        let output = python.wait_with_output().expect("Python ends");
        assert!(output.status.success());
        let rows: Vec<Vec<String>> = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{rows:?}");
        rows
    }

    #[test]
    fn python_reads_every_table_as_it_was_meant() {
        let mut class = class();
        class.students[0].name = "Ann \"Quote\", the;\u{202e} Ünïcode\r\nsecond".to_owned();
        let rows = as_python_reads(&plain(&class));
        assert_eq!(rows[1][..3], ["ann", "Ann \"Quote\", the;\\u{202e} Ünïcode\nsecond", "4"]);
        assert_eq!(rows[3][2], "", "what could not be decided is no zero");
        let rows = as_python_reads(&canvas(&class));
        assert_eq!((rows.len(), rows[1][0].trim()), (8, "Points Possible"));
        let rows = as_python_reads(&moodle(&class, &class.exercises[0]));
        assert!(rows[1][3].contains("expected  2\nseen      1\n"), "lines of a comment stay: {}", rows[1][3]);
        for row in rows.iter().flatten() {
            assert!(!row.starts_with(['=', '+', '@', '\t']), "{row}");
        }
    }
}
