use std::collections::BTreeMap;

use super::Moment;
use crate::trace::{EventKind, Pid, Tid, Trace};

/// One thread's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// Its process.
    pub pid: Pid,
    /// Its id.
    pub tid: Tid,
    /// When it was first seen.
    pub born: Moment,
    /// The thread or process that started it; 0 when nobody was seen to.
    pub parent: Tid,
    /// When it ended, if it was seen to.
    pub died: Option<Moment>,
    /// CPU nanoseconds of its own.
    pub cpu: u64,
}

/// One process's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: Pid,
    /// When it was first seen.
    pub born: Moment,
    /// Its parent; 0 when it was not seen.
    pub parent: Pid,
    /// When it ended, if it was seen to.
    pub died: Option<Moment>,
    /// CPU nanoseconds of all its threads, without its children.
    pub cpu: u64,
}

/// Which threads and processes lived in a run, by birth. The first of each is the program's own.
///
/// An id that the kernel gives out again is a new life. An `exit` with a code or a signal is the process's: its CPU is that of
/// all its threads together, so what its other threads did not use is the last one's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lives {
    threads: Vec<Life>,
    processes: Vec<Process>,
    threads_by_id: BTreeMap<Tid, Vec<usize>>,
    processes_by_id: BTreeMap<Pid, Vec<usize>>,
}

impl Lives {
    /// Reads the lives out of a trace. Where an engine cannot tell (id 0) there are none.
    pub fn of(trace: &Trace) -> Self {
        let mut lives = Self::default();
        for event in &trace.events {
            // A zombie has ended already; what it says is its parent's doing.
            if event.pid == 0 || matches!(event.kind, EventKind::Http { .. } | EventKind::Zombie { .. }) {
                continue;
            }
            let at = Moment::of(event);
            match event.kind {
                EventKind::Process { parent } => {
                    lives.process_born(event.pid, parent, at);
                    lives.thread_born(event.pid, event.pid, parent, at);
                }
                EventKind::Thread { parent } => {
                    lives.see(event.pid, event.pid, at);
                    lives.thread_born(event.pid, event.tid, parent, at);
                }
                EventKind::Exit { code, signal, cpu } => {
                    lives.see(event.pid, event.tid, at);
                    lives.ended(event.pid, event.tid, cpu, code.is_some() || signal.is_some(), at);
                }
                _ => lives.see(event.pid, event.tid, at),
            }
        }
        lives
    }

    /// The threads, by birth; the first is the main thread.
    pub fn threads(&self) -> &[Life] {
        &self.threads
    }

    /// The processes, by birth; the first is the program.
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// The place by birth of the thread that had this id at `seq`; one past the last when nobody had.
    pub fn thread_at(&self, tid: Tid, seq: u64) -> usize {
        latest(self.threads_by_id.get(&tid), |place| self.threads[place].born.seq <= seq).unwrap_or(self.threads.len())
    }

    /// The place by birth of the process that had this id at `seq`; one past the last when nobody had.
    pub fn process_at(&self, pid: Pid, seq: u64) -> usize {
        latest(self.processes_by_id.get(&pid), |place| self.processes[place].born.seq <= seq)
            .unwrap_or(self.processes.len())
    }

    /// Whether the thread that had this id at `seq` is the program's main thread.
    pub fn is_main_thread(&self, tid: Tid, seq: u64) -> bool {
        !self.threads.is_empty() && self.thread_at(tid, seq) == 0
    }

    /// Whether the process that had this id at `seq` is the program itself.
    pub fn is_main_process(&self, pid: Pid, seq: u64) -> bool {
        !self.processes.is_empty() && self.process_at(pid, seq) == 0
    }

    fn see(&mut self, pid: Pid, tid: Tid, at: Moment) {
        if self.living_process(pid).is_none() {
            self.process_born(pid, 0, at);
        }
        if tid != 0 && self.living_thread(tid).is_none() {
            self.thread_born(pid, tid, 0, at);
        }
    }

    fn living_thread(&self, tid: Tid) -> Option<usize> {
        latest(self.threads_by_id.get(&tid), |place| self.threads[place].died.is_none())
    }

    fn living_process(&self, pid: Pid) -> Option<usize> {
        latest(self.processes_by_id.get(&pid), |place| self.processes[place].died.is_none())
    }

