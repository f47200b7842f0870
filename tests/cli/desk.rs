//! A copy of a course in a folder of its own, `grade` to be run in it, and what it said made the same on every machine.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use regex::Regex;
use tempfile::TempDir;

/// A copy of a course, with a home of its own beside it.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    /// The tiny course, in a checkout.
    pub(crate) fn tiny() -> Self {
        let desk = Self::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/courses/tiny"), &desk.dir());
        desk
    }

    /// A checkout of the real course, as a student clones it.
    pub(crate) fn course() -> Self {
        let desk = Self::empty();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["graders", "solutions", "exercises"] {
            copy(&root.join(folder), &desk.dir().join(folder));
        }
        // Whoever tests may have begun to work on the exercises.
        for exercise in fs::read_dir(root.join("graders")).expect("the graders").flatten() {
            let starter = exercise.path().join("starter");
            if starter.is_dir() {
                copy(&starter, &desk.dir().join("exercises").join(exercise.file_name()));
            }
        }
        desk
    }

    /// A folder with nothing in it: not in a course, not in a workspace.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("grade-desk-").tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("course")).expect("a folder");
        Self { folder }
    }

    /// Where the commands run.
    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("it is there").join("course")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.dir().join(path);
        fs::create_dir_all(path.parent().expect("a file in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.dir().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A command with nothing of the tester's environment but what it takes to find compilers.
    pub(crate) fn command(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
        command.args(args).current_dir(self.dir()).env_clear().stdin(Stdio::null());
        for name in ["PATH", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        // The compiler may be found through the home only.
        if let Some(home) = std::env::var_os("HOME") {
            command.env("HOME", home);
        }
        command.env("GRADE_CACHE_DIR", cache());
        command
    }

    /// Runs a line of arguments and returns all that it said and its exit status, made the same on every machine.
    pub(crate) fn grade(&self, line: &str) -> String {
        self.said(&self.output(line))
    }

    /// Runs a line of arguments.
    pub(crate) fn output(&self, line: &str) -> Output {
        self.command(line.split_whitespace()).output().expect("grade runs")
    }

    /// What a command said, made the same on every machine.
    pub(crate) fn said(&self, output: &Output) -> String {
        let status = output.status.code().map_or_else(|| "none".to_owned(), |code| code.to_string());
        let mut text = format!("exit status: {status}\n");
        for (name, stream) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            let stream = self.redact(&String::from_utf8_lossy(stream));
            if !stream.is_empty() {
                text.push_str(&format!("----- {name} -----\n{stream}"));
            }
        }
        text
    }

    /// Takes out what differs from run to run: times, folders, and lines of progress.
    pub(crate) fn redact(&self, text: &str) -> String {
        static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
            [
                (r#""(ns|real|cpu|elapsed|t|used)":\d+"#, r#""$1":[N]"#),
                // The best that this machine has.
                ("sandbox: (namespaces|landlock)(, cgroup)?", "sandbox: [RUNG]"),
                (r"\d+\.\d{3} s\b", "[TIME]"),
                (r"up to [\d.]+ (ns|µs|ms|s)\b", "up to [TIME]"),
                (r"watched in [\d.]+ (ns|µs|ms|s)\b", "watched in [TIME]"),
                // Progress is for who waits; how long one waits depends on the machine.
                (r"(?m)^(grading|verifying|building|recording) .* …\n", ""),
            ]
            .into_iter()
            .map(|(pattern, with)| (Regex::new(pattern).expect("a pattern"), with))
            .collect()
        });
        let mut text =
            text.replace(&*self.dir().to_string_lossy(), "[DIR]").replace(&*cache().to_string_lossy(), "[CACHE]");
        for (pattern, with) in &*RULES {
            text = pattern.replace_all(&text, *with).into_owned();
        }
        text
    }
}

/// Shared by all tests: what is built once serves all of them.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("grade-cache")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
