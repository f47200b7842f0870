use std::sync::{Condvar, Mutex, PoisonError};

/// A number of slots that threads take and give back (a counting semaphore).
#[derive(Debug)]
pub(super) struct Slots {
    all: usize,
    free: Mutex<usize>,
    freed: Condvar,
}

/// Slots that are taken; dropping gives them back.
pub(super) struct Taken<'a> {
    slots: &'a Slots,
    count: usize,
}

impl Slots {
    pub(super) fn new(all: usize) -> Self {
        Self { all, free: Mutex::new(all), freed: Condvar::new() }
    }

    pub(super) fn all(&self) -> usize {
        self.all
    }

    /// Waits for one slot.
    pub(super) fn take_one(&self) -> Taken<'_> {
        self.take(1)
    }

    /// Waits until nobody else has a slot, and takes them all.
    pub(super) fn take_all(&self) -> Taken<'_> {
        self.take(self.all)
    }

    /// Waits for this many slots; for all when there are not so many.
    pub(super) fn take(&self, count: usize) -> Taken<'_> {
        let count = count.clamp(1, self.all);
        // A thread that panicked gave its slots back while it unwound: the number is right all the same.
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free < count).unwrap_or_else(PoisonError::into_inner);
        *free -= count;
        Taken { slots: self, count }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.slots.free.lock().unwrap_or_else(PoisonError::into_inner) += self.count;
        self.slots.freed.notify_all();
    }
}