    fn process_born(&mut self, pid: Pid, parent: Pid, born: Moment) {
        self.processes_by_id.entry(pid).or_default().push(self.processes.len());
        self.processes.push(Process { pid, born, parent, died: None, cpu: 0 });
    }

    fn thread_born(&mut self, pid: Pid, tid: Tid, parent: Tid, born: Moment) {
        self.threads_by_id.entry(tid).or_default().push(self.threads.len());
        self.threads.push(Life { pid, tid, born, parent, died: None, cpu: 0 });
    }

    fn ended(&mut self, pid: Pid, tid: Tid, cpu: u64, whole_process: bool, at: Moment) {
        if !whole_process {
            if let Some(place) = self.living_thread(tid) {
                self.threads[place].died = Some(at);
                self.threads[place].cpu = cpu;
            }
            return;
        }
        let Some(process) = self.living_process(pid) else { return };
        self.processes[process].died = Some(at);
        self.processes[process].cpu = cpu;
        let born = self.processes[process].born.seq;
        let of_process = |life: &&mut Life| life.pid == pid && life.born.seq >= born;
        let others: u64 = self.threads.iter_mut().filter(of_process).map(|life| life.cpu).sum();
        let mut rest = Some(cpu.saturating_sub(others));
        // The thread whose exit this is, or else the process's first, takes what is left; all of them are gone now.
        let takes = self.living_thread(tid).map_or(tid, |place| self.threads[place].tid);
        for life in self.threads.iter_mut().filter(|life| life.pid == pid && life.born.seq >= born) {
            if life.died.is_none() {
                life.died = Some(at);
                if life.tid == takes {
                    life.cpu = rest.take().unwrap_or(0);
                }
            }
        }
    }
}

fn latest(places: Option<&Vec<usize>>, fits: impl Fn(usize) -> bool) -> Option<usize> {
    places?.iter().rev().copied().find(|place| fits(*place))
}

#[cfg(test)]
mod tests {
    use super::Lives;
    use crate::trace::{Builder, EventKind};

    #[test]
    fn threads_and_processes_are_told_by_birth_and_carry_their_cpu() {
        let trace = Builder::new()
            .spawn_thread(12)
            .thread(12)
            .at(3)
            .exit_thread(40)
            .main()
            .spawn_process(20)
            .process(20)
            .line("from the child")
            .exit(0, 70)
            .main()
            .exit(0, 100)
            .build();
        let lives = Lives::of(&trace);
        let threads: Vec<_> = lives.threads().iter().map(|life| (life.pid, life.tid, life.cpu)).collect();
        assert_eq!(threads, [(10, 10, 60), (10, 12, 40), (20, 20, 70)], "the last thread has what the others left");
        let processes: Vec<_> = lives.processes().iter().map(|life| (life.pid, life.parent, life.cpu)).collect();
        assert_eq!(processes, [(10, 0, 100), (20, 10, 70)]);
        assert!(lives.is_main_thread(10, 99) && !lives.is_main_thread(12, 99));
        assert!(lives.is_main_process(10, 99) && !lives.is_main_process(20, 99));
    }

    #[test]
    fn an_id_that_is_given_out_again_is_a_new_life() {
        let trace = Builder::new()
            .spawn_thread(12)
            .thread(12)
            .line("one")
            .exit_thread(1)
            .main()
            .spawn_thread(12)
            .thread(12)
            .line("two")
            .exit_thread(2)
            .build();
        let lives = Lives::of(&trace);
        assert_eq!(lives.threads().len(), 3);
        let places: Vec<_> =
            crate::trace::query::lines(&trace).map(|(event, _)| lives.thread_at(event.tid, event.seq)).collect();
        assert_eq!(places, [1, 2]);
    }

    #[test]
    fn a_zombie_is_no_new_life() {
        let trace =
            Builder::new().spawn_process(20).process(20).exit(0, 1).event(EventKind::Zombie { parent: 10 }).build();
        assert_eq!(Lives::of(&trace).processes().len(), 2);
    }

    #[test]
    fn where_the_engine_cannot_tell_nobody_is_main() {
        let trace = Builder::new().nobody().line("who?").build();
        let lives = Lives::of(&trace);
        assert!(lives.threads().is_empty() && !lives.is_main_thread(0, 0) && !lives.is_main_process(0, 0));
    }
}
