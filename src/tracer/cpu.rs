//! Which processors a run gets.

use std::collections::BTreeMap;
use std::sync::Mutex;

use nix::sched::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
use nix::unistd::Pid;

/// How many runs of this process are pinned to each CPU.
static PINNED: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());

/// The calling thread pinned to one CPU; the program inherits it. The CPU is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Pin {
    cpu: Option<usize>,
}

/// The CPUs that this process may use, as its first thread has them: other threads may be pinned.
pub(super) fn allowed() -> Vec<usize> {
    let Ok(set) = sched_getaffinity(Pid::this()) else { return Vec::new() };
    (0..CpuSet::count()).filter(|cpu| set.is_set(*cpu).unwrap_or(false)).collect()
}

/// Restricts thread `tid` (0: the calling one) to these CPUs.
pub(super) fn restrict(tid: i32, cpus: &[usize]) -> nix::Result<()> {
    let mut set = CpuSet::new();
    for cpu in cpus {
        set.set(*cpu)?;
    }
    sched_setaffinity(Pid::from_raw(tid), &set)
}

impl Pin {
    /// Pins the calling thread to the given CPUs: one that chose them takes care that no two runs meet.
    pub(super) fn to(cpus: &[usize]) -> Self {
        // Where that is not allowed the run is slower, not wrong.
        let _ = restrict(0, cpus);
        Self { cpu: None }
    }

    /// Pins the calling thread to the CPU that fewest of our runs use, by preference the present one. Where
    /// that is not allowed the run is slower, not wrong.
    pub(super) fn this_thread() -> Self {
        let mut pinned = PINNED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // The scheduler has just put us where there was room: that is the best guess, and costs nothing.
        let here = sched_getcpu().ok();
        let cpu = allowed().into_iter().min_by_key(|cpu| (pinned.get(cpu).copied().unwrap_or(0), here != Some(*cpu)));
        let cpu = cpu.filter(|cpu| restrict(0, &[*cpu]).is_ok());
        if let Some(cpu) = cpu {
            *pinned.entry(cpu).or_default() += 1;
        }
        Self { cpu }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let Some(cpu) = self.cpu else { return };
        let mut pinned = PINNED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(count) = pinned.get_mut(&cpu) {
            *count = count.saturating_sub(1);
        }
    }
}
