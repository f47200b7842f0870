use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use super::crew::Crew;
use super::settings::Settings;
use super::{Patience, PoolError, Turn, WorkerCommand};
use crate::engine::{Engine, Interrupt, RunRequest};
use crate::event::WorkerStatus;
use crate::trace::Trace;

/// A pool of worker processes. Shared between threads: whoever asks waits for the answer. Workers are started when there
/// is work for them and end with the pool.
#[derive(Debug)]
pub struct Pool {
    pub(super) settings: Settings,
    crew: OnceLock<Crew>,
    starting: Mutex<()>,
    next: AtomicU64,
}

impl Pool {
    /// A pool that does this much at once, with workers of this executable.
    pub fn new(slots: NonZeroUsize) -> Self {
        Self {
            settings: Settings {
                slots,
                shares_the_clock: false,
                command: WorkerCommand::of("/proc/self/exe"),
                patience: Patience::default(),
                scratch: OnceLock::new(),
                interrupt: Interrupt::default(),
            },
            crew: OnceLock::new(),
            starting: Mutex::new(()),
            next: AtomicU64::new(1),
        }
    }

    /// How many slots fit this process: the processors that it may use. The standard library counts its CPU affinity
    /// and the quotas of cgroups, v2 (rust-lang/rust#92697) and v1 (rust-lang/rust#97925).
    pub fn processors() -> NonZeroUsize {
        thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
    }

    /// Lets runs on the machine's clock stand side by side, too: faster, and less sure of times.
    #[must_use]
    pub fn sharing_the_clock(mut self) -> Self {
        self.settings.shares_the_clock = true;
        self
    }

    /// Ends what is being done, and begins nothing more, when this is set.
    #[must_use]
    pub fn with_interrupt(mut self, interrupt: Interrupt) -> Self {
        self.settings.interrupt = interrupt;
        self
    }

    /// Other workers than those of this executable: for a program that is not `grade` itself, and for tests.
    #[must_use]
    pub fn with_workers(mut self, command: WorkerCommand) -> Self {
        self.settings.command = command;
        self
    }

    /// Another patience with workers.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.settings.patience = patience;
        self
    }

    /// Keeps the files of workers that are not yet started in this folder rather than in that for temporary files.
    pub fn keep_files_in(&self, folder: &Path) {
        // The first who says so decides.
        let _decided = self.settings.scratch.set(folder.to_owned());
    }

    /// Takes a submission's turn. The label says what it is, in messages and in [`Pool::workers`].
    pub fn turn(&self, label: impl Into<String>) -> Turn<'_> {
        Turn { pool: self, number: self.next_number(), label: label.into(), called: None }
    }

    /// As [`Turn::run_all`], for requests that belong to no submission.
    ///
    /// # Errors
    /// As [`Turn::run_all`].
    pub fn run_all(
        &self,
        engine: &dyn Engine,
        requests: &[RunRequest],
        done: &mut dyn FnMut(usize, &Trace),
    ) -> Result<Vec<Trace>, PoolError> {
        self.turn("a program").run_all(engine, requests, done)
    }

    /// What each worker that has a job does at the moment, by slot.
    pub fn workers(&self) -> Vec<WorkerStatus> {
        self.crew.get().map(Crew::doing).unwrap_or_default()
    }

    /// Does a piece of work that asks this pool for what is costly in it, for each item, and returns the results in the
    /// items' order. More items are begun than there are slots, so that no slot waits for what a thread of ours does
    /// between two jobs; turns keep the order.
    pub fn each<T: Sync, R: Send>(&self, items: &[T], work: &(dyn Fn(&T) -> R + Sync)) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
        let threads = self.settings.slots.get().saturating_mul(2).min(items.len());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let (Some(item), Some(place)) = (items.get(index), results.get(index)) else { break };
                        let result = work(item);
                        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                    }
                });
            }
        });
        results
            .into_iter()
            .map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner).expect("each item was worked on"))
            .collect()
    }

    pub(super) fn next_number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn crew(&self) -> Result<&Crew, PoolError> {
        let _one_at_a_time = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(crew) = self.crew.get() {
            return Ok(crew);
        }
        let crew = Crew::new(self.settings.clone()).map_err(PoolError::Folder)?;
        Ok(self.crew.get_or_init(|| crew))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::Pool;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        let pool = Pool::new(NonZeroUsize::new(4).expect("some slots"));
        assert_eq!(pool.each(&items, &|item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }
}
