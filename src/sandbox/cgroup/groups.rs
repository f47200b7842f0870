use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::files::{has_word, read, write};
use super::group::{Group, Held};
use super::hierarchy::{Own, Version};
use super::sweep::{ITSELF, RUN, sweep};
use crate::folder::lock;

/// Where this process may make control groups for its runs. Plain data: what was found once travels to the workers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Groups {
    version: Version,
    /// Below it are the groups that limit memory; under version 2 they limit processes, too.
    memory: PathBuf,
    /// Below it are those that limit processes, where these are other ones.
    processes: Option<PathBuf>,
}

/// What all processes of a run may use together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLimits {
    /// Bytes of memory of any kind.
    pub memory: u64,
    /// Processes and threads.
    pub processes: u64,
}

/// What the kernel's own records of a run may take: page tables, stacks, sockets.
const OF_THE_KERNEL: u64 = 64 << 20;
/// How many fresh folders a run has, whose files are memory.
const FRESH_FOLDERS: u64 = 3;

impl GroupLimits {
    /// Behind limits that are counted otherwise: of memory that processes hold, in folders of so many bytes, and of processes.
    pub fn behind(memory: u64, fresh_bytes: u64, processes: u64) -> Self {
        let files = fresh_bytes.saturating_mul(FRESH_FOLDERS);
        // A part more: what tables and stacks take grows with what is used.
        let kernel = OF_THE_KERNEL.saturating_add(memory / 8);
        Self {
            memory: memory.saturating_add(files).saturating_add(kernel),
            processes: processes.saturating_mul(2).saturating_add(16),
        }
    }
}

/// Groups that were used and are free again; none: they are not kept.
static KEPT: Mutex<Option<Vec<Group>>> = Mutex::new(None);

fn kept() -> MutexGuard<'static, Option<Vec<Group>>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on this process keeps groups for its next runs, until it releases them.
pub fn keep_groups() {
    kept().get_or_insert_default();
}

/// Removes the groups that are kept, and keeps none any more.
pub fn release_groups() {
    drop(kept().take());
}

/// Keeps a group that nobody is in, or removes it.
pub(super) fn give_back(group: Group) {
    match &mut *kept() {
        Some(free) => free.push(group),
        None => drop(group),
    }
}

impl Groups {
    /// Finds where groups can be made, and removes what killed graders left there. Whether it works is for a run to show.
    ///
    /// # Errors
    /// Why there is no such place, in words.
    pub fn find() -> Result<Self, String> {
        let own = Own::read();
        let two = own.unified.as_deref().map(unified);
        if let Some(Ok(found)) = two {
            return Ok(found.swept());
        }
        if let Some(memory) = own.memory {
            return Ok(Self { version: Version::One, memory, processes: own.processes }.swept());
        }
        Err(two.and_then(Result::err).unwrap_or_else(|| "no control groups are mounted that count memory".to_owned()))
    }

    fn swept(self) -> Self {
        sweep(&self.memory);
        self.processes.iter().for_each(|parent| sweep(parent));
        self
    }

    /// A group with these limits: one that is kept, or a new one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn take(&self, limits: GroupLimits) -> io::Result<Group> {
        let known = kept().as_mut().and_then(|free| {
            let at = free.iter().position(|group| {
                group.limits() == limits && group.parent().is_some_and(|parent| parent == self.memory)
            })?;
            Some(free.swap_remove(at))
        });
        if let Some(group) = known {
            return Ok(group);
        }
        let (name, held) = self.new_folders()?;
        let processes = self.processes.as_ref().map(|parent| parent.join(&name));
        Group::new(self.version, self.memory.join(&name), processes, held, limits)
    }

    /// New folders of one name, and the locks on them.
    fn new_folders(&self) -> io::Result<(String, Vec<Held>)> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let parents = || [Some(&self.memory), self.processes.as_ref()].into_iter().flatten();
        'name: loop {
            let name = format!("{RUN}{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
            let mut held = Vec::new();
            for parent in parents() {
                match new_folder(&parent.join(&name)) {
                    Ok(Some(lock)) => held.push(lock),
                    other => {
                        // Another name is tried, where there is one.
                        for made in parents().take(held.len()) {
                            let _swept_later = fs::remove_dir(made.join(&name));
                        }
                        other?;
                        continue 'name;
                    }
                }
            }
            return Ok((name, held));
        }
    }
}

/// A new group's folder, and the lock on it; none when there is one of that name, or one who sweeps was quicker.
fn new_folder(folder: &Path) -> io::Result<Option<Held>> {
    match fs::create_dir(folder) {
        Ok(()) => lock(folder),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}

/// Version 2: a group that has processes cannot give its controllers to others below it, unless it is the machine's own. So
/// either we are alone in ours and go into one below it, or the new ones stand beside it.
fn unified(own: &Path) -> Result<Groups, String> {
    let groups = |memory: PathBuf| Groups { version: Version::Two, memory, processes: None };
    if !has_word(&read(own, "cgroup.controllers"), "memory") {
        return Err("the control groups of version 2 have no memory controller here".to_owned());
    }
    if gives_memory(own) || give_controllers(own).is_ok() {
        return Ok(groups(own.to_owned()));
    }
    // In one that we have made before, or whoever started us, the others stand beside it.
    let is_ours = own.file_name().is_some_and(|name| name.to_string_lossy().starts_with(ITSELF));
    if !is_ours && is_alone(own) && move_below(own).is_ok() {
        return Ok(groups(own.to_owned()));
    }
    match own.parent() {
        Some(parent) if gives_memory(parent) => Ok(groups(parent.to_owned())),
        _ => Err(format!("the control group {} cannot be parted: other programs are in it", own.display())),
    }
}

/// Whether we are the only process of our group.
fn is_alone(own: &Path) -> bool {
    read(own, "cgroup.procs").lines().count() == 1
}

/// Whether groups below this one have the controllers.
fn gives_memory(group: &Path) -> bool {
    let given = read(group, "cgroup.subtree_control");
    has_word(&given, "memory") && has_word(&given, "pids")
}

fn give_controllers(group: &Path) -> io::Result<()> {
    write(group, "cgroup.subtree_control", "+memory +pids")
}

/// Goes into a group of our own below this one, and has the controllers given to others beside that.
fn move_below(own: &Path) -> io::Result<()> {
    static HELD: Mutex<Option<Held>> = Mutex::new(None);
    let below = own.join(format!("{ITSELF}{}", std::process::id()));
    fs::create_dir(&below)?;
    let held = lock(&below)?;
    let moved = write(&below, "cgroup.procs", "0").and_then(|()| give_controllers(own));
    if let Err(error) = moved {
        let _stays_there = write(own, "cgroup.procs", "0");
        let _is_swept_later = fs::remove_dir(&below);
        return Err(error);
    }
    // For as long as we live.
    *HELD.lock().unwrap_or_else(PoisonError::into_inner) = held;
    Ok(())
}
