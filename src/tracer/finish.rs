//! The end of a run: everything is killed, and the numbers are put together.

use nix::errno::Errno;
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use super::error::TracerError;
use super::process::Role;
use super::stop::Change;
use super::task::Slot;
use super::world::World;
use crate::sys::signal;
use crate::sys::wait::{self, Waited};
use crate::trace::{Ended, ExitStatus};

impl World<'_> {
    /// Kills the whole tree and waits until nothing of it is left. New children are attached to us like all others, so
    /// the set closes; whatever escaped a round is met in the next.
    pub(super) fn kill_all(&mut self) -> Result<(), TracerError> {
        let failed = |cause| TracerError::System { operation: "end the program", tid: None, cause };
        for pid in self.init.iter().chain(self.processes.keys()).chain(self.strangers.keys()) {
            // ESRCH: it is gone already.
            let _ = signal::send(*pid, libc::SIGKILL);
        }
        let mut ended = Vec::new();
        loop {
            match wait::any(true).map_err(failed)? {
                Waited::NoneLeft => {
                    self.reap_init();
                    // A tracer's wait is not that of a parent, and theirs are dead.
                    self.orphans.bury_all(ended);
                    return Ok(());
                }
                Waited::Changed(tid, status) => match Change::decode(status) {
                    Change::Stopped(status) => self.kill_one(tid, status),
                    Change::Exited(_) | Change::Killed(_) => {
                        ended.push(tid);
                        self.reaped_at_end(tid);
                    }
                },
                Waited::Nothing | Waited::Interrupted => {
                    for pid in self.processes.keys() {
                        let _ = signal::send(*pid, libc::SIGKILL);
                    }
                }
            }
        }
    }

    /// Waits for the init of the run's namespace, which may be another thread's child. Not waited for it would stay, dead, as long
    /// as we live, and the CPU time of all that it had would count for nobody.
    fn reap_init(&mut self) {
        let Some(init) = self.init else { return };
        // ECHILD: a wait for anybody has met it already.
        while waitpid(Pid::from_raw(init), Some(WaitPidFlag::__WALL)) == Err(Errno::EINTR) {}
    }

    fn kill_one(&mut self, tid: i32, status: i32) {
        let pid = self.tasks.get(&tid).map_or(tid, |task| task.pid);
        let _ = signal::send(pid, libc::SIGKILL);
        let exiting = status >> 16 == libc::PTRACE_EVENT_EXIT;
        if let Some(task) = self.tasks.get_mut(&tid) {
            if exiting && let Some((cpu, _)) = task.procfs.ran() {
                task.ended = Some(cpu);
            }
            task.slot = Slot::Between;
        }
        if exiting && let Some(process) = self.processes.get_mut(&pid) {
            process.measure();
        }
        // A thread that was killed while it stood at its end must still be let go.
        let _ = crate::sys::ptrace::cont(tid, 0);
    }

    fn reaped_at_end(&mut self, tid: i32) {
        if let Some(task) = self.tasks.remove(&tid)
            && task.pid == tid
            && let Some(process) = self.processes.remove(&task.pid)
        {
            self.dead_cpu += if process.role == Role::Program { process.cpu } else { 0 };
        }
    }

    /// How it ended: by itself, unless we ended it.
    pub(super) fn how_it_ended(&self) -> (Option<ExitStatus>, Ended) {
        match (self.left, self.ending) {
            (Some((status @ ExitStatus::Code(_), _)), _) => (Some(status), Ended::Exit),
            (Some((status @ ExitStatus::Signal(_), _)), _) => (Some(status), Ended::Signal),
            (None, Some((ended, _))) => (None, ended),
            (None, None) => (None, Ended::Exit),
        }
    }
}

impl World<'_> {
    /// Whether a process of the program lives.
    pub(super) fn anyone_left(&self) -> bool {
        !self.strangers.is_empty() || self.processes.keys().any(|pid| !self.is_fixture(*pid))
    }

    /// What threads left unfinished when the run ended.
    pub(super) fn end_lines(&mut self) {
        let now = self.time.now();
        for (tid, line) in self.lines.end_all() {
            let pid = self.tasks.get(&tid).map_or(tid, |task| task.pid);
            self.record.note(now, pid, tid, line);
        }
    }
}
