//! Recorded runs of the reference, as files that `cargo insta` can review.
//!
//! The format is insta's: a YAML header between two `---` lines, then the contents, which are a [`Normal`] form as
//! text. A snapshot that changed is written beside the old one as `.snap.new`; `cargo insta review` or `accept` puts it
//! in place. There is one file for each case and language (`two_updates@rust.snap`), as the references need
//! not print alike in both. This module does not compare runs with snapshots: that is a check.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use super::{Normal, NormalParseError};
use crate::clock::VirtualDuration;

/// Times of a new recording that differ by less than this are the machine's doing; the snapshot stays as it is.
const SAME_TIME: VirtualDuration = VirtualDuration::from_millis(100);

/// Why a snapshot cannot be used. The author's to mend, never the student's failure.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// There is none.
    #[error("there is no snapshot `{}`: `grade bless` records it", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is there but cannot be read.
    #[error("failed to read the snapshot `{}`: {cause}", path.display())]
    Unreadable {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It has no header.
    #[error("`{}` is no snapshot: it has no header between two `---` lines", path.display())]
    NoHeader {
        /// Where it is.
        path: PathBuf,
    },
    /// Its contents are no run.
    #[error("`{}` is no recorded run: line {line}: {}", path.display(), cause.problem)]
    Malformed {
        /// Where it is.
        path: PathBuf,
        /// The line of the file, from 1.
        line: usize,
        /// What is wrong with it.
        cause: NormalParseError,
    },
    /// It could not be written.
    #[error("failed to write the snapshot `{}`: {cause}", path.display())]
    Unwritable {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// Where recorded runs of the reference come from.
pub trait SnapshotSource {
    /// The recorded run of a case.
    ///
    /// # Errors
    /// When there is none or it cannot be read.
    fn snapshot(&self, case: &str) -> Result<Normal, SnapshotError>;
}

/// Snapshots in an exercise's grader folder.
#[derive(Clone, Debug)]
pub struct SnapshotFolder {
    /// `graders/exNN_name`.
    pub dir: PathBuf,
    /// The language's name, `rust` or `python`.
    pub language: &'static str,
}

impl SnapshotSource for SnapshotFolder {
    fn snapshot(&self, case: &str) -> Result<Normal, SnapshotError> {
        read(&path(&self.dir, case, self.language))
    }
}

/// Where the snapshot of a case is: the case's name in small letters and underscores, then the language.
pub fn path(grader: &Path, case: &str, language: &str) -> PathBuf {
    let mut name = String::new();
    for letter in case.chars().filter(|letter| !matches!(letter, '\'' | '’')).flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    grader.join(format!("{}@{language}.snap", if name.is_empty() { "case" } else { name }))
}

/// Reads a snapshot.
///
/// # Errors
/// When it is missing, unreadable or no snapshot.
pub fn read(path: &Path) -> Result<Normal, SnapshotError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            return Err(SnapshotError::Missing { path: path.to_owned() });
        }
        Err(cause) => return Err(SnapshotError::Unreadable { path: path.to_owned(), cause }),
    };
    let (header, contents) = split(&text).ok_or_else(|| SnapshotError::NoHeader { path: path.to_owned() })?;
    contents.parse().map_err(|cause: NormalParseError| SnapshotError::Malformed {
        path: path.to_owned(),
        line: header + cause.line,
        cause,
    })
}

/// How many lines the header has, its dashes included, and what comes after it.
fn split(text: &str) -> Option<(usize, &str)> {
    let mut lines = text.split_inclusive('\n');
    if lines.next()?.trim_end() != "---" {
        return None;
    }
    let mut read = 1;
    let mut after = text.split_once('\n')?.1;
    for line in lines {
        read += 1;
        after = &after[line.len()..];
        if line.trim_end() == "---" {
            return Some((read, after));
        }
    }
    None
}

/// A snapshot file's whole text. `source` is the path that `cargo insta` shows (the spec's, from the workspace's root),
/// `expression` says what was recorded.
pub fn render(normal: &Normal, source: &str, expression: &str) -> String {
    let mut text = String::from("---\n");
    // A JSON string is a YAML string, whatever is in it.
    for (key, value) in [("source", source), ("expression", expression)] {
        let _ = writeln!(text, "{key}: {}", serde_json::Value::from(value));
    }
    let _ = write!(text, "---\n{normal}");
    text
}

/// What recording a snapshot did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// There was none; now there is.
    Created,
    /// It says the same already, but for what the machine's speed explains.
    Unchanged,
    /// It says something else; the new one is here, for `cargo insta review`.
    Changed(PathBuf),
}

