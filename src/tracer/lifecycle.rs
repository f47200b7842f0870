//! Births, execs and deaths of threads and processes, and the signals that reach them.

use std::io;

use super::calls;
use super::orphans;
use super::process::Role;
use super::procfs;
use super::stop::Stop;
use super::task::{Pending, Slot};
use super::tracee::{Resume, Running};
use super::vdso;
use super::world::{Due, World};
use crate::clock::VirtualDuration;
use crate::sandbox::MachineMemory;
use crate::sys::ptrace;
use crate::sys::signal::{SI_USER, send_to_thread};
use crate::trace::{EventKind, ExitStatus};

impl World<'_> {
    /// The first stop of a thread came before its maker's. It waits until the maker's stop tells who it is.
    pub(super) fn stranger(&mut self, tid: i32, status: i32) -> io::Result<()> {
        let (stopped, stop) = Running::attached(tid).stopped(status)?;
        debug_assert_eq!(stop, Stop::Asked, "a new thread stops once by itself");
        self.strangers.insert(tid, stopped);
        Ok(())
    }

    /// A thread made another one, or a process.
    pub(super) fn made(&mut self, tid: i32, child: i32, vfork: bool) {
        let pid = self.tasks[&tid].pid;
        let role = self.processes.get(&pid).map_or(Role::Program, |process| process.role);
        self.introduce(child, pid, tid, role);
        if vfork && let Some(task) = self.tasks.get_mut(&tid) {
            task.vfork = Some(child);
        }
        // Under a schedule it must stop when the child lets it go on, or two would run at once.
        let how = if vfork && self.turns.is_some() { Resume::UntilReturn } else { Resume::Go(0) };
        self.release(tid, how);
    }

    /// Takes a new thread into the tree, and lets it go on when it had come early.
    fn introduce(&mut self, child: i32, maker_pid: i32, maker: i32, role: Role) {
        let pid = if procfs::is_thread_of(child, maker_pid) { maker_pid } else { child };
        let early = self.strangers.remove(&child);
        let came_early = early.is_some();
        let slot = early.map_or_else(|| Slot::Running(Running::attached(child)), Slot::Stopped);
        let maker_process = self.processes.get(&maker_pid);
        let sees_sockets = maker_process.is_some_and(|process| process.sees_sockets);
        let sees_signal_files = maker_process.is_some_and(|process| process.sees_signal_files);
        let sees_closes = maker_process.is_some_and(|process| process.sees_closes);
        let sees_openings = maker_process.is_some_and(|process| process.sees_openings);
        let sees_packets = maker_process.is_some_and(|process| process.sees_packets);
        let clock_page = maker_process.and_then(|process| process.clock_page);
        let affinity = self.tasks.get(&maker).and_then(|task| task.affinity.clone());
        self.adopt(child, pid, slot, role);
        if let Some(process) = self.processes.get_mut(&pid) {
            process.sees_sockets |= sees_sockets;
            process.sees_signal_files |= sees_signal_files;
            process.sees_closes |= sees_closes;
            process.sees_openings |= sees_openings;
            process.sees_packets |= sees_packets;
            process.clock_page = clock_page;
        }
        if pid == child
            && let Some(process) = self.processes.get_mut(&pid)
        {
            process.parent = maker_pid;
        }
        if let Some(page) = clock_page.filter(|_| pid == child) {
            vdso::clear(child, page);
        }
        if let Some(task) = self.tasks.get_mut(&child) {
            task.affinity = affinity;
        }
        let kind = if pid == child {
            EventKind::Process { parent: self.parent_in_trace(maker_pid) }
        } else {
            EventKind::Thread { parent: self.parent_in_trace(maker) }
        };
        self.note(pid, child, kind);
        if came_early {
            self.release(child, Resume::Go(0));
        }
        self.let_new_begin(child);
    }

    /// Threads whose maker died before it could tell of them.
    pub(super) fn introduce_strangers(&mut self) -> bool {
        let strangers: Vec<i32> = self.strangers.keys().copied().collect();
        for tid in &strangers {
            let pid = procfs::process_of(*tid).unwrap_or(*tid);
            let maker = if pid == *tid {
                procfs::status_field(*tid, "PPid:").and_then(|pid| pid.parse().ok()).unwrap_or(0)
            } else {
                pid
            };
            let role = self.processes.get(&maker).map_or(Role::Program, |process| process.role);
            self.introduce(*tid, maker, maker, role);
        }
        !strangers.is_empty()
    }

    /// A process became another program. `former` is the id of the thread that did it; it has the process's id now, and all
    /// other threads of the process are gone. When something happened to it meanwhile, that is the status returned.
    pub(super) fn became(&mut self, tid: i32, former: i32) -> io::Result<Option<i32>> {
        let pid = tid;
        if former != tid {
            self.drop_pending(former);
            if let Some(turns) = &mut self.turns {
                turns.forget(former);
            }
            self.tasks.remove(&former);
            if let Some(process) = self.processes.get_mut(&pid) {
                process.threads = process.threads.saturating_sub(1);
            }
        }
        self.drop_pending(tid);
        self.vfork_done(pid);
        if let Some(process) = self.processes.get_mut(&pid) {
            self.locks.became(tid, process.number);
            self.shared_words.forget(pid);
            for key in process.timers.delete_posix() {
                self.deadlines.cancel(key);
            }
        }
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.interrupted = None;
            task.vfork = None;
            task.ended = None;
        }
        let overtaken = self.replace_vdso(tid)?;
        if self.root == pid && self.started.is_none() {
            self.begin(pid);
        }
        self.note(pid, tid, EventKind::Exec { path: procfs::program(pid) });
        if overtaken.is_none() {
            self.release(tid, Resume::Go(0));
        } else if let Some(task) = self.tasks.get_mut(&tid) {
            task.slot = Slot::Running(Running::attached(tid));
        }
        Ok(overtaken)
    }

    /// A new program is not to read the machine's clock: without a system call it reads ours, or none at all.
    fn replace_vdso(&mut self, tid: i32) -> io::Result<Option<i32>> {
        let Some(process) = self.processes.get_mut(&tid) else { return Ok(None) };
        process.clock_page = None;
        process.interpreted = None;
        if self.options.clock != crate::trace::ClockKind::Virtual {
            return Ok(None);
        }
        let chance = self.turns.as_mut().map(|turns| [turns.next_chance(), turns.next_chance()]);
        let filter = calls::openings_for(self, tid)?;
        let replaced = vdso::replace(&self.tasks[&tid], &self.time, chance, filter.as_ref())?;
        let Some(process) = self.processes.get_mut(&tid) else { return Ok(replaced.overtaken) };
        process.sees_openings |= replaced.filtered;
        process.clock_page = replaced.page;
        self.counts.stops += replaced.stops;
        Ok(replaced.overtaken)
    }

    /// The program's own first step: its time begins.
    fn begin(&mut self, pid: i32) {
        let cpu = self.cpu();
        self.cpu_at_start = cpu;
        self.time.start();
        self.start_pacing();
        self.started = Some(std::time::Instant::now());
        self.streams.started();
        self.machine_memory = self.group.is_none().then(MachineMemory::read);
        if self.init.is_none() {
            orphans::adopt();
        }
        self.deadlines.set(self.time.now().saturating_add(self.options.limits.time), Due::TimeLimit);
        self.note(pid, pid, EventKind::Process { parent: 0 });
    }

    fn vfork_done(&mut self, child: i32) {
        for task in self.tasks.values_mut().filter(|task| task.vfork == Some(child)) {
            task.vfork = None;
        }
    }

    /// A thread is about to end: the last moment to ask what it used.
    pub(super) fn exiting(&mut self, tid: i32) {
        self.drop_pending(tid);
        self.end_sleep_of_interrupted(tid);
        self.note_waiting(tid);
        let counts = self.counts_cpu();
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let cpu = if counts { task.counted } else { task.procfs.ran().map_or(0, |(cpu, _)| cpu) };
        task.ended = Some(cpu);
        let pid = task.pid;
        if let Some(process) = self.processes.get_mut(&pid) {
            process.measure();
        }
        if tid == pid {
            self.look_at_a_bad_end(pid);
            self.look_for_want_of_memory(pid);
        }
        if tid == self.root {
            self.tell_of_zombies();
        }
        self.release(tid, Resume::Go(0));
    }

    /// The program itself is about to end: its children that ended before it, and that it never waited for, are still there.
    fn tell_of_zombies(&mut self) {
        let root = self.root;
        for child in std::mem::take(&mut self.ended_children) {
            let is_zombie = procfs::status_field(child, "State:").is_some_and(|state| state.starts_with('Z'));
            let parent = procfs::status_field(child, "PPid:").and_then(|parent| parent.parse().ok());
            if is_zombie && parent == Some(root) {
                let parent = self.parent_in_trace(root);
                self.note(child, child, EventKind::Zombie { parent });
            }
        }
    }

    /// A thread is gone. The first thread of a process is told last, with the process's own status.
    pub(super) fn reaped(&mut self, tid: i32, status: ExitStatus) {
        self.strangers.remove(&tid);
        self.drop_pending(tid);
        let Some(task) = self.tasks.remove(&tid) else { return };
        if let Some(turns) = &mut self.turns {
            turns.forget(tid);
        }
        let pid = task.pid;
        self.advance(None);
        for line in self.lines.end(tid) {
            self.note(pid, tid, line);
        }
        if tid != pid {
            if let Some(process) = self.processes.get_mut(&pid) {
                process.threads = process.threads.saturating_sub(1);
            }
            self.note(pid, tid, EventKind::Exit { code: None, signal: None, cpu: task.ended.unwrap_or(0) });
            return;
        }
        self.process_ended(pid, status);
    }

    fn process_ended(&mut self, pid: i32, status: ExitStatus) {
        self.vfork_done(pid);
        let (code, signal) = match status {
            ExitStatus::Code(code) => (Some(code), None),
            ExitStatus::Signal(signal) => (None, Some(signal)),
        };
        let counts = self.counts_cpu();
        let cpu = self.processes.get(&pid).map_or(0, |process| if counts { process.counted } else { process.cpu });
        self.note(pid, pid, EventKind::Exit { code, signal, cpu });
        if !self.is_fixture(pid) {
            self.ended_children.push(pid);
        }
        self.shared_words.forget(pid);
        if let Some(mut process) = self.processes.remove(&pid) {
            self.dead_cpu += if process.role == Role::Program { process.cpu } else { 0 };
            self.orphans.ended(pid, process.parent, self.processes.contains_key(&process.parent));
            for key in process.timers.delete_all() {
                self.deadlines.cancel(key);
            }
        }
        if status == ExitStatus::Signal(libc::SIGKILL) && self.ended_for_want_of_memory() {
            // It did not leave: it was ended.
            return;
        }
        if pid == self.root && self.left.is_none() {
            self.left = Some((status, self.time.now()));
            let patience = self.time.now().saturating_add(self.options.linger);
            if self.options.linger > VirtualDuration::ZERO {
                self.deadlines.set(patience, Due::Linger);
            }
        }
    }

    /// A signal is about to be delivered.
    pub(super) fn signalled(&mut self, tid: i32, signal: i32) -> io::Result<()> {
        if self.answered_cycle_counter(tid, signal)? {
            return Ok(());
        }
        if self.hand_on_to_first_thread(tid, signal)? {
            self.release(tid, Resume::Go(0));
            return Ok(());
        }
        self.mend_signal(tid, signal)?;
        let interrupted = self.tasks.get(&tid).is_some_and(|task| task.interrupted.is_some());
        if interrupted && procfs::hexadecimal(tid, "SigCgt:") & (1 << (signal - 1)) != 0 {
            // A handler will run, so the wait is over with EINTR; otherwise the kernel makes the call again.
            self.end_sleep_of_interrupted(tid);
        }
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.delivered = Some(signal);
        }
        self.release(tid, Resume::Go(signal));
        Ok(())
    }

    /// The kernel wakes a process's first thread for a signal to the process. On its way it stands still for us, and another
    /// thread that stops meanwhile takes the signal away: bare, the first one would have had it. So it gets it.
    fn hand_on_to_first_thread(&mut self, tid: i32, signal: i32) -> io::Result<bool> {
        if let Some(info) =
            self.tasks.get_mut(&tid).and_then(|task| task.handed_on.take_if(|info| info.number() == signal))
        {
            ptrace::set_signal_info(tid, &info)?;
            return Ok(false);
        }
        let Some(pid) = self.tasks.get(&tid).map(|task| task.pid) else { return Ok(false) };
        if tid == pid || !self.tasks.get(&pid).is_some_and(|first| first.ended.is_none() && first.handed_on.is_none()) {
            return Ok(false);
        }
        let info = ptrace::signal_info(tid)?;
        let blocked = procfs::hexadecimal(pid, "SigBlk:") & (1 << (signal - 1)) != 0;
        if info.code() != SI_USER || blocked || send_to_thread(pid, pid, signal).is_err() {
            return Ok(false);
        }
        if let Some(first) = self.tasks.get_mut(&pid) {
            first.handed_on = Some(info);
        }
        Ok(true)
    }

    /// The interrupted wait of a thread will not be taken up again.
    pub(super) fn end_sleep_of_interrupted(&mut self, tid: i32) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let Some(interrupted) = task.interrupted.take() else { return };
        let pid = task.pid;
        if interrupted.sleep.is_some() {
            self.note(pid, tid, EventKind::Wake {});
        }
    }

    /// Whether a thread's present call is one of ours, or one that we keep the time of.
    pub(super) fn resume_as_before(&mut self, tid: i32) {
        let how = match self.tasks.get(&tid).and_then(|task| task.pending.as_ref()) {
            Some(Pending::Wait(_) | Pending::Seen(_)) => Resume::UntilReturn,
            None => Resume::Go(0),
        };
        self.release(tid, how);
    }
}
