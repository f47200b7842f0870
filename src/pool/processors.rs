use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use nix::fcntl::{FcntlArg, fcntl};
use nix::sched::{CpuSet, sched_getaffinity, sched_getcpu};
use nix::unistd::Pid;

/// How many runs may share a CPU before nobody counts any more.
const LAYERS: usize = 64;

/// Which CPUs the runs of a pool's workers use, so that no two share one while another is free.
///
/// Each byte of a file that all workers have open stands for a CPU, and locking it (`fcntl(2)`, `F_SETLK`) claims the
/// CPU: the kernel lets go of it when the worker dies, however it dies. Bytes beyond the number of CPUs stand for a
/// second run on each, and so on.
#[derive(Debug)]
pub(super) struct Processors {
    file: File,
    allowed: Vec<usize>,
}

/// Claimed CPUs; given back when dropped.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    processors: &'a Processors,
    bytes: Vec<usize>,
    pub(super) cpus: Vec<usize>,
}

impl Processors {
    /// Those that this process may use; who uses them is agreed on in the file.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).truncate(false).read(true).write(true).open(path)?;
        let set = sched_getaffinity(Pid::from_raw(0))?;
        Ok(Self { file, allowed: (0..CpuSet::count()).filter(|cpu| set.is_set(*cpu).unwrap_or(false)).collect() })
    }

    /// Claims this many CPUs, the one that the caller is on first: the scheduler has just put it where there was room.
    /// None are claimed where so many are not there: then the run may use all.
    pub(super) fn claim(&self, count: usize) -> Claim<'_> {
        let mut claim = Claim { processors: self, bytes: Vec::new(), cpus: Vec::new() };
        if count > self.allowed.len() {
            return claim;
        }
        let here = sched_getcpu().ok();
        let mut order: Vec<usize> = (0..self.allowed.len()).collect();
        order.sort_by_key(|index| here != Some(self.allowed[*index]));
        for layer in 0..LAYERS {
            for index in &order {
                if claim.cpus.len() == count {
                    return claim;
                }
                let byte = layer * self.allowed.len() + index;
                if !claim.cpus.contains(&self.allowed[*index]) && self.lock(byte, libc::F_WRLCK) {
                    claim.bytes.push(byte);
                    claim.cpus.push(self.allowed[*index]);
                }
            }
        }
        claim
    }

    fn lock(&self, byte: usize, kind: libc::c_int) -> bool {
        let (Ok(kind), Ok(start)) = (libc::c_short::try_from(kind), libc::off_t::try_from(byte)) else { return false };
        let range = libc::flock { l_type: kind, l_whence: 0, l_start: start, l_len: 1, l_pid: 0 };
        fcntl(self.file.as_fd(), FcntlArg::F_SETLK(&range)).is_ok()
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        for byte in &self.bytes {
            self.processors.lock(*byte, libc::F_UNLCK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Processors;

    #[test]
    fn as_many_different_cpus_are_claimed_as_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let processors = Processors::open(&folder.path().join("processors")).unwrap();
        let all = processors.allowed.len();
        for count in 1..=all {
            let claim = processors.claim(count);
            let different: std::collections::BTreeSet<_> = claim.cpus.iter().collect();
            assert_eq!(different.len(), count);
        }
        assert!(processors.claim(all + 1).cpus.is_empty());
    }
}
