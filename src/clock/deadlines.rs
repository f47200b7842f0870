use std::collections::BTreeMap;

use super::VirtualInstant;

/// What is due when: the moments at which something must happen, the earliest first. Of two at the same moment, the one
/// that was set first comes first.
#[derive(Clone, Debug)]
pub struct Deadlines<T> {
    due: BTreeMap<DeadlineKey, T>,
    set: u64,
}

/// Names a deadline, so that it can be called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeadlineKey {
    at: VirtualInstant,
    number: u64,
}

impl DeadlineKey {
    /// When it is due.
    pub const fn at(self) -> VirtualInstant {
        self.at
    }

    /// How many were set before it.
    pub const fn number(self) -> u64 {
        self.number
    }
}

impl<T> Default for Deadlines<T> {
    fn default() -> Self {
        Self { due: BTreeMap::new(), set: 0 }
    }
}

impl<T> Deadlines<T> {
    /// Sets a deadline.
    pub fn set(&mut self, at: VirtualInstant, what: T) -> DeadlineKey {
        let key = DeadlineKey { at, number: self.set };
        self.set += 1;
        self.due.insert(key, what);
        key
    }

    /// Calls a deadline off; tells what it was, when it was still to come.
    pub fn cancel(&mut self, key: DeadlineKey) -> Option<T> {
        self.due.remove(&key)
    }

    /// When the earliest is due.
    pub fn earliest(&self) -> Option<VirtualInstant> {
        self.due.keys().next().map(|key| key.at)
    }

    /// Takes the earliest, when it is due at `now`.
    pub fn take_due(&mut self, now: VirtualInstant) -> Option<(DeadlineKey, T)> {
        let first = self.due.first_entry().filter(|entry| entry.key().at <= now)?;
        Some(first.remove_entry())
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (DeadlineKey, &T)> {
        self.due.iter().map(|(key, what)| (*key, what))
    }

    /// How many were set so far.
    pub const fn set_so_far(&self) -> u64 {
        self.set
    }

    /// How many are to come.
    pub fn len(&self) -> usize {
        self.due.len()
    }

    /// Whether none is to come.
    pub fn is_empty(&self) -> bool {
        self.due.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Deadlines;
    use crate::clock::VirtualInstant;

    const fn at(nanos: u64) -> VirtualInstant {
        VirtualInstant::from_nanos(nanos)
    }

    #[test]
    fn the_earliest_comes_first_and_ties_in_the_order_they_were_set() {
        let mut deadlines = Deadlines::default();
        for (moment, name) in [(30, "late"), (10, "first"), (20, "a"), (20, "b")] {
            deadlines.set(at(moment), name);
        }
        assert_eq!(deadlines.earliest(), Some(at(10)));
        let order: Vec<_> = std::iter::from_fn(|| deadlines.take_due(at(25))).map(|(_, name)| name).collect();
        assert_eq!(order, ["first", "a", "b"]);
        assert_eq!(deadlines.len(), 1, "what is not due stays");
    }

    #[test]
    fn what_is_called_off_never_comes() {
        let mut deadlines = Deadlines::default();
        let key = deadlines.set(at(5), 'x');
        assert_eq!(deadlines.cancel(key), Some('x'));
        assert_eq!(deadlines.cancel(key), None);
        assert_eq!(deadlines.take_due(at(9)), None);
    }
}
