//! Runs as control groups, where this machine lets us make them; where it does not, the same runs come to the same end
//! without, as far as no limit of the kernel is needed for it.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use grade::clock::VirtualDuration;
use grade::course::model::Limits;
use grade::engine::{Engine, Interrupt, RunRequest, TracedEngine};
use grade::sandbox::{Rung, best, own_identity, probe_each};
use grade::trace::{Ended, EventKind, ExitStatus, LimitKind, Trace};

fn grade_binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_grade"))
}

/// The rungs that this machine has.
fn rungs() -> &'static [Rung] {
    static RUNGS: OnceLock<Vec<Rung>> = OnceLock::new();
    RUNGS.get_or_init(|| {
        let probed = probe_each(grade_binary(), own_identity());
        let rungs: Vec<_> =
            probed.into_iter().filter_map(|(rung, refusal)| refusal.is_none().then_some(rung)).collect();
        assert!(!rungs.is_empty(), "this machine has no rung to test");
        rungs
    })
}

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
        limits: Limits { memory, cpu: VirtualDuration::from_secs(300), ..Limits::default() },
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
    for &rung in rungs() {
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
    for &rung in rungs() {
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
    for &rung in rungs() {
        let engine = TracedEngine::with_executable(grade_binary()).contained_by(rung);
        let trace = run(&engine, script, 256 << 20).expect("a run");
        let end = &trace.end;
        assert_eq!((end.ended, end.exit), (Ended::Exit, Some(ExitStatus::Code(0))), "{rung:?}: {:?}", said(&trace));
    }
}

#[test]
fn one_that_kills_itself_is_not_said_to_have_used_too_much() {
    for &rung in rungs() {
        let engine = TracedEngine::with_executable(grade_binary()).contained_by(rung);
        let end = run(&engine, "import os; os.kill(os.getpid(), 9)", 64 << 20).expect("a run").end;
        assert_eq!((end.ended, end.exit), (Ended::Signal, Some(ExitStatus::Signal(9))), "{rung:?}: {end:?}");
    }
}

#[test]
fn threads_beyond_every_limit_are_refused_by_the_group() {
    // As another user's they would be counted by the kernel, too; under Landlock without a user of its own only here.
    for &rung in rungs() {
        let engine = TracedEngine::with_executable(grade_binary()).contained_by(rung);
        let bomb = "import os\nwhile True:\n    os.fork()";
        let end = run(&engine, bomb, 256 << 20).expect("a run").end;
        assert_eq!((end.ended, end.limit), (Ended::Limit, Some(LimitKind::Processes)), "{rung:?}: {end:?}");
    }
}

#[test]
fn a_run_sees_its_own_group_at_the_top() {
    let is_version_2 = !Path::new("/sys/fs/cgroup/memory/memory.limit_in_bytes").exists();
    if !is_version_2 || !has_groups() || !rungs().contains(&Rung::Namespaces) {
        // Those of version 1 are not what a namespace of groups begins with: a thread of ours enters them.
        return;
    }
    let engine = TracedEngine::with_executable(grade_binary()).contained_by(Rung::Namespaces);
    let trace = run(&engine, "print(open('/proc/self/cgroup').read().strip())", 64 << 20).expect("a run");
    assert!(said(&trace).iter().any(|line| line.contains("\"0::/\"")), "{:?}", said(&trace));
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

/// A group around a grader, with less memory than its runs may use; none where none can be made here.
struct Around(PathBuf);

impl Around {
    fn new(memory: u64) -> Option<Self> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let one = own.lines().find_map(|line| line.split_once(":memory:/"));
        let (parent, limit) = if let Some((_, own)) = one {
            (Path::new("/sys/fs/cgroup/memory").join(own), "memory.limit_in_bytes")
        } else {
            // The probe may have moved this process into a group below its own.
            let _probed = best(grade_binary());
            let own = fs::read_to_string("/proc/self/cgroup").ok()?;
            let own = Path::new("/sys/fs/cgroup").join(own.trim_end().strip_prefix("0::/")?);
            let is_moved = own.file_name().is_some_and(|name| name.to_string_lossy().starts_with("grade-itself-"));
            (if is_moved { own.parent()?.to_owned() } else { own }, "memory.max")
        };
        let folder = parent.join(format!("test-{}-{memory}", std::process::id()));
        fs::create_dir(&folder).ok()?;
        if fs::write(folder.join(limit), memory.to_string()).is_err() {
            fs::remove_dir(&folder).expect("nobody is in it");
            return None;
        }
        // What is not there on this kernel stands for no swap.
        let _no_swap = fs::write(folder.join("memory.swap.max"), "0");
        Some(Self(folder))
    }

    /// A command in it; without groups of its own: where it sees none.
    fn command(&self, groups: bool) -> Command {
        let enter = "echo $$ >\"$0/cgroup.procs\" && exec \"$@\"";
        let mut command = Command::new("/bin/sh");
        command.args(["-c", enter]).arg(&self.0);
        if !groups {
            let leave = "umount -l /sys/fs/cgroup && exec \"$0\" \"$@\"";
            command.args(["unshare", "-m", "/bin/sh", "-c", leave]);
        }
        command
    }
}

impl Drop for Around {
    fn drop(&mut self) {
        // Who was ended is on its way out; who was killed has left groups.
        let below = || fs::read_dir(&self.0).into_iter().flatten().flatten().map(|entry| entry.path());
        while fs::remove_dir(&self.0).is_err_and(|error| error.kind() == ErrorKind::ResourceBusy) {
            below().filter(|path| path.is_dir()).for_each(|group| drop(fs::remove_dir(group)));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn memory_that_the_machine_lacks_is_not_the_programs_fault() {
    if Around::new(300 << 20).is_none() {
        assert!(!Path::new("/sys/fs/cgroup/memory/memory.limit_in_bytes").exists() || !has_groups());
        return;
    }
    let script = "memory = bytearray(b'x') * (600 << 20); print('held it all')";
    for groups in [true, false] {
        if !groups && !nix::unistd::geteuid().is_root() {
            continue;
        }
        // A new one for each, as who was in it has parted it.
        let around = Around::new(300 << 20).expect("the first could be made");
        let output = around
            .command(groups)
            .arg(grade_binary())
            .args(["trace", "--sandbox", "auto", "--", "/usr/bin/python3", "-c", script])
            .output()
            .expect("grade");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(125), "groups: {groups}: {said}");
        assert!(said.contains("the machine ran out of memory"), "groups: {groups}: {said}");
    }
}

#[test]
fn memory_that_the_machine_lacks_for_what_is_over_its_limit_is_the_programs() {
    const INSIDE: &str = "GRADE_TEST_INSIDE";
    const NAME: &str = "memory_that_the_machine_lacks_for_what_is_over_its_limit_is_the_programs";
    if std::env::var_os(INSIDE).is_some() {
        assert!(!has_groups());
        // Enough of it at once that it is seen either way: by us, or by the kernel that has no more.
        let end = run(
            &TracedEngine::with_executable(grade_binary()).contained_by(rungs()[0]),
            "memory = bytearray(b'x') * (600 << 20)",
            64 << 20,
        );
        let end = end.expect("a run").end;
        assert_eq!((end.ended, end.limit), (Ended::Limit, Some(LimitKind::Memory)), "{end:?}");
        assert!(end.used > Some(64 << 20), "{end:?}");
        return;
    }
    let Some(around) = Around::new(280 << 20).filter(|_| nix::unistd::geteuid().is_root()) else { return };
    let inside = std::env::current_exe().expect("this test");
    let output = around.command(false).arg(inside).args(["--exact", NAME]).env(INSIDE, "1").output().expect("a test");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
