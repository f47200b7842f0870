use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{sched_getaffinity, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use super::door::Door;
use super::files::{field, members, read, write, write_if_there};
use super::groups::{GroupLimits, give_back};
use super::hierarchy::Version;
use crate::sandbox::SandboxError;

/// The lock on a group's folder, by which others know that its maker lives.
pub(super) type Held = fs::File;

/// For how long the end of those in a group is waited for.
const LAST_CHANCE: Duration = Duration::from_secs(5);

/// The control group of one run. Dropped, it is given back, and whoever is still in it ends.
#[derive(Debug)]
pub struct Group {
    version: Version,
    memory: PathBuf,
    processes: Option<PathBuf>,
    limits: GroupLimits,
    /// What the kernel had counted when the run began.
    before: Counted,
    /// What starts processes in it, where it has one.
    door: Option<Door>,
    /// The locks on its folders.
    held: Vec<Held>,
}

/// Whose lack of memory ended a process of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfMemory {
    /// The group's own: it used all that its limit allows.
    OfTheGroup,
    /// The machine's, or that of a group around this one.
    OfTheMachine,
}

/// How often a group's limit was in the way, and how many of it were ended for want of memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counted {
    at_limit: u64,
    ended: u64,
}

impl Group {
    /// Makes a group of folders that are there and held.
    pub(super) fn new(
        version: Version,
        memory: PathBuf,
        processes: Option<PathBuf>,
        held: Vec<Held>,
        limits: GroupLimits,
    ) -> io::Result<Self> {
        let mut group = Self { version, memory, processes, limits, before: Counted::default(), door: None, held };
        // Dropped on an error, and removed then.
        group.set_up()?;
        if version == Version::One {
            group.door = Some(Door::open(
                [Some(group.memory.clone()), group.processes.clone()].into_iter().flatten().collect(),
            )?);
        }
        group.before = group.counted();
        Ok(group)
    }

    fn set_up(&self) -> io::Result<()> {
        let memory = self.limits.memory.to_string();
        match self.version {
            Version::One => {
                write(&self.memory, "memory.limit_in_bytes", &memory)?;
                // Not by `memory.memsw.limit_in_bytes`: newer kernels do not count how often that is met.
                write_if_there(&self.memory, "memory.swappiness", "0")?;
            }
            Version::Two => {
                write(&self.memory, "memory.max", &memory)?;
                write_if_there(&self.memory, "memory.swap.max", "0")?;
                // One without the others is no run.
                write_if_there(&self.memory, "memory.oom.group", "1")?;
            }
        }
        write(self.counts_processes(), "pids.max", &self.limits.processes.to_string())
            .or_else(|error| if self.version == Version::One && self.processes.is_none() { Ok(()) } else { Err(error) })
    }

    fn counts_processes(&self) -> &Path {
        self.processes.as_ref().unwrap_or(&self.memory)
    }

    pub(super) fn limits(&self) -> GroupLimits {
        self.limits
    }

    pub(super) fn parent(&self) -> Option<&Path> {
        self.memory.parent()
    }

