//! Ctrl-C and `kill -9` in the middle: children are ended, nothing is lost and nothing left, exit status 130.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::desk::Desk;

/// A grader that runs a program without an end, and that program. It keeps its files in a folder of its own.
fn endless(desk: &Desk, clock: &str, body: &str) -> (Child, Pid) {
    // The program tells that it runs through a file: its output goes to the grader.
    let pipe = desk.dir().join("started");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    desk.write(
        "endless.py",
        &format!(
            "import os, time\nopen('left', 'w').close()\nwith open('{}', 'w') as pipe:\n    print(os.getpid(), file=pipe)\n{body}\n",
            pipe.display()
        ),
    );
    let spec = desk.read("graders/ex01_hello/spec.toml");
    let spec = spec.replace("time = \"5s\"", "time = \"1h\"").replace("cpu = \"2s\"", "cpu = \"1h\"");
    desk.write("graders/ex01_hello/spec.toml", &spec);
    std::fs::create_dir(temporary(desk)).expect("a folder");
    let grader = desk
        .command(["ex01", "--clock", clock, "--sandbox", "off", "--file", "endless.py"])
        .env("TMPDIR", temporary(desk))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("grade runs");
    let mut line = String::new();
    BufReader::new(std::fs::File::open(&pipe).expect("the pipe")).read_line(&mut line).expect("a process id");
    (grader, Pid::from_raw(line.trim().parse().expect("a process id")))
}

fn temporary(desk: &Desk) -> std::path::PathBuf {
    desk.dir().join("temporary")
}

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// Waits for what comes soon, on a busy machine, too.
fn soon(done: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    while !done() {
        if begun.elapsed() > Duration::from_secs(20) {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

/// The grader's children.
fn workers_of(grader: u32) -> Vec<Pid> {
    let all = std::fs::read_dir("/proc").expect("proc").flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let works_for = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parent = stat.rsplit(')').next().and_then(|fields| fields.split_ascii_whitespace().nth(1));
        parent == Some(&grader.to_string())
    };
    pids.filter(works_for).map(Pid::from_raw).collect()
}

#[test]
fn an_interrupt_ends_the_program_and_says_so() {
    for (clock, body) in [("wall", "time.sleep(1000)"), ("virtual", "while True: pass")] {
        let desk = Desk::tiny();
        let (mut grader, program) = endless(&desk, clock, body);
        kill(Pid::from_raw(grader.id().cast_signed()), Signal::SIGINT).expect("the grader lives");
        let status = grader.wait().expect("it ends");
        assert_eq!(status.code(), Some(130));
        assert!(kill(program, None).is_err(), "the program is gone");
        assert_eq!(entries(&temporary(&desk)), 0, "and so are its files");
    }
}

#[test]
fn when_the_grader_is_killed_nothing_is_left_of_its_workers() {
    for (clock, body) in [("wall", "time.sleep(1000)"), ("virtual", "while True: pass")] {
        let desk = Desk::tiny();
        let (mut grader, program) = endless(&desk, clock, body);
        let workers = workers_of(grader.id());
        assert!(!workers.is_empty());
        assert!(entries(&temporary(&desk)) > 0, "workers have folders");
        grader.kill().expect("the grader lives");
        grader.wait().expect("it is killed");
        assert!(soon(|| workers.iter().all(|worker| kill(*worker, None).is_err())), "the workers are gone");
        assert!(soon(|| kill(program, None).is_err()), "the program is gone");
        assert!(soon(|| entries(&temporary(&desk)) == 0), "its files are gone");
    }
}

#[test]
fn an_interrupted_exploration_tells_how_far_it_came_and_what_it_found() {
    let desk = Desk::tiny();
    // The fifth run does not end.
    let program = desk.dir().join("fifth.sh");
    desk.write(
        "fifth.sh",
        "echo run >> runs\nif [ $(wc -l < runs) -eq 5 ]; then touch fifth; while :; do :; done; fi\necho done\n",
    );
    let fifth = desk.dir().join("fifth");
    let explorer = desk
        .command(["explore", "--schedules", "20", "--jobs", "1", "--", "sh", program.to_str().expect("a plain name")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("grade runs");
    assert!(soon(|| fifth.exists()));
    // Progress is told of what takes longer than a second.
    thread::sleep(Duration::from_secs(2));
    kill(Pid::from_raw(explorer.id().cast_signed()), Signal::SIGINT).expect("it explores");
    let output = explorer.wait_with_output().expect("it ends");
    let [said, told] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert_eq!(output.status.code(), Some(130), "{said}{told}");
    let runs = desk.read("runs").lines().count();
    assert_eq!(runs, 5, "{said}{told}");
    // The first run of all was to learn about the program.
    assert!(said.starts_with("3 schedules, 1 different outcome\n") && said.contains("done"), "{said}");
    assert!(told.contains("exploring: ") && told.contains(" of 20 schedules …\n"), "{told}");
    assert!(told.ends_with("interrupted after 3 of 20 schedules\n"), "{told}");
}

#[test]
fn listing_the_course_starts_no_worker() {
    // Where no folder for workers can be made, all that needs none works.
    let desk = Desk::tiny();
    let listed = desk.command(["list"]).env("TMPDIR", "/nowhere").output().expect("grade runs");
    assert!(listed.status.success(), "{listed:?}");
    let graded = desk.command(["ex01", "--solution", "--clock", "wall"]).env("TMPDIR", "/nowhere").output();
    assert_eq!(graded.expect("grade runs").status.code(), Some(4));
}
