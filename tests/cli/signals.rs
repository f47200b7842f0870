//! Ctrl-C in the middle: children are ended, nothing is lost, exit status 130.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::desk::Desk;

#[test]
fn an_interrupt_ends_the_program_and_says_so() {
    let desk = Desk::tiny();
    // The program tells that it runs through a file: its output goes to the grader.
    let pipe = desk.dir().join("started");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    desk.write(
        "endless.py",
        &format!(
            "import os, time\nwith open({pipe:?}, 'w') as pipe:\n    print(os.getpid(), file=pipe)\ntime.sleep(1000)\n"
        ),
    );
    let spec = desk.read("graders/ex01_hello/spec.toml").replace("time = \"5s\"", "time = \"1h\"");
    desk.write("graders/ex01_hello/spec.toml", &spec);
    let mut grader = desk
        .command(["ex01", "--clock", "wall", "--file", "endless.py"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("grade runs");
    let mut line = String::new();
    BufReader::new(std::fs::File::open(&pipe).expect("the pipe")).read_line(&mut line).expect("a process id");
    let program = Pid::from_raw(line.trim().parse().expect("a process id"));
    kill(Pid::from_raw(grader.id().cast_signed()), Signal::SIGINT).expect("the grader lives");
    let status = grader.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert!(kill(program, None).is_err(), "the program is gone");
}
