use std::fs;
use std::path::Path;

use super::{Blame, Entry, FILE, Journal, JournalError, OutLock, Recorded, Roll, Work, WorkKey, WorkMemory};
use crate::batch::{Memory, RunKey};
use crate::check::verdict::{BuildSummary, CheckResult, ExerciseResult, SCHEMA, Status, Verdict};
use crate::course::model::Language;
use crate::report::class::Refused;
use crate::trace::{Builder, Trace};

fn work(digest: &str) -> Work {
    Work {
        exercise: "ex07_race".into(),
        language: "rust".into(),
        digest: digest.into(),
        spec: "spec".into(),
        build: "rustc".into(),
        engine: "traced".into(),
        choice: "all".into(),
    }
}

fn trace(text: &str) -> Trace {
    Builder::new().at(2_000).line(text).build()
}

const fn run(schedule: u64) -> RunKey {
    RunKey { round: 0, case: 1, schedule }
}

fn result(verdict: Verdict, status: Status) -> ExerciseResult {
    let check = CheckResult {
        id: "exclusive".into(),
        name: "One at a time".into(),
        status,
        points: 0,
        max_points: 3,
        message: "Two at once.".into(),
        expected: None,
        actual: None,
        hint: None,
        case: None,
        schedule: None,
        evidence: Vec::new(),
    };
    ExerciseResult {
        schema: SCHEMA.into(),
        exercise: "ex07_race".into(),
        language: Language::Rust,
        verdict,
        score: 0,
        max_score: 3,
        checks: vec![check],
        build: BuildSummary::default(),
        run: None,
        replay: None,
        notes: Vec::new(),
    }
}

fn recorded(verdict: Verdict, status: Status) -> Recorded {
    Recorded {
        result: result(verdict, status),
        blame: None,
        shown: Some(run(7)),
        shown_case: Some("two updates".into()),
        graded_at: "2026-01-01T00:00:00Z".into(),
    }
}

fn entry(student: &str, work: &Work) -> Entry {
    Entry {
        student: student.into(),
        exercise: work.exercise.clone(),
        language: Language::Rust,
        digest: work.digest.clone(),
        origin: format!("{student}/ex07_race/main.rs"),
        late: false,
        work: work.key(),
    }
}

/// A journal in which these students handed this in.
fn with(folder: &Path, entries: &[(&str, &Work)]) -> Journal {
    let journal = Journal::open(folder).unwrap();
    enrol(&journal, entries, &|_, _| true);
    journal
}

fn enrol(journal: &Journal, entries: &[(&str, &Work)], covers: &dyn Fn(&str, &str) -> bool) {
    let roll =
        Roll { entries: entries.iter().map(|(student, work)| entry(student, work)).collect(), ..Roll::default() };
    let sources = entries.iter().map(|(_, work)| (work.digest.as_str(), b"fn main() {}".as_slice()));
    journal.enrol(&roll, entries.iter().map(|(_, work)| *work), sources, covers).unwrap();
}

#[test]
fn what_was_kept_is_known_to_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let key = work("a").key();
    let journal = with(folder.path(), &[("alice", &work("a"))]);
    let memory = WorkMemory::new(&journal, &key);
    assert_eq!(memory.known(run(7)).unwrap(), None);
    memory.keep(run(7), &trace("hello")).unwrap();
    // Not closed: as if the process had been killed here.
    std::mem::forget(journal);
    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(WorkMemory::new(&journal, &key).known(run(7)).unwrap(), Some(trace("hello")));
    assert_eq!(WorkMemory::new(&journal, &key).known(run(8)).unwrap(), None);
    assert_eq!(WorkMemory::new(&journal, &key).known(RunKey { round: 1, ..run(7) }).unwrap(), None);
}

