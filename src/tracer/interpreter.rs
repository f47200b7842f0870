//! Interpreters with one lock for all of their threads.
//!
//! Under such a lock one thread runs at a time, and gives it on between two instructions of its script, after it was asked to. What
//! the interpreter's own instructions touch is no race of the script's, and a thread that is preempted within them brings nobody
//! else in: there it is the asking that matters (see `turns`).

use std::fs;
use std::path::{Path, PathBuf};

use super::world::World;
use crate::sandbox::Confinement;

/// Whether a program is `CPython`, by its file's name; `python3.13t` is one without the lock.
pub(super) fn has_global_lock(program: &Path) -> bool {
    let version = program.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("python"));
    version.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

impl World<'_> {
    /// Whether a file may be what its name says. One that stands where the run itself writes is its own work, and would be
    /// explored as a script by nothing but its name.
    fn is_given(&self, program: &Path) -> bool {
        let shown = |sandbox: &Confinement| sandbox.view.read_only.iter().any(|shown| program.starts_with(shown));
        self.options.sandbox.as_ref().is_none_or(shown)
    }

    /// The file that a process runs, if it is such an interpreter.
    pub(super) fn interpreter_of(&self, pid: i32) -> Option<PathBuf> {
        let program = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
        (has_global_lock(&program) && self.is_given(&program)).then_some(program)
    }

    /// Whether the process of a thread is such an interpreter.
    pub(super) fn is_interpreted(&mut self, tid: i32) -> bool {
        let Some(pid) = self.tasks.get(&tid).map(|task| task.pid) else { return false };
        if let Some(known) = self.processes.get(&pid).and_then(|process| process.interpreted) {
            return known;
        }
        let interpreted = self.interpreter_of(pid).is_some();
        if let Some(process) = self.processes.get_mut(&pid) {
            process.interpreted = Some(interpreted);
        }
        interpreted
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::has_global_lock;

    #[test]
    fn cpython_is_known_by_its_name_and_the_one_without_a_lock_is_not_it() {
        for (program, is) in [
            ("/usr/bin/python3.11", true),
            ("/opt/python/bin/python", true),
            ("/usr/bin/python3.13t", false),
            ("/usr/bin/pythonic", false),
            ("/home/me/race", false),
        ] {
            assert_eq!(has_global_lock(Path::new(program)), is, "{program}");
        }
    }
}
