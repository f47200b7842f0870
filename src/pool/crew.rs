use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::process::Worker;
use super::protocol::{Answer, Job};
use super::queue::{Begun, Queue};
use super::settings::Settings;
use super::turn::Label;
use super::{Mishap, PoolError};
use crate::event::WorkerStatus;
use crate::folder;

/// The workers of a pool, and a thread for each that does a job: it hands the job over, waits, and sees to it that
/// whatever becomes of the worker, there is an answer.
///
/// Threads and workers are started when there is work for them, and the worker that rested last works next, so that a
/// small grading needs one.
#[derive(Debug)]
pub(super) struct Crew {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// A piece of work that waits for its slots.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) job: Job,
    /// What it is, as a verb and what it is done to.
    pub(super) label: Label,
    /// How long it may take, in real time.
    pub(super) limit: Duration,
    /// Those who were asked for together.
    pub(super) group: u64,
    /// Its number among them.
    pub(super) index: usize,
    pub(super) answer: Sender<(usize, Result<Answer, PoolError>)>,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    /// The file of claimed processors; it has no name.
    claims: File,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    queue: Queue<Task>,
    idle: Vec<Worker>,
    /// What each thread does.
    doing: BTreeMap<usize, WorkerStatus>,
    /// Tasks that were pushed and have not ended.
    open: usize,
    next_id: u64,
    closing: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Crew {
    pub(super) fn new(settings: Settings) -> io::Result<Self> {
        folder::sweep(&std::env::temp_dir());
        let claims = tempfile::tempfile_in(settings.scratch())?;
        let state = State {
            queue: Queue::new(settings.slots.get()),
            idle: Vec::new(),
            doing: BTreeMap::new(),
            open: 0,
            next_id: 0,
            closing: false,
        };
        let shared = Shared { settings, claims, state: Mutex::new(state), changed: Condvar::new() };
        Ok(Self { shared: Arc::new(shared), threads: Mutex::default() })
    }

    /// Has all of this done, each with the number of slots that it needs.
    pub(super) fn push(&self, turn: u64, tasks: impl IntoIterator<Item = (usize, Task)>) {
        let mut state = self.shared.state();
        for (need, task) in tasks {
            state.queue.push(turn, need, task);
            state.open += 1;
        }
        let wanted = state.open.min(state.queue.slots());
        drop(state);
        self.shared.changed.notify_all();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for number in threads.len()..wanted {
            let shared = Arc::clone(&self.shared);
            let spawned = thread::Builder::new().name(format!("slot {number}")).spawn(move || shared.serve(number));
            match spawned {
                Ok(thread) => threads.push(thread),
                // Those that there are do it.
                Err(_) if number > 0 => break,
                // Nobody does: what waits is dropped, and who asked for it hears that.
                Err(_) => self.forget(|_| true),
            }
        }
    }

    /// Drops tasks that have not begun; their answers never come.
    pub(super) fn forget(&self, unwanted: impl Fn(&Task) -> bool) {
        let mut state = self.shared.state();
        let mut forgotten = 0;
        state.queue.forget(|task| {
            let forget = unwanted(task);
            forgotten += usize::from(forget);
            forget
        });
        state.open -= forgotten;
        drop(state);
        self.shared.changed.notify_all();
    }

    /// What each worker that has a job does.
    pub(super) fn doing(&self) -> Vec<WorkerStatus> {
        self.shared.state().doing.values().cloned().collect()
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shared.state().closing = true;
        self.shared.changed.notify_all();
        for thread in self.threads.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // One that panicked has said so.
            let _panicked = thread.join();
        }
        let workers = std::mem::take(&mut self.shared.state().idle);
        for worker in &workers {
            worker.dismiss();
        }
        for worker in workers {
            worker.see_off(self.shared.settings.patience.end);
        }
    }
}

impl Shared {
    fn serve(&self, number: usize) {
        while let Some(Begun { task, slots }) = self.next() {
            let done = self.done(number, &task);
            let mut state = self.state();
            state.doing.remove(&number);
            state.queue.give_back(slots);
            state.open -= 1;
            drop(state);
            if slots > 1 {
                self.changed.notify_all();
            }
            // Who does not want to know any more has gone.
            let _gone = task.answer.send((task.index, done));
        }
    }

    fn next(&self) -> Option<Begun<Task>> {
        let mut state = self.state();
        loop {
            if state.closing {
                return None;
            }
            if let Some(begun) = state.queue.begin() {
                return Some(begun);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Tries a job, and after a mishap once more with another worker.
    fn done(&self, number: usize, task: &Task) -> Result<Answer, PoolError> {
        let attempt = || if self.settings.interrupt.is_set() { None } else { Some(self.attempt(number, task)) };
        let first = match attempt() {
            None => return Err(PoolError::Interrupted),
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(first)) => first,
        };
        match attempt() {
            None => Err(PoolError::Interrupted),
            Some(Ok(answer)) => Ok(answer),
            Some(Err(_)) if self.settings.interrupt.is_set() => Err(PoolError::Interrupted),
            Some(Err(second)) => Err(PoolError::Lost { job: task.label.of_job.clone(), first, second }),
        }
    }

    fn attempt(&self, number: usize, task: &Task) -> Result<Answer, Mishap> {
        let mut worker = match self.idle() {
            Some(worker) => worker,
            None => Worker::start(&self.settings, &self.claims_path())?,
        };
        let status =
            WorkerStatus { slot: number, pid: worker.pid(), job: task.label.of_worker.clone(), since: Instant::now() };
        let mut state = self.state();
        state.doing.insert(number, status);
        state.next_id += 1;
        let id = state.next_id;
        drop(state);
        match worker.work(id, &task.job, task.limit + self.settings.patience.margin, &self.settings) {
            Ok(answer) if worker.has_grown() => {
                worker.dismiss();
                worker.see_off(self.settings.patience.end);
                Ok(answer)
            }
            Ok(answer) => {
                self.state().idle.push(worker);
                Ok(answer)
            }
            Err(trouble) => {
                let pid = worker.pid();
                let mishap = worker.give_up(trouble);
                if let Job::Build { builder, .. } = &task.job {
                    builder.clear_up_after(pid);
                }
                Err(mishap)
            }
        }
    }

    /// A worker that rests, unless it died over it.
    fn idle(&self) -> Option<Worker> {
        loop {
            let worker = self.state().idle.pop()?;
            if !worker.is_gone() {
                return Some(worker);
            }
            worker.see_off(Duration::ZERO);
        }
    }

    fn claims_path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), self.claims.as_raw_fd()))
    }
}