#[test]
fn a_settled_result_keeps_the_trace_that_a_report_shows_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let key = work("a").key();
    let journal = with(folder.path(), &[("alice", &work("a"))]);
    let memory = WorkMemory::new(&journal, &key);
    memory.keep(run(7), &trace("shown")).unwrap();
    memory.keep(run(8), &trace("other")).unwrap();
    journal.record(&key, &recorded(Verdict::Failed, Status::Failed)).unwrap();
    assert_eq!(journal.recorded(&key).unwrap(), Some(recorded(Verdict::Failed, Status::Failed)));
    assert_eq!(journal.trace(&key, run(7)).unwrap(), Some(trace("shown")));
    assert_eq!(journal.trace(&key, run(8)).unwrap(), None);
    assert_eq!(journal.settled().unwrap(), [key].into());
    assert_eq!(journal.run_counts().unwrap(), (2, 0));
}

#[test]
fn what_we_could_not_decide_is_tried_again_and_what_was_our_fault_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (undecided, ours) = (work("a"), work("b"));
    let journal = with(folder.path(), &[("alice", &undecided), ("bob", &ours)]);
    for (work, verdict) in [(&undecided, Verdict::Inconclusive), (&ours, Verdict::GraderError)] {
        WorkMemory::new(&journal, &work.key()).keep(run(7), &trace("seen")).unwrap();
        journal.record(&work.key(), &recorded(verdict, Status::Inconclusive)).unwrap();
        journal.reopen(&work.key()).unwrap();
    }
    assert!(journal.settled().unwrap().is_empty());
    assert_eq!(journal.trace(&undecided.key(), run(7)).unwrap(), None, "it is run again");
    assert_eq!(journal.trace(&ours.key(), run(7)).unwrap(), Some(trace("seen")), "it need not be");
    WorkMemory::new(&journal, &undecided.key()).keep(run(7), &trace("again")).unwrap();
    assert_eq!(journal.run_counts().unwrap(), (2, 1));
}

#[test]
fn a_mistake_of_the_author_waits_for_another_spec() {
    let settled = |blame, verdict, status| Recorded { blame, ..recorded(verdict, status) }.is_settled();
    assert!(settled(Some(Blame::Author), Verdict::Inconclusive, Status::Inconclusive));
    assert!(settled(None, Verdict::Inconclusive, Status::Unobserved), "the same engine sees no more another time");
    assert!(!settled(None, Verdict::Failed, Status::Inconclusive));
    assert!(!settled(Some(Blame::Machine), Verdict::GraderError, Status::Inconclusive));
}

#[test]
fn any_part_of_what_decides_a_result_makes_another_key() {
    let base = work("a");
    let others = [
        Work { exercise: "x".into(), ..base.clone() },
        Work { language: "x".into(), ..base.clone() },
        Work { digest: "x".into(), ..base.clone() },
        Work { spec: "x".into(), ..base.clone() },
        Work { build: "x".into(), ..base.clone() },
        Work { engine: "x".into(), ..base.clone() },
        Work { choice: "x".into(), ..base.clone() },
        Work { spec: "specr".into(), build: "ustc".into(), ..base.clone() },
    ];
    let mut keys: std::collections::BTreeSet<WorkKey> = others.iter().map(Work::key).collect();
    keys.insert(base.key());
    assert_eq!(keys.len(), others.len() + 1);
    assert_eq!(base.key(), work("a").key());
}

#[test]
fn a_submission_that_was_withdrawn_goes_but_not_one_that_this_batch_does_not_look_at() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (work("a"), work("b"));
    let journal = with(folder.path(), &[("alice", &first), ("bob", &first), ("carol", &first)]);
    enrol(&journal, &[("alice", &second)], &|student, _| student != "carol");
    let entries = journal.entries().unwrap();
    let left: Vec<(&str, &str)> = entries.iter().map(|entry| (entry.student.as_str(), entry.digest.as_str())).collect();
    assert_eq!(left, [("alice", "b"), ("carol", "a")]);
}

#[test]
fn files_that_another_batch_refused_stay_unless_this_one_looked_at_them() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let refused = |student: &str| Refused {
        student: Some(student.into()),
        exercise: Some("ex07_race".into()),
        origin: format!("{student}.zip"),
        why: "it is a link".into(),
        not_attempted: false,
    };
    let enrol = |excluded: Vec<Refused>, covers: &dyn Fn(&str, &str) -> bool| {
        let roll = Roll { excluded, ..Roll::default() };
        journal.enrol(&roll, [], [], covers).unwrap();
        journal.excluded().unwrap()
    };
    enrol(vec![refused("alice"), refused("bob")], &|_, _| true);
    assert_eq!(enrol(vec![], &|student, _| student == "bob"), [refused("alice")]);
}

