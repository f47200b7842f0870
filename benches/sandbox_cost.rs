//! What the sandbox costs: set-up and tear-down around `true`, against bare fork and exec and against bubblewrap, in turns.
//!
//! `cargo bench --bench sandbox_cost` prints medians; `ROUNDS=200` makes it longer. Without `bwrap` its row says so.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use grade::sandbox::{
    GroupLimits, GroupPlan, Groups, Plan, ProcessLimits, Rung, View, keep_groups, own_identity, release_groups, start,
};
use nix::sys::wait::{WaitPidFlag, waitpid};

/// What is started around `true`.
type Way = (&'static str, fn() -> bool);

const WAYS: [Way; 6] = [
    ("bare fork and exec", bare),
    ("bubblewrap, the same namespaces and view", bubblewrap),
    ("namespaces", namespaces),
    ("namespaces, in a control group", in_a_group),
    ("landlock", landlock),
    ("the stage alone", off),
];

fn main() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(61);
    let mut times: Vec<Vec<Duration>> = WAYS.iter().map(|_| Vec::new()).collect();
    // As a worker does, which has one for all of its runs.
    keep_groups();
    let works: Vec<bool> = WAYS.iter().map(|(_, way)| way()).collect();
    for _ in 0..rounds {
        for (index, (_, way)) in WAYS.iter().enumerate().filter(|(index, _)| works[*index]) {
            let began = Instant::now();
            way();
            times[index].push(began.elapsed());
        }
    }
    for ((name, _), times) in WAYS.iter().zip(&mut times) {
        times.sort_unstable();
        match times.get(times.len() / 2) {
            Some(median) => println!("{name:<44}{:>9.2} ms", median.as_secs_f64() * 1e3),
            None => println!("{name:<44} does not work here"),
        }
    }
    release_groups();
}

fn bare() -> bool {
    Command::new("/bin/true").status().is_ok_and(|status| status.success())
}

fn bubblewrap() -> bool {
    let mut command = Command::new("bwrap");
    command.args([
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]);
    command.args(["--tmpfs", "/tmp", "--tmpfs", "/exercise", "--tmpfs", "/dev/shm", "--chdir", "/exercise"]);
    for path in View::system().read_only.iter().filter(|path| path.exists()) {
        match path.read_link() {
            Ok(target) => command.arg("--symlink").arg(target).arg(path),
            Err(_) => command.arg("--ro-bind").arg(path).arg(path),
        };
    }
    command.arg("/bin/true").stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn namespaces() -> bool {
    contained(Rung::Namespaces, None)
}

fn in_a_group() -> bool {
    group().is_some_and(|group| contained(Rung::Namespaces, Some(group)))
}

fn group() -> Option<GroupPlan> {
    static GROUPS: OnceLock<Option<Groups>> = OnceLock::new();
    let groups = GROUPS.get_or_init(|| Groups::find().ok()).clone()?;
    Some(GroupPlan { groups, limits: GroupLimits::behind(512 << 20, 64 << 20, 64) })
}

fn landlock() -> bool {
    contained(Rung::Landlock, None)
}

fn off() -> bool {
    contained(Rung::Off, None)
}

fn contained(rung: Rung, group: Option<GroupPlan>) -> bool {
    let plan = Plan {
        rung,
        argv: vec!["/bin/true".into()],
        env: Vec::new(),
        cwd: if rung == Rung::Namespaces { "/exercise".into() } else { "/".into() },
        view: View::system(),
        limits: ProcessLimits::default(),
        identity: own_identity(),
        tracer_filters: Vec::new(),
        trap_cycle_counter: false,
        fixed_addresses: false,
        outlives: false,
        group,
    };
    let null = File::options().read(true).write(true).open("/dev/null").expect("/dev/null");
    let grade = Path::new(env!("CARGO_BIN_EXE_grade"));
    let Ok(mut staged) = start(&plan, grade, [null.as_fd(), null.as_fd(), null.as_fd()]) else { return false };
    let gone = staged.open_gate().is_ok() && waitpid(staged.child(), Some(WaitPidFlag::__WALL)).is_ok();
    if let Some(group) = staged.take_group() {
        group.end();
    }
    gone && staged.failure("/bin/true").is_none()
}
