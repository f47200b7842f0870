//! Runs as control groups, where this machine lets us make them; where it does not, the same runs come to the same end
//! without, as far as no limit of the kernel is needed for it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use grade::course::model::Limits;
use grade::engine::{Engine, Interrupt, RunRequest, TracedEngine};
use grade::sandbox::{Rung, best};
use grade::trace::{Ended, EventKind, ExitStatus, LimitKind, Trace};

fn grade_binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_grade"))
}

const RUNGS: [Rung; 2] = [Rung::Namespaces, Rung::Landlock];

fn has_groups() -> bool {
    best(grade_binary()).groups.is_ok()
}

/// What the program said, for the message of a test that fails.
fn said(trace: &Trace) -> Vec<String> {
    trace
        .events
        .iter()
        .filter_map(|event| Some(format!("{:?}", matches!(event.kind, EventKind::Line { .. }).then_some(&event.kind)?)))
        .collect()
}

fn run(engine: &TracedEngine, script: &str, memory: u64) -> Result<Trace, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = if engine.rung() == Rung::Namespaces { ". /tmp /dev/shm" } else { "." };
    let request = RunRequest {
        argv: ["/usr/bin/python3", "-c", script].map(Into::into).to_vec(),
        env: vec![("PATH".into(), "/usr/bin:/bin".into()), ("FOLDERS".into(), folders.into())],
        cwd: folder.path().to_owned(),
        stdin: Vec::new(),
        limits: Limits { memory, ..Limits::default() },
        real_limit: Duration::from_mins(5),
        schedule: 0,
        places: Vec::new(),
        http: false,
        interrupt: Interrupt::default(),
    };
    engine.run(&request).map_err(|error| error.to_string())
}

/// Memory that no process has: what was sent and is not received.
const UNSEEN: &str = "
import os, socket
for _ in range(3):
    if os.fork() == 0:
        break
held = []
for _ in range(400):
    pair = socket.socketpair()
    for end in pair:
        end.setblocking(False)
        try:
            while True:
                end.send(bytes(32 << 10))
        except BlockingIOError:
            pass
    held.append(pair)
print('held it all', flush=True)
try:
    os.wait()
    os.wait()
    os.wait()
except ChildProcessError:
    import time
    time.sleep(5)
";

#[test]
fn memory_that_no_process_holds_is_the_runs_all_the_same() {
    for rung in RUNGS {
        let engine = TracedEngine::with_executable(grade_binary()).contained_by(rung);
        let trace = run(&engine, UNSEEN, 64 << 20).expect("a run");
        let (end, said) = (&trace.end, said(&trace));
        if has_groups() {
            assert_eq!((end.ended, end.limit), (Ended::Limit, Some(LimitKind::Memory)), "{rung:?}: {said:?}");
            assert!(end.used > Some(64 << 20) && end.most == Some(64 << 20), "{rung:?}: {end:?}");
        } else {
            assert_eq!(end.ended, Ended::Exit, "{rung:?}: {said:?}");
        }
    }
}

#[test]
fn a_child_that_is_ended_for_want_of_memory_ends_the_run_by_its_limit() {
    // It goes for all at once, in a piece that a process may ask for: before anybody has looked.
    let script = "
import os
if os.fork() == 0:
    os.setsid()
    bytearray(b'x') * (700 << 20)
    os._exit(0)
print(os.wait())
";
    for rung in RUNGS {
        let engine = TracedEngine::with_executable(grade_binary()).contained_by(rung);
        let end = run(&engine, script, 64 << 20).expect("a run").end;
        assert_eq!((end.ended, end.limit), (Ended::Limit, Some(LimitKind::Memory)), "{rung:?}: {end:?}");
    }
}

#[test]
fn what_a_run_may_use_it_may_use_in_a_group_too() {
    // Memory just below the limit, files up to what its folders hold, and a full pipe.
    let script = "
import os
memory = bytearray(b'x') * (200 << 20)
for folder in os.environ['FOLDERS'].split():
    with open(os.path.join(folder, 'large'), 'wb') as file:
        for _ in range(28):
            file.write(bytes(1 << 20))
print(len(memory))
";
    for rung in RUNGS {
        let engine = TracedEngine::with_executable(grade_binary()).contained_by(rung);
        let trace = run(&engine, script, 256 << 20).expect("a run");
        let end = &trace.end;
        assert_eq!((end.ended, end.exit), (Ended::Exit, Some(ExitStatus::Code(0))), "{rung:?}: {:?}", said(&trace));
    }
}

