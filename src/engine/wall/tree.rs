use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

use super::machine;

/// How many process ids may be new before all of /proc is read rather than each id tried.
const MOST_TRIED: i32 = 512;
/// How many threads' waiting is remembered.
const MOST_THREADS: usize = 1 << 16;

/// The processes below one that collects orphans (a subreaper), so that whoever leaves its parent stays in sight.
///
/// Sampled: a process that comes and goes between two looks is not seen. Designs that failed: `/proc/PID/task/TID/children`
/// is not in every kernel; process groups and sessions are left by `setsid`; a mark in the environment by `exec`.
#[derive(Debug)]
pub(super) struct Tree {
    root: i32,
    members: BTreeMap<i32, Member>,
    /// The newest process id of the machine at the last two looks. An id is given out a moment before its process can
    /// be found, so each is tried twice.
    newest: [i32; 2],
    processes: u32,
    /// CPU time of members that are gone.
    gone: u64,
    /// How long each thread has waited for a CPU.
    waited: HashMap<i32, u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Member {
    cpu: u64,
}

/// What the living members use, all together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Use {
    pub(super) threads: u32,
    /// Bytes that are resident; shared pages count for each process.
    pub(super) resident: u64,
}

impl Tree {
    /// The tree below `root`, which has one child now.
    pub(super) fn new(root: i32, child: i32) -> Self {
        let newest = newest_pid();
        Self {
            root,
            members: BTreeMap::from([(child, Member::default())]),
            newest: [newest.min(child), newest],
            processes: 1,
            gone: 0,
            waited: HashMap::from([(child, 0)]),
        }
    }

    /// Looks at every member, new ones included.
    pub(super) fn look(&mut self) -> Use {
        self.find_new();
        let mut sum = Use::default();
        let mut lost = Vec::new();
        for (pid, member) in &mut self.members {
            let Some(status) = Status::read(*pid) else {
                lost.push(*pid);
                continue;
            };
            member.cpu = cpu_of(*pid).unwrap_or_default().max(member.cpu);
            sum.threads += status.threads;
            sum.resident += status.resident;
            note_waiting(&mut self.waited, *pid, status.threads);
        }
        for pid in lost {
            self.gone += self.members.remove(&pid).map_or(0, |member| member.cpu);
        }
        sum
    }

    /// A member (a child of the root) has ended and is about to be reaped: its last reading.
    pub(super) fn ended(&mut self, pid: i32) -> u64 {
        let cpu = cpu_of(pid).unwrap_or_default();
        note_waiting(&mut self.waited, pid, 1);
        let before = self.members.remove(&pid);
        if before.is_none() {
            self.processes += 1;
        }
        let cpu = cpu.max(before.unwrap_or_default().cpu);
        self.gone += cpu;
        cpu
    }

    /// CPU time that was seen in all, in nanoseconds.
    pub(super) fn cpu(&self) -> u64 {
        self.gone + self.members.values().map(|member| member.cpu).sum::<u64>()
    }

    /// How many processes were seen.
    pub(super) const fn processes(&self) -> u32 {
        self.processes
    }

    /// How many threads were seen.
    pub(super) fn threads(&self) -> u32 {
        u32::try_from(self.waited.len()).unwrap_or(u32::MAX)
    }

    /// For how long threads waited for a CPU, all together.
    pub(super) fn waited(&self) -> u64 {
        self.waited.values().sum()
    }

    /// Bytes that the members hold, shared pages divided among those who share them: dear to know.
    pub(super) fn proportional(&self) -> u64 {
        let of = |pid: &i32| bytes(*pid, "smaps_rollup", "Pss:").unwrap_or_default();
        self.members.keys().map(of).sum()
    }