    /// Starts a process of ours in the group, by `start`, which gives its id; where it is given a group of version 2, it starts
    /// it there. It dies with the group, if not before.
    ///
    /// # Errors
    /// Those of `start`, and when the kernel does not let us; nothing is left running then.
    pub(in crate::sandbox) fn start(
        &self,
        start: impl Fn(Option<BorrowedFd<'_>>) -> Result<i32, SandboxError> + Send + 'static,
    ) -> Result<i32, SandboxError> {
        let failed = SandboxError::group("start the stage in a control group");
        let Some(door) = &self.door else {
            let folder = fs::File::open(&self.memory);
            if let Some(pid) = folder.ok().and_then(|folder| start(Some(folder.as_fd())).ok()) {
                return Ok(pid);
            }
            // Before Linux 5.7, or where a filter does not know that call. What else was wrong still is.
            let pid = start(None)?;
            if let Err(cause) = write(&self.memory, "cgroup.procs", &pid.to_string()) {
                let _gone = kill(Pid::from_raw(pid), Signal::SIGKILL);
                let _reaped = waitpid(Pid::from_raw(pid), Some(WaitPidFlag::__WALL));
                return Err(failed(cause));
            }
            return Ok(pid);
        };
        let pid = door.call(move || start(None)).map_err(failed)??;
        // As if the calling thread had made it. It can only be gone already, which who waits for it sees.
        let _gone = sched_getaffinity(Pid::from_raw(0)).and_then(|here| sched_setaffinity(Pid::from_raw(pid), &here));
        Ok(pid)
    }

    /// Bytes of memory that all of it may use.
    pub fn most_memory(&self) -> u64 {
        self.limits.memory
    }

    /// Whether a process of the run was ended for want of memory, and whose that was.
    pub fn out_of_memory(&self) -> Option<OutOfMemory> {
        let now = self.counted();
        if now.ended == self.before.ended {
            return None;
        }
        // What is freed by dropping pages of files counts, too: but a run that never came to its limit did not end by it.
        Some(if now.at_limit > self.before.at_limit { OutOfMemory::OfTheGroup } else { OutOfMemory::OfTheMachine })
    }

    fn counted(&self) -> Counted {
        let number = |file| read(&self.memory, file).trim().parse::<u64>().unwrap_or_default();
        let (at_limit, text) = match self.version {
            Version::One => (number("memory.failcnt"), read(&self.memory, "memory.oom_control")),
            Version::Two => {
                let events = read(&self.memory, "memory.events");
                (field(&events, "oom").unwrap_or_default(), events)
            }
        };
        Counted { at_limit, ended: field(&text, "oom_kill").unwrap_or_default() }
    }

    /// Ends whoever is in the group, and gives it back to be used again.
    pub fn end(mut self) {
        if self.is_empty() {
            self.before = self.counted();
            give_back(self);
        }
    }

    /// Whether nobody is in it, nor counts in it: the dead are no members, but take their places until they are buried, which
    /// those whose parents died with them are when it suits the machine's own init. The next run would lack them.
    fn is_empty(&self) -> bool {
        let counted = read(self.counts_processes(), "pids.current").trim().parse().unwrap_or(0_u64);
        // The door is a thread of ours.
        members(&self.memory).is_empty() && counted <= u64::from(self.door.is_some())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !members(&self.memory).is_empty() {
            // Whoever is ended makes no others.
            let _all_the_same = write(self.counts_processes(), "pids.max", "0");
            end_members(&self.memory);
        }
        drop(self.door.take());
        // What is left is swept by the next grader, once we let go of it.
        self.processes.iter().for_each(|folder| remove(folder));
        remove(&self.memory);
        self.held.clear();
    }
}

/// Removes a group when the last of it, dead already, has left it.
fn remove(group: &Path) {
    let began = Instant::now();
    while fs::remove_dir(group).is_err_and(|error| error.kind() == io::ErrorKind::ResourceBusy)
        && began.elapsed() < LAST_CHANCE
    {
        thread::sleep(Duration::from_micros(200));
    }
}

/// Ends whoever is in a group, and waits until nobody is.
pub(super) fn end_members(group: &Path) {
    let began = Instant::now();
    loop {
        let left = members(group);
        if left.is_empty() || began.elapsed() > LAST_CHANCE {
            return;
        }
        // From Linux 5.14 on, in the hierarchy of version 2.
        if write(group, "cgroup.kill", "1").is_err() {
            for pid in left {
                // It can only be gone already.
                let _gone = kill(Pid::from_raw(pid), Signal::SIGKILL);
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with the files of a group, as a kernel would have them.
    fn group(version: Version, files: &[(&str, &str)]) -> (tempfile::TempDir, Group) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let held = vec![fs::File::open(folder.path()).unwrap()];
        let limits = GroupLimits { memory: 1 << 30, processes: 48 };
        let group = Group::new(version, folder.path().to_owned(), None, held, limits).unwrap();
        (folder, group)
    }

    #[test]
    fn the_limits_of_version_2_are_written_and_nothing_may_be_swapped() {
        let files = ["memory.max", "memory.swap.max", "memory.oom.group", "pids.max"].map(|name| (name, ""));
        let (folder, _group) = group(Version::Two, &files);
        let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert_eq!(text("memory.max"), (1_u64 << 30).to_string());
        assert_eq!(text("memory.swap.max"), "0");
        assert_eq!(text("memory.oom.group"), "1");
        assert_eq!(text("pids.max"), "48");
    }

    #[test]
    fn whose_lack_of_memory_it_was_is_told_by_what_the_kernel_counted_since() {
        let events = |oom: u64, kill: u64| format!("low 0\nhigh 0\nmax {oom}\noom {oom}\noom_kill {kill}\n");
        let (folder, group) =
            group(Version::Two, &[("memory.max", ""), ("pids.max", ""), ("memory.events", &events(1, 1))]);
        let now = |oom, kill| {
            fs::write(folder.path().join("memory.events"), events(oom, kill)).unwrap();
            group.out_of_memory()
        };
        assert_eq!(now(1, 1), None, "that was in the run before");
        assert_eq!(now(2, 1), None, "nobody was ended");
        assert_eq!(now(1, 2), Some(OutOfMemory::OfTheMachine));
        assert_eq!(now(2, 2), Some(OutOfMemory::OfTheGroup));
    }

    #[test]
    fn a_group_is_not_used_again_while_the_dead_of_its_last_run_take_places_in_it() {
        let (folder, group) = group(Version::Two, &[("memory.max", ""), ("pids.max", ""), ("cgroup.procs", "")]);
        assert!(group.is_empty(), "where the kernel does not count");
        fs::write(folder.path().join("pids.current"), "2\n").unwrap();
        assert!(!group.is_empty());
        fs::write(folder.path().join("pids.current"), "0\n").unwrap();
        assert!(group.is_empty());
    }

    #[test]
    fn version_1_has_the_same_in_other_files() {
        let control = |kill: u64| format!("oom_kill_disable 0\nunder_oom 0\noom_kill {kill}\n");
        let files = [
            ("memory.limit_in_bytes", ""),
            ("tasks", ""),
            ("memory.failcnt", "7\n"),
            ("memory.oom_control", &control(0)),
        ];
        let (folder, group) = group(Version::One, &files);
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("memory.limit_in_bytes")).unwrap(), (1_u64 << 30).to_string());
        write("memory.oom_control", &control(1));
        assert_eq!(group.out_of_memory(), Some(OutOfMemory::OfTheMachine));
        write("memory.failcnt", "8\n");
        assert_eq!(group.out_of_memory(), Some(OutOfMemory::OfTheGroup));
    }
}