#[test]
fn one_that_kills_itself_is_not_said_to_have_used_too_much() {
    for rung in RUNGS {
        let engine = TracedEngine::with_executable(grade_binary()).contained_by(rung);
        let end = run(&engine, "import os; os.kill(os.getpid(), 9)", 64 << 20).expect("a run").end;
        assert_eq!((end.ended, end.exit), (Ended::Signal, Some(ExitStatus::Signal(9))), "{rung:?}: {end:?}");
    }
}

#[test]
fn threads_beyond_every_limit_are_refused_by_the_group() {
    // As another user's they would be counted by the kernel, too; under Landlock without a user of its own only here.
    for rung in RUNGS {
        let engine = TracedEngine::with_executable(grade_binary()).contained_by(rung);
        let bomb = "import os\nwhile True:\n    os.fork()";
        let end = run(&engine, bomb, 256 << 20).expect("a run").end;
        assert_eq!((end.ended, end.limit), (Ended::Limit, Some(LimitKind::Processes)), "{rung:?}: {end:?}");
    }
}

/// The folders of groups that have this process's id in their names.
fn groups_of(pid: u32) -> Vec<PathBuf> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let name = format!("grade-run-{pid}-");
    let mut found = Vec::new();
    for line in own.lines() {
        let path = line.splitn(3, ':').nth(2).unwrap_or_default().trim_start_matches('/');
        for hierarchy in fs::read_dir("/sys/fs/cgroup").into_iter().flatten().flatten() {
            for at in [hierarchy.path(), hierarchy.path().join(path), Path::new("/sys/fs/cgroup").join(path)] {
                let entries = fs::read_dir(at).into_iter().flatten().flatten();
                found.extend(
                    entries.map(|entry| entry.path()).filter(|path| {
                        path.file_name().is_some_and(|found| found.to_string_lossy().starts_with(&name))
                    }),
                );
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

#[test]
fn a_killed_graders_groups_go_with_the_next_grader() {
    let mut grader = Command::new(grade_binary())
        .args(["trace", "--sandbox", "require", "--", "/bin/sh", "-c", "echo begun; while :; do :; done"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("grade");
    let mut line = [0; 6];
    grader.stdout.take().expect("a pipe").read_exact(&mut line).expect("it begins");
    let during = groups_of(grader.id());
    grader.kill().and_then(|()| grader.wait()).expect("ended");
    assert_eq!(!during.is_empty(), has_groups(), "{during:?}, {:?}", best(grade_binary()).groups);
    // Whoever comes next sweeps, when the last of the killed are gone.
    let gone = (0..100).any(|_| {
        let doctor = Command::new(grade_binary()).arg("doctor").output().expect("grade");
        assert!(!doctor.stdout.is_empty());
        groups_of(grader.id()).is_empty()
    });
    assert!(gone, "left: {:?}", groups_of(grader.id()));
}

#[test]
fn nothing_is_left_of_a_group_that_is_not_kept() {
    let mut grader = Command::new(grade_binary())
        .args(["trace", "--sandbox", "require", "--", "/bin/sh", "-c", "setsid sleep 1000 & echo done"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("grade");
    assert!(grader.wait().expect("ended").success());
    assert_eq!(groups_of(grader.id()), Vec::<PathBuf>::new());
}

/// A group of version 1 around a grader, with less memory than its runs may use; none where this machine has no such.
struct Around(PathBuf);

impl Around {
    fn new(memory: u64) -> Option<Self> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let own = own.lines().find_map(|line| line.split_once(":memory:/"))?.1;
        let folder = Path::new("/sys/fs/cgroup/memory").join(own).join(format!("test-{}", std::process::id()));
        fs::create_dir(&folder).ok()?;
        fs::write(folder.join("memory.limit_in_bytes"), memory.to_string()).expect("a limit");
        Some(Self(folder))
    }
}

impl Drop for Around {
    fn drop(&mut self) {
        // Who was ended is on its way out.
        while fs::remove_dir(&self.0).is_err_and(|error| error.kind() == std::io::ErrorKind::ResourceBusy) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn memory_that_the_machine_lacks_is_not_the_programs_fault() {
    let Some(around) = Around::new(300 << 20) else {
        assert!(!Path::new("/sys/fs/cgroup/memory/memory.limit_in_bytes").exists() || !has_groups());
        return;
    };
    let script = "memory = bytearray(b'x') * (600 << 20); print('held it all')";
    let output = Command::new("/bin/sh")
        .args(["-c", "echo $$ >\"$0/cgroup.procs\" && exec \"$@\""])
        .arg(&around.0)
        .arg(grade_binary())
        .args(["trace", "--sandbox", "require", "--", "/usr/bin/python3", "-c", script])
        .output()
        .expect("grade");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(125), "{said}");
    assert!(said.contains("the machine ran out of memory"), "{said}");
}
