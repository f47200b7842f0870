//! What a worker leaves behind when it is killed: processes that it started and that live on.
//!
//! What it traces dies with it (`PTRACE_O_EXITKILL`), what the sandbox's stage started does (`PR_SET_PDEATHSIG`, the
//! init of its namespace), and a supervisor of the wall engine ends its tree when its socket closes. A compiler and its
//! linker do not, but they never leave the worker's session.

use std::collections::BTreeSet;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// How long those that end by themselves have for it.
const GRACE: Duration = Duration::from_secs(2);
/// How long all of it may take. What is in the kernel's hands then (a broken disk) nobody can end.
const LONGEST: Duration = Duration::from_secs(10);

/// A process, told apart from a later one of the same id by when it was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Process {
    pid: i32,
    started: u64,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    process: Process,
    parent: i32,
    session: i32,
    dead: bool,
}

/// All processes below this one.
pub(super) fn below(root: i32) -> BTreeSet<Process> {
    let all: Vec<Seen> = everything().collect();
    let mut found = BTreeSet::new();
    let mut todo = vec![root];
    while let Some(parent) = todo.pop() {
        for seen in all.iter().filter(|seen| seen.parent == parent && seen.process.pid != root) {
            if found.insert(seen.process) {
                todo.push(seen.process.pid);
            }
        }
    }
    found
}

/// Ends what is left of a worker that is dead and not yet reaped (so that its id, which is its session's, is nobody
/// else's): its session, and those that were below it.
pub(super) fn end(worker: i32, below: &BTreeSet<Process>) {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(1);
    while begun.elapsed() < LONGEST {
        let mut left = false;
        for seen in everything().filter(|seen| !seen.dead && seen.process.pid != worker) {
            let of_session = seen.session == worker;
            if !of_session && !below.contains(&seen.process) {
                continue;
            }
            left = true;
            if of_session || begun.elapsed() > GRACE {
                // It may be gone by now, which is what is wanted.
                let _gone = kill(Pid::from_raw(seen.process.pid), Signal::SIGKILL);
            }
        }
        if !left {
            return;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Ends and reaps all that a job left below this process, which has no other children between two jobs.
pub(super) fn end_orphans() {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(1);
    while begun.elapsed() < LONGEST {
        match waitpid(None, Some(WaitPidFlag::WNOHANG | WaitPidFlag::__WALL)) {
            Err(Errno::ECHILD) => return,
            Ok(WaitStatus::StillAlive) => {
                for process in below(std::process::id().cast_signed()) {
                    // It may be gone by now, which is what is wanted.
                    let _gone = kill(Pid::from_raw(process.pid), Signal::SIGKILL);
                }
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            // Reaped; with EINVAL one whose signal has no name in nix.
            Ok(_) | Err(_) => {}
        }
    }
}

fn everything() -> impl Iterator<Item = Seen> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        parse(pid, &fs::read(format!("/proc/{pid}/stat")).ok()?)
    })
}

/// From `/proc/PID/stat` (proc(5)): the fields behind the name, which may hold anything, brackets too.
fn parse(pid: i32, stat: &[u8]) -> Option<Seen> {
    let behind_name = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let fields: Vec<&str> = std::str::from_utf8(&stat[behind_name..]).ok()?.split_ascii_whitespace().collect();
    Some(Seen {
        process: Process { pid, started: fields.get(19)?.parse().ok()? },
        parent: fields.get(1)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        dead: matches!(*fields.first()?, "Z" | "X"),
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{below, parse};

    #[test]
    fn the_fields_stand_behind_a_name_that_may_hold_anything() {
        let stat = b"7 (a) Z 9 (b)) S 3 7 5 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4711 0 0";
        let seen = parse(7, stat).unwrap();
        assert_eq!((seen.parent, seen.session, seen.process.started, seen.dead), (3, 5, 4711, false));
    }

    #[test]
    fn a_child_is_below_us() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let found = below(std::process::id().cast_signed());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found.iter().any(|process| process.pid == child.id().cast_signed()), "{found:?}");
    }
}
