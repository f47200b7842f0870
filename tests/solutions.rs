//! Other people's ways to solve the exercises, in `tests/solutions/EXERCISE/{right,wrong}`: whatever is right passes, and
//! what is wrong fails just the checks that its first line names (`fails: …`), in every style that we could think of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use serde_json::Value;

/// How many are graded at once.
const AT_ONCE: usize = 3;

/// What was found of one submission.
struct Outcome {
    failed: BTreeSet<String>,
    unseen: BTreeSet<String>,
    verdict: String,
    details: String,
}

fn grade(exercise: &str, file: &Path) -> Outcome {
    let language = if file.extension().is_some_and(|extension| extension == "rs") { "rust" } else { "python" };
    let output = Command::new(env!("CARGO_BIN_EXE_grade"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([exercise, "--format", "json", "--lang", language])
        .arg("--file")
        .arg(file)
        .output()
        .expect("grade starts");
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let result: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}: {shown}", file.display()));
    let with_status = |statuses: &[&str]| {
        let checks = result["checks"].as_array().expect("a result has checks").iter();
        checks
            .filter(|check| statuses.contains(&check["status"].as_str().unwrap_or_default()))
            .map(|check| check["id"].as_str().unwrap_or_default().to_owned())
            .collect::<BTreeSet<_>>()
    };
    Outcome {
        failed: with_status(&["failed"]),
        unseen: with_status(&["unobserved", "inconclusive"]),
        verdict: result["verdict"].as_str().unwrap_or_default().to_owned(),
        details: shown,
    }
}

/// The checks that a wrong submission's first line names.
fn declared(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).expect("a readable file");
    let first = text.lines().next().unwrap_or_default();
    let (_, checks) = first.split_once("fails: ").unwrap_or_else(|| panic!("{}: no `fails:`", file.display()));
    checks.split_whitespace().map(str::to_owned).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

/// What is not as it should be with this submission.
fn complaint(exercise: &str, file: &Path, expected: &BTreeSet<String>) -> Option<String> {
    let Outcome { failed, unseen, verdict, details } = grade(exercise, file);
    let seen: BTreeSet<String> = expected.difference(&unseen).cloned().collect();
    // Where the machine offers no tracing, some checks see nothing; then no verdict is sure.
    let sure = unseen.is_empty();
    let as_it_should = if expected.is_empty() { "passed" } else { "failed" };
    (failed != seen || (sure && verdict != as_it_should))
        .then(|| format!("{}: {verdict}, fails {failed:?} instead of {seen:?}\n{details}", file.display()))
}

fn all_of(exercise: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/solutions").join(exercise);
    let mut jobs: Vec<(PathBuf, BTreeSet<String>)> =
        files(&folder.join("right")).into_iter().map(|file| (file, BTreeSet::new())).collect();
    jobs.extend(files(&folder.join("wrong")).into_iter().map(|file| (file.clone(), declared(&file))));
    let jobs = Mutex::new(jobs.into_iter());
    let complaints = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some((file, expected)) = jobs.lock().expect("no thread panicked").next() else { break };
                    complaints.lock().expect("no thread panicked").extend(complaint(exercise, &file, &expected));
                }
            });
        }
    });
    let complaints = complaints.into_inner().expect("no thread panicked");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn two_delays_may_be_put_on_two_threads_in_any_way() {
    all_of("ex01_threads");
}

#[test]
fn an_update_may_be_protected_in_any_way() {
    all_of("ex07_race");
}

#[test]
fn a_circle_may_be_broken_in_any_way() {
    all_of("ex09_deadlock");
}

#[test]
fn child_processes_may_be_made_in_any_way() {
    all_of("ex10_primes");
}

#[test]
fn pages_may_be_fetched_in_any_way() {
    all_of("ex22_fetch_all");
}
