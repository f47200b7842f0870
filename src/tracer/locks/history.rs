use crate::clock::VirtualInstant;
use crate::tracer::regs::Written;

/// What a word of memory is, as far as one that waits on it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tracer) enum Kind {
    /// A mutex of 32 bits as in glibc and in Rust's library: 0 is free, 1 is held, 2 is held and waited for.
    Mutex,
    /// The value of a semaphore of glibc, which `CPython` makes its locks of: 0 is taken, 1 is free.
    Semaphore,
}

/// One write to a word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write {
    pub(super) tid: i32,
    /// What stands there since.
    pub(super) value: u32,
    pub(super) how: Written,
    pub(super) t: VirtualInstant,
    /// How many events the run had by then.
    pub(super) mark: usize,
}

/// Who took a word's lock last, and has it still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taker {
    pub(super) tid: i32,
    pub(super) t: VirtualInstant,
    pub(super) mark: usize,
}

/// All that was written to a word, as far as it says who holds its lock. What does not look like a lock being taken and let
/// go is never taken for one: then nobody holds it.
#[derive(Clone, Debug)]
pub(super) struct History {
    kind: Kind,
    value: u32,
    taker: Option<Taker>,
    /// Those who marked a held mutex as waited for. Of a lock they are those who wait.
    marked: Vec<i32>,
    /// Whether something was done to it that is never done to a lock.
    spoiled: bool,
}

impl History {
    pub(super) const fn new(kind: Kind) -> Self {
        // Memory that was never written to is zero.
        Self { kind, value: 0, taker: None, marked: Vec::new(), spoiled: false }
    }

    pub(super) fn wrote(&mut self, write: Write) {
        let before = std::mem::replace(&mut self.value, write.value);
        if write.how == Written::Otherwise {
            // A plain store makes a new object of the memory. (A semaphore's count of waiters stands in the other half of
            // its 64 bits, and is added to.)
            if before != write.value || self.kind == Kind::Mutex {
                *self = Self { value: write.value, ..Self::new(self.kind) };
            }
            return;
        }
        if before == write.value {
            // An exchange that failed.
            return;
        }
        let taker = Taker { tid: write.tid, t: write.t, mark: write.mark };
        match (self.kind, before, write.value) {
            (Kind::Mutex, 0, 1 | 2) => (self.taker, self.marked) = (Some(taker), Vec::new()),
            (Kind::Mutex, 1 | 2, 0) => self.taker = None,
            (Kind::Mutex, 1, 2) => self.marked.push(write.tid),
            (Kind::Semaphore, 1, 0) if write.how == Written::WideExchange => self.taker = Some(taker),
            // Posted by another one than who took it: a signal.
            (Kind::Semaphore, 0, 1) if self.taker.take().is_some_and(|taker| taker.tid == write.tid) => {}
            _ => self.spoiled = true,
        }
    }

    /// Who holds the lock, when `waiters` wait on the word and `value` stands there.
    pub(super) fn holder(&self, value: u32, waiters: &[i32]) -> Option<Taker> {
        let taker = self.taker.filter(|_| !self.spoiled && self.value == value)?;
        let is_lock = match self.kind {
            Kind::Mutex => self.marked.iter().all(|tid| waiters.contains(tid)),
            // Who waits for a signal has often taken the semaphore before (as CPython's conditions do).
            Kind::Semaphore => !waiters.contains(&taker.tid),
        };
        is_lock.then_some(taker)
    }
}

#[cfg(test)]
mod tests {
    use super::{History, Kind, Write};
    use crate::clock::VirtualInstant;
    use crate::tracer::regs::Written::{self, Exchange, Otherwise, WideExchange};

    /// Who holds it after these writes (thread, value, how), when `waiters` wait.
    fn holder(kind: Kind, writes: &[(i32, u32, Written)], waiters: &[i32]) -> Option<i32> {
        let mut history = History::new(kind);
        for (mark, (tid, value, how)) in writes.iter().enumerate() {
            history.wrote(Write { tid: *tid, value: *value, how: *how, t: VirtualInstant::from_nanos(0), mark });
        }
        history.holder(writes.last().map_or(0, |(_, value, _)| *value), waiters).map(|taker| taker.tid)
    }

    #[test]
    fn the_last_one_to_take_a_mutex_holds_it_until_it_lets_go() {
        let taken = [(1, 0, Otherwise), (2, 1, Exchange), (2, 0, Exchange), (3, 1, Exchange), (4, 2, Exchange)];
        assert_eq!(holder(Kind::Mutex, &taken, &[4]), Some(3));
        assert_eq!(holder(Kind::Mutex, &taken[..4], &[]), Some(3));
        assert_eq!(holder(Kind::Mutex, &taken[..3], &[]), None);
        // One that was woken takes it as contended; one that fails changes nothing.
        let woken = [(2, 1, Exchange), (3, 2, Exchange), (2, 0, Exchange), (3, 2, Exchange), (4, 2, Exchange)];
        assert_eq!(holder(Kind::Mutex, &woken, &[2, 4]), Some(3));
        // One who takes it again waits for itself.
        assert_eq!(holder(Kind::Mutex, &[(2, 1, Exchange), (2, 2, Exchange)], &[2]), Some(2));
    }

    #[test]
    fn a_counter_of_notifications_is_no_mutex() {
        assert_eq!(holder(Kind::Mutex, &[(2, 1, Otherwise), (3, 2, Otherwise)], &[3]), None);
        // By exchanges, too, unless those who made it 2 wait for it.
        assert_eq!(holder(Kind::Mutex, &[(2, 1, Exchange), (3, 2, Exchange)], &[4]), None);
        assert_eq!(holder(Kind::Mutex, &[(2, 1, Exchange), (3, 5, Exchange), (2, 2, Exchange)], &[2]), None);
    }

    #[test]
    fn memory_that_is_used_again_begins_anew() {
        let again = [(2, 1, Exchange), (1, 0, Otherwise), (3, 1, Exchange), (4, 2, Exchange)];
        assert_eq!(holder(Kind::Mutex, &again, &[4]), Some(3));
        assert_eq!(holder(Kind::Mutex, &[(2, 1, Exchange), (1, 2, Otherwise)], &[4]), None);
    }

    #[test]
    fn a_semaphore_that_its_taker_posts_is_a_lock() {
        let lock = [(1, 1, Otherwise), (2, 0, WideExchange), (2, 1, WideExchange), (3, 0, WideExchange)];
        assert_eq!(holder(Kind::Semaphore, &lock, &[2]), Some(3));
        // One that counts itself among those who wait adds to the other half of it.
        let counted = [(1, 1, Otherwise), (3, 0, WideExchange), (2, 0, Otherwise)];
        assert_eq!(holder(Kind::Semaphore, &counted, &[2]), Some(3));
    }

    #[test]
    fn a_semaphore_that_another_one_posts_is_a_signal() {
        let signal = [(1, 0, Otherwise), (2, 1, WideExchange), (3, 0, WideExchange)];
        assert_eq!(holder(Kind::Semaphore, &signal, &[4]), None);
        let handed_on = [(1, 1, Otherwise), (3, 0, WideExchange), (2, 1, WideExchange), (3, 0, WideExchange)];
        assert_eq!(holder(Kind::Semaphore, &handed_on, &[4]), None);
        // A condition of CPython: taken by the one that waits.
        assert_eq!(holder(Kind::Semaphore, &[(1, 1, Otherwise), (2, 0, WideExchange)], &[2]), None);
        // A flag that was consumed.
        assert_eq!(holder(Kind::Semaphore, &[(1, 1, Otherwise), (2, 0, Exchange)], &[3]), None);
    }
}