/// Records a run: a new snapshot is written at once, a changed one beside the old.
///
/// # Errors
/// When the old one cannot be read or the new one not be written. One that is no snapshot is replaced by review, too.
pub fn record(path: &Path, normal: &Normal, source: &str, expression: &str) -> Result<Recorded, SnapshotError> {
    let pending = path.with_extension("snap.new");
    let text = render(normal, source, expression);
    match read(path) {
        Ok(old) if old.same_within(normal, SAME_TIME) => {
            // What an earlier recording left to be reviewed is out of date.
            match std::fs::remove_file(&pending) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                    Err(SnapshotError::Unwritable { path: pending, cause })
                }
                _ => Ok(Recorded::Unchanged),
            }
        }
        Ok(_) | Err(SnapshotError::Malformed { .. } | SnapshotError::NoHeader { .. }) => {
            write(&pending, &text)?;
            Ok(Recorded::Changed(pending))
        }
        Err(SnapshotError::Missing { .. }) => {
            write(path, &text)?;
            Ok(Recorded::Created)
        }
        Err(error) => Err(error),
    }
}

/// Writes the whole file or nothing: a full disk must not leave half a snapshot.
fn write(path: &Path, text: &str) -> Result<(), SnapshotError> {
    let temporary = path.with_extension("snap.tmp");
    let written = std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|cause| {
        // What is left over does no harm, and the first error is the one to report.
        let _ = std::fs::remove_file(&temporary);
        SnapshotError::Unwritable { path: path.to_owned(), cause }
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Recorded, SnapshotError, path, read, record, render};
    use crate::trace::{Builder, Normal};

    fn run(millis: u64, text: &str) -> Normal {
        Normal::of(&Builder::new().at(millis).line(text).build(), &[])
    }

    #[test]
    fn a_cases_name_becomes_a_files_name() {
        for (case, file) in [
            ("two updates", "two_updates@rust.snap"),
            ("the lecture's delays, 3 and 2", "the_lectures_delays_3_and_2@rust.snap"),
            ("../..", "case@rust.snap"),
        ] {
            assert_eq!(path(Path::new("g"), case, "rust"), Path::new("g").join(file));
        }
    }

    #[test]
    fn a_snapshot_is_written_as_insta_writes_it() {
        let text = render(&run(2_000, "hello"), "graders/ex01/spec.toml", "a \"case\" (rust)");
        assert_eq!(
            text,
            "---\nsource: \"graders/ex01/spec.toml\"\nexpression: \"a \\\"case\\\" (rust)\"\n---\n2.000 s\n  main: hello\n"
        );
    }

    #[test]
    fn insta_reads_what_is_written_and_finds_the_same_contents() {
        let dir = tempfile::tempdir().unwrap();
        let normal = run(2_000, "a \\ backslash, a \x1b and a last space ");
        record(&path(dir.path(), "odd lines", "rust"), &normal, "graders/ex01/spec.toml", "a: \"b\"").unwrap();
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path(dir.path());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_suffix("rust");
        settings.bind(|| insta::assert_snapshot!("odd_lines", normal.to_string()));
        let files: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(files, ["odd_lines@rust.snap"], "insta had nothing to write");
    }

    #[test]
    fn a_changed_run_is_left_for_review_and_an_unchanged_one_clears_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = path(dir.path(), "one", "rust");
        let record = |normal: &Normal| record(&file, normal, "spec.toml", "one (rust)").unwrap();
        assert_eq!(record(&run(2_000, "a")), Recorded::Created);
        assert_eq!(record(&run(2_020, "a")), Recorded::Unchanged);
        assert_eq!(read(&file).unwrap(), run(2_000, "a"), "a little noise rewrites nothing");
        let pending = file.with_extension("snap.new");
        assert_eq!(record(&run(2_000, "b")), Recorded::Changed(pending.clone()));
        assert_eq!((read(&file).unwrap(), read(&pending).unwrap()), (run(2_000, "a"), run(2_000, "b")));
        assert_eq!(record(&run(2_000, "a")), Recorded::Unchanged);
        assert!(!pending.exists());
    }

    #[test]
    fn what_cannot_be_used_is_said_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let file = path(dir.path(), "one", "rust");
        assert!(matches!(read(&file), Err(SnapshotError::Missing { .. })));
        std::fs::write(&file, "no header").unwrap();
        assert!(matches!(read(&file), Err(SnapshotError::NoHeader { .. })));
        std::fs::write(&file, "---\nsource: a\n---\n0.000 s\n  main: x\nwhat?\n").unwrap();
        assert!(matches!(read(&file), Err(SnapshotError::Malformed { line: 6, .. })));
        std::fs::write(&file, [0xff, 0xfe]).unwrap();
        assert!(matches!(read(&file), Err(SnapshotError::Unreadable { .. })));
        assert!(matches!(
            record(&path(&dir.path().join("no such folder"), "one", "rust"), &run(0, "a"), "s", "e"),
            Err(SnapshotError::Unwritable { .. })
        ));
    }
}