#[test]
fn two_batches_do_not_write_to_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let held = OutLock::take(folder.path()).unwrap();
    let error = OutLock::take(folder.path()).unwrap_err();
    assert!(matches!(error, JournalError::Busy { .. }), "{error:?}");
    assert!(error.help().unwrap().contains("--out"));
    drop(held);
    OutLock::take(folder.path()).unwrap();
}

#[test]
fn a_journal_of_a_newer_grade_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(with(folder.path(), &[]));
    let raw = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
    raw.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(raw);
    for error in [Journal::open(folder.path()).unwrap_err(), Journal::read(folder.path()).unwrap_err()] {
        assert!(matches!(error, JournalError::Newer { found: 99, .. }), "{error:?}");
    }
}

#[test]
fn a_damaged_file_a_foreign_one_and_none_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    assert!(matches!(Journal::read(folder.path()).unwrap_err(), JournalError::Absent { .. }));
    fs::write(&path, "no database at all, though long enough to be looked at as if it were one").unwrap();
    assert!(matches!(Journal::open(folder.path()).unwrap_err(), JournalError::Damaged { .. }));
    fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (x)").unwrap();
    assert!(matches!(Journal::open(folder.path()).unwrap_err(), JournalError::Foreign { .. }));
}

#[test]
fn a_page_that_was_overwritten_is_found_before_anything_is_graded() {
    let folder = tempfile::tempdir().unwrap();
    let works: Vec<Work> = (0..200).map(|number| work(&format!("{number:0>64}"))).collect();
    let names: Vec<String> = (0..200).map(|number| format!("student{number}")).collect();
    let entries: Vec<(&str, &Work)> = names.iter().map(String::as_str).zip(&works).collect();
    drop(with(folder.path(), &entries));
    let path = folder.path().join(FILE);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    let error = Journal::open(folder.path()).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { .. }), "{error:?}");
    assert!(error.help().unwrap().contains("--fresh"));
}

#[test]
fn a_journal_that_is_put_aside_is_whole_under_its_new_name() {
    let folder = tempfile::tempdir().unwrap();
    let journal = with(folder.path(), &[("alice", &work("a"))]);
    // Its last pages are in the log alone.
    std::mem::forget(journal);
    let aside = Journal::put_aside(folder.path()).unwrap().unwrap();
    assert!(aside.ends_with("grade.db.old-1"));
    assert!(Journal::open(folder.path()).unwrap().entries().unwrap().is_empty());
    let old = rusqlite::Connection::open(aside).unwrap();
    let kept: i64 = old.query_row("SELECT count(*) FROM submission", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 1);
}

#[test]
fn a_journal_that_was_closed_is_one_file_and_needs_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    drop(with(folder.path(), &[("alice", &work("a"))]));
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [FILE]);
    let header = fs::read(folder.path().join(FILE)).unwrap();
    assert_eq!(header[18..20], [1, 1], "by the file's header it is not in WAL mode");
    assert_eq!(Journal::read(folder.path()).unwrap().entries().unwrap().len(), 1);
    // The next batch goes on in WAL mode.
    let journal = Journal::open(folder.path()).unwrap();
    journal.note_scratch("/tmp/x").unwrap();
    assert!(folder.path().join(format!("{FILE}-wal")).exists());
}

#[test]
fn a_trace_that_cannot_be_read_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let key = work("a").key();
    let journal = with(folder.path(), &[("alice", &work("a"))]);
    let memory = WorkMemory::new(&journal, &key);
    memory.keep(run(7), &trace("hello")).unwrap();
    journal.lock().execute("UPDATE run SET trace = x'00010203'", []).unwrap();
    assert!(matches!(journal.trace(&key, run(7)), Err(JournalError::Damaged { .. })));
    assert_eq!(memory.known(run(7)).unwrap(), None);
    memory.keep(run(7), &trace("hello")).unwrap();
    assert_eq!(memory.known(run(7)).unwrap(), Some(trace("hello")));
}
