use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::slots::Slots;
use crate::engine::{Engine, EngineError, RunRequest};
use crate::trace::Trace;

/// A pool of slots in this process. Shared between threads: whoever asks waits for a slot.
#[derive(Debug)]
pub struct Pool {
    slots: Slots,
    shares_the_clock: bool,
}

impl Pool {
    /// A pool that does this much at once.
    pub fn new(slots: NonZeroUsize) -> Self {
        Self { slots: Slots::new(slots.get()), shares_the_clock: false }
    }

    /// Lets runs on the machine's clock stand side by side, too: faster, and less sure of times.
    #[must_use]
    pub fn sharing_the_clock(self) -> Self {
        Self { shares_the_clock: true, ..self }
    }

    /// Runs every request and returns the traces in the requests' order. Under a virtual clock runs stand side by side;
    /// under the machine's, each has the machine for itself (but see [`Pool::sharing_the_clock`]). `done` is told of each run
    /// that ended, by its index, and of what it did, as soon as it ends.
    ///
    /// # Errors
    /// The first error of the engine; runs that had not begun by then are not begun.
    pub fn run_all(
        &self,
        engine: &dyn Engine,
        requests: &[RunRequest],
        done: &(dyn Fn(usize, &Trace) + Sync),
    ) -> Result<Vec<Trace>, EngineError> {
        let failed = Mutex::new(None);
        let traces = self.on_threads(requests.len(), &|index| {
            let _slot = if engine.is_virtual() || self.shares_the_clock {
                // Who is to be seen computing side by side needs the processors for itself.
                let processors = requests[index].limits.processors;
                self.slots.take(usize::try_from(processors).unwrap_or(usize::MAX))
            } else {
                self.slots.take_all()
            };
            if failed.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                return None;
            }
            match engine.run(&requests[index]) {
                Ok(trace) => {
                    done(index, &trace);
                    Some(trace)
                }
                Err(error) => {
                    failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    None
                }
            }
        });
        match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(traces.into_iter().flatten().collect()),
        }
    }

    /// Does a piece of work that keeps a CPU busy (a build) for each item, each in a slot, and returns the results in
    /// the items' order.
    pub fn work<T: Sync, R: Send>(&self, items: &[T], work: &(dyn Fn(&T) -> R + Sync)) -> Vec<R> {
        self.on_threads(items.len(), &|index| {
            let _slot = self.slots.take_one();
            work(&items[index])
        })
    }

    /// Does a piece of work that asks this pool itself for slots for each item, as many items at once as there are
    /// slots, and returns the results in the items' order.
    pub fn each<T: Sync, R: Send>(&self, items: &[T], work: &(dyn Fn(&T) -> R + Sync)) -> Vec<R> {
        self.on_threads(items.len(), &|index| work(&items[index]))
    }

    fn on_threads<R: Send>(&self, count: usize, work: &(dyn Fn(usize) -> R + Sync)) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let results: Vec<Mutex<Option<R>>> = (0..count).map(|_| Mutex::new(None)).collect();
        thread::scope(|scope| {
            for _ in 0..self.slots.all().min(count) {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(place) = results.get(index) else { break };
                        let result = work(index);
                        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                    }
                });
            }
        });
        results
            .into_iter()
            .map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner).expect("each index was worked on"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Pool;

    fn pool(slots: usize) -> Pool {
        Pool::new(NonZeroUsize::new(slots).expect("some slots"))
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        assert_eq!(pool(4).work(&items, &|item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_is_done_at_once_than_there_are_slots() {
        let (now, peak) = (AtomicUsize::new(0), AtomicUsize::new(0));
        pool(3).work(&[(); 50], &|()| {
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
        });
        assert!(peak.into_inner() <= 3);
    }

    #[test]
    fn work_that_asks_for_slots_itself_does_not_wait_for_ever() {
        let pool = pool(2);
        let sums = pool.each(&[1, 2, 3, 4], &|item: &i32| pool.work(&[1, 1, 1], &|one| one * item).iter().sum::<i32>());
        assert_eq!(sums, [3, 6, 9, 12]);
    }
}