    /// Kills everything below the root that can be found now, members or not.
    pub(super) fn kill_all(&self) {
        let with_parent = |pid| parent_and_session(pid).map(|(parent, _)| (pid, parent));
        let parents: Vec<_> = all_processes().filter_map(with_parent).collect();
        for pid in below(self.root, &parents) {
            // It may be gone by now.
            let _gone = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }

    fn find_new(&mut self) {
        let newest = newest_pid();
        let [oldest_tried, last] = self.newest;
        self.newest = [last, newest];
        if newest == oldest_tried {
            return;
        }
        let process = |pid| {
            let status = Status::read(pid)?;
            (status.group == pid).then_some((pid, status.parent))
        };
        let mut parents: Vec<_> = if newest > oldest_tried && newest - oldest_tried <= MOST_TRIED {
            (oldest_tried + 1..=newest).filter_map(process).collect()
        } else {
            all_processes().filter_map(process).collect()
        };
        // A parent may be known from an earlier look.
        parents.extend(self.members.keys().map(|pid| (*pid, self.root)));
        for pid in below(self.root, &parents) {
            if let Entry::Vacant(slot) = self.members.entry(pid) {
                slot.insert(Member::default());
                self.processes += 1;
            }
        }
    }
}

/// Kills every process of a session: what is left to do when the one who collects orphans is gone itself.
pub(super) fn kill_session(session: i32) {
    for pid in all_processes() {
        if parent_and_session(pid).is_some_and(|(_, its)| its == session) {
            let _gone = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

/// All that descend from `root`, itself not included.
fn below(root: i32, parents: &[(i32, i32)]) -> BTreeSet<i32> {
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for (pid, parent) in parents {
        children.entry(*parent).or_default().push(*pid);
    }
    let mut found = BTreeSet::new();
    let mut todo = vec![root];
    while let Some(parent) = todo.pop() {
        for pid in children.remove(&parent).unwrap_or_default() {
            if found.insert(pid) {
                todo.push(pid);
            }
        }
    }
    found
}

fn note_waiting(waited: &mut HashMap<i32, u64>, pid: i32, threads: u32) {
    let mut note = |task: i32, at: &Path| {
        if waited.len() < MOST_THREADS || waited.contains_key(&task) {
            let delay = waited.entry(task).or_default();
            *delay = machine::run_delay(at).max(*delay);
        }
    };
    let process = format!("/proc/{pid}");
    if threads <= 1 {
        note(pid, Path::new(&process));
        return;
    }
    for task in fs::read_dir(format!("{process}/task")).into_iter().flatten().flatten() {
        if let Some(tid) = task.file_name().to_str().and_then(|name| name.parse().ok()) {
            note(tid, &task.path());
        }
    }
}

fn cpu_of(pid: i32) -> Option<u64> {
    machine::nanos(clock_getcpuclockid(Pid::from_raw(pid)).ok()?)
}

/// The newest process (or thread) id: the last word of /proc/loadavg.
fn newest_pid() -> i32 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_ascii_whitespace().next_back().and_then(|word| word.parse().ok()).unwrap_or_default()
}

fn all_processes() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// From /proc/PID/stat: the fields behind the name, which may hold anything, brackets too.
fn parent_and_session(pid: i32) -> Option<(i32, i32)> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let behind_name = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let mut fields = std::str::from_utf8(&stat[behind_name..]).ok()?.split_ascii_whitespace();
    Some((fields.nth(1)?.parse().ok()?, fields.nth(1)?.parse().ok()?))
}

struct Status {
    group: i32,
    parent: i32,
    threads: u32,
    resident: u64,
}

impl Status {
    fn read(pid: i32) -> Option<Self> {
        let text = String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/status")).ok()?).into_owned();
        Some(Self {
            group: field(&text, "Tgid:")?,
            parent: field(&text, "PPid:")?,
            threads: field(&text, "Threads:").unwrap_or(1),
            resident: bytes(pid, "status", "VmRSS:").unwrap_or_default(),
        })
    }
}

/// Bytes that a file of a process tells behind a name. Of one whose first thread has ended, only the others can be asked.
fn bytes(pid: i32, file: &str, name: &str) -> Option<u64> {
    let of = |folder: &Path| field::<u64>(&fs::read_to_string(folder.join(file)).ok()?, name);
    let process = PathBuf::from(format!("/proc/{pid}"));
    let of_another = || fs::read_dir(process.join("task")).ok()?.flatten().find_map(|task| of(&task.path()));
    of(&process).or_else(of_another).map(|kilobytes| kilobytes.saturating_mul(1024))
}

/// The number behind a name at the beginning of a line.
fn field<N: std::str::FromStr>(text: &str, name: &str) -> Option<N> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{below, field, parent_and_session};

    #[test]
    fn descendants_are_found_over_any_number_of_steps() {
        let parents = [(2, 1), (3, 2), (4, 3), (10, 9), (5, 2), (1, 0)];
        assert_eq!(below(2, &parents), [3, 4, 5].into());
        assert_eq!(below(7, &parents), [].into());
    }

    #[test]
    fn a_parent_is_read_behind_the_name() {
        let own = i32::try_from(std::process::id()).unwrap();
        let (parent, _) = parent_and_session(own).unwrap();
        assert_eq!(parent, nix::unistd::getppid().as_raw());
    }

    #[test]
    fn a_field_is_found_by_its_name() {
        assert_eq!(field::<u64>("Name:\tVmRSS: 3\nVmRSS:\t  1234 kB\n", "VmRSS:"), Some(1234));
        assert_eq!(field::<u64>("", "VmRSS:"), None);
    }
}
