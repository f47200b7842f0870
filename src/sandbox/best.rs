use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Identity, Probed, Rung, probe};

/// The first of the ids that runs get when we are root, and how many there are.
const FIRST_ID: u32 = 60_000;
const IDS: u32 = 5000;
/// In a set of capabilities (capabilities(7), `linux/capability.h`).
const CAP_SYS_PTRACE: u64 = 1 << 19;
/// How many of them one process gives its runs in turn.
const IDS_A_PROCESS: u32 = 20;

/// The best rung of this machine, tried once in a process.
pub fn best(grade: &Path) -> &'static Probed {
    static BEST: OnceLock<Probed> = OnceLock::new();
    BEST.get_or_init(|| {
        let own = own_identity();
        let with_own = probe(grade, own);
        if own.is_none() || with_own.best == Rung::Namespaces {
            return Probed { own_user: own.is_some(), ..with_own };
        }
        // Root of a container's user namespace may have no other id to give.
        let plain = probe(grade, None);
        if plain.best > with_own.best { plain } else { Probed { own_user: with_own.best != Rung::Off, ..with_own } }
    })
}

/// Whether this process may read the memory of other users' processes, which it also traces: root of a container often may not. In a
/// user namespace that it made itself it may in any case.
pub fn may_read_other_users() -> bool {
    static MAY: OnceLock<bool> = OnceLock::new();
    *MAY.get_or_init(|| {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
        let held = line.and_then(|line| u64::from_str_radix(line.trim(), 16).ok()).unwrap_or_default();
        held & CAP_SYS_PTRACE != 0
    })
}

/// An id for one run: as root each gets another one, so that runs side by side cannot reach each other.
pub fn own_identity() -> Option<Identity> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    // A few ids a process, in turn: workers are started one after another, so their process ids lie close together and
    // their ids apart.
    let run = RUNS.fetch_add(1, Ordering::Relaxed) % IDS_A_PROCESS;
    let id = FIRST_ID + std::process::id() % (IDS / IDS_A_PROCESS) * IDS_A_PROCESS + run;
    Some(Identity { uid: id, gid: id })
}
