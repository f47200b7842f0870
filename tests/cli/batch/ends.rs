//! Batches that end before they are done, and two at once.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use grade::batch::journal::Journal;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{RIGHT, class, findings, out};
use crate::desk::Desk;

/// Two sleepers, with a comment so that each student's is their own.
const SLEEPERS: &str = include_str!("../../courses/tiny/solutions/ex02_sleepers/main.py");

/// A class of which every student's content is their own.
fn larger_class(students: usize) -> Desk {
    let desk = Desk::tiny();
    for number in 0..students {
        desk.write(&format!("class/student{number:02}/ex01_hello/main.py"), &format!("# {number}\n{RIGHT}"));
        desk.write(&format!("class/student{number:02}/ex02_sleepers/main.py"), &format!("# {number}\n{SLEEPERS}"));
    }
    desk
}

#[test]
fn two_batches_at_once_do_not_share_a_folder() {
    let desk = class();
    desk.write("class/zoe/ex01_hello.py", "while True:\n    pass\n");
    let mut first = start(&desk, "batch class --out out -q");
    wait_until(&mut first, || out(&desk).join("grade.db").exists());
    let said = desk.grade("batch class --out out -q");
    kill(Pid::from_raw(first.id().cast_signed()), Signal::SIGTERM).ok();
    first.wait().expect("it ends");
    // The first may have been quicker than we were.
    if !said.contains("nothing to do") {
        assert!(said.contains("another batch is writing to `out`"), "{said}");
        assert!(said.starts_with("exit status: 2"), "{said}");
    }
}

#[test]
fn an_interrupt_keeps_what_was_finished_and_the_same_command_goes_on() {
    let desk = larger_class(6);
    desk.write("class/zoe/ex01_hello.py", "while True:\n    pass\n");
    let mut batch = start(&desk, "batch class --out out -q --jobs 2");
    wait_until(&mut batch, || runs(&out(&desk)) > 2);
    kill(Pid::from_raw(batch.id().cast_signed()), Signal::SIGINT).expect("it lives");
    let output = batch.wait_with_output().expect("it ends");
    let said = desk.said(&output);
    if output.status.code() != Some(1) {
        assert_eq!(output.status.code(), Some(130), "{said}");
        assert!(said.contains("run the same command again to go on where it was"), "{said}");
    }
    let said = desk.grade("batch class --out out -q");
    assert!(said.contains("13 submissions: 12 passed, 1 failed"), "{said}");
    assert_eq!(Journal::read(&out(&desk)).unwrap().run_counts().unwrap().1, 0, "no run was made twice");
}

#[test]
fn a_batch_that_is_killed_at_any_moment_comes_to_the_same_in_the_end() {
    let undisturbed = larger_class(8);
    undisturbed.grade("batch class --out out -q");
    let desk = larger_class(8);
    let temporary = tempfile::tempdir().expect("a folder");
    let line = "batch class --out out -q --jobs 3";
    for moment in [1, 9, 17] {
        let mut batch = start_in(&desk, line, temporary.path());
        wait_until(&mut batch, || runs(&out(&desk)) >= moment);
        let below = descendants(batch.id());
        kill(Pid::from_raw(batch.id().cast_signed()), Signal::SIGKILL).ok();
        batch.wait().expect("it ends");
        wait_for_the_end_of(&below);
    }
    let before = runs(&out(&desk));
    let said = start_in(&desk, line, temporary.path()).wait_with_output().expect("it ends");
    let said = desk.said(&said);
    assert!(said.contains("16 submissions: 16 passed"), "{said}");
    assert!(before >= 17);
    assert_eq!(findings(&out(&desk)), findings(&out(&undisturbed)));
    let counts = |desk: &Desk| Journal::read(&out(desk)).unwrap().run_counts().unwrap();
    assert_eq!(counts(&desk), counts(&undisturbed), "each run was made, and none twice");
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "nothing is left behind");
}

fn start(desk: &Desk, line: &str) -> Child {
    start_in(desk, line, &std::env::temp_dir())
}

fn start_in(desk: &Desk, line: &str, temporary: &Path) -> Child {
    let mut command = desk.command(line.split_whitespace());
    command.env("TMPDIR", temporary).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("grade runs")
}

/// How many runs are in the journal; 0 while there is none.
fn runs(out: &Path) -> u64 {
    Journal::read(out).and_then(|journal| journal.run_counts()).map_or(0, |counts| counts.0)
}

/// Waits for what a batch will come to, or for its end.
fn wait_until(batch: &mut Child, there: impl Fn() -> bool) {
    let began = Instant::now();
    while !there() && batch.try_wait().expect("it can be asked").is_none() {
        assert!(began.elapsed() < Duration::from_mins(5), "it never came");
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// A process and its start time, by which it is told from a later one of the same number.
type Process = (u32, String);

/// Parent and start time of every process.
fn processes() -> impl Iterator<Item = (u32, u32, String)> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        // A zombie only waits for its parent to look.
        (fields[0] != "Z").then(|| Some((pid, fields[1].parse().ok()?, fields[19].to_owned())))?
    })
}

/// All that a process started, directly or not.
fn descendants(pid: u32) -> Vec<Process> {
    let all: Vec<_> = processes().collect();
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![pid];
    while let Some(parent) = parents.pop() {
        for (child, _, start) in all.iter().filter(|(_, its_parent, _)| *its_parent == parent) {
            found.push((*child, start.clone()));
            parents.push(*child);
        }
    }
    found
}

/// Whom a dead batch was tracing or had started ends without it.
fn wait_for_the_end_of(below: &[Process]) {
    let began = Instant::now();
    while processes().any(|(pid, _, start)| below.contains(&(pid, start))) {
        assert!(began.elapsed() < Duration::from_mins(1), "somebody of {below:?} lives on");
        std::thread::sleep(Duration::from_millis(10));
    }
}
