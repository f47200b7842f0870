use std::collections::{BTreeMap, HashMap};

use crate::tracer::calls::{Woken, Word};

/// Threads that were seen asleep, and whom something may have woken since: to look at every thread before every choice would cost more
/// than all else where many wait.
///
/// A thread wakes by a call of the one that has the turn, by its deadline, by the end of another thread, or by what comes from
/// outside the run. Most calls of a concurrent program are on futexes, and tell how many they woke at one word; what
/// is known so exactly is looked for there. After anything else everybody is looked at.
#[derive(Debug, Default)]
pub(in crate::tracer) struct Sleepers {
    seen: HashMap<i32, Seen>,
    /// How many were seen in all: those who wait at the same word are woken in the order in which they fell asleep (`futex(2)`).
    order: u64,
    anybody: bool,
    /// Whether a thread has ended.
    joiners: bool,
    /// How many were woken at which word.
    woken: BTreeMap<u64, u64>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    /// How often it had had a CPU.
    slices: u64,
    order: u64,
    /// The word that it waits on; none where it waits otherwise.
    word: Option<Word>,
}

impl Sleepers {
    /// A thread sleeps for sure; it had a CPU so often.
    pub(in crate::tracer) fn add(&mut self, tid: i32, slices: u64, word: Option<Word>) {
        self.order += 1;
        self.seen.insert(tid, Seen { slices, order: self.order, word });
    }

    /// It does something else from now on.
    pub(in crate::tracer) fn remove(&mut self, tid: i32) {
        self.seen.remove(&tid);
    }

    /// Whether it is still the same sleep, by how often the thread had a CPU.
    pub(in crate::tracer) fn is_same(&self, tid: i32, slices: u64) -> bool {
        self.seen.get(&tid).is_some_and(|seen| seen.slices == slices)
    }

    /// Somebody may have been woken.
    pub(in crate::tracer) fn doubt(&mut self, woken: Woken) {
        match woken {
            Woken::Nobody => {}
            Woken::At { word, count } => *self.woken.entry(word).or_default() += count,
            Woken::Joiners => self.joiners = true,
            Woken::Anybody => self.anybody = true,
        }
    }

    /// Whether a thread sleeps as far as is known, and nothing can have woken it but what [`Self::wanted`] tells.
    pub(in crate::tracer) fn rests(&self, tid: i32) -> bool {
        let is_joiner = |seen: &Seen| seen.word.is_some_and(|word| !word.private);
        !self.anybody && self.seen.get(&tid).is_some_and(|seen| !(self.joiners && is_joiner(seen)))
    }

    /// Those who wait where somebody was woken, in the order in which they are; none where all the woken have `arrived`, and none when
    /// everybody is looked at anyway.
    pub(in crate::tracer) fn wanted(&self, arrived: impl Fn(i32) -> bool) -> Vec<i32> {
        let mut wanted = Vec::new();
        if self.anybody {
            return wanted;
        }
        for (word, count) in &self.woken {
            let mut there: Vec<(u64, i32)> = self
                .seen
                .iter()
                .filter(|(_, seen)| seen.word.is_some_and(|there| there.address == *word))
                .map(|(tid, seen)| (seen.order, *tid))
                .collect();
            there.sort_unstable();
            let (came, others): (Vec<_>, Vec<_>) = there.into_iter().partition(|(_, tid)| arrived(*tid));
            if u64::try_from(came.len()).unwrap_or(u64::MAX) < *count {
                wanted.extend(others.into_iter().map(|(_, tid)| tid));
            }
        }
        wanted
    }

    /// Whether this time everybody is looked at.
    pub(in crate::tracer) const fn all_are_looked_at(&self) -> bool {
        self.anybody
    }

    /// Everybody in doubt was looked at.
    pub(in crate::tracer) fn settled(&mut self) {
        self.anybody = false;
        self.joiners = false;
        self.woken.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Sleepers;
    use crate::tracer::calls::{Woken, Word};

    fn three_on_a_word() -> Sleepers {
        let mut sleepers = Sleepers::default();
        for (tid, address) in [(7, 64), (5, 64), (9, 8), (6, 64)] {
            sleepers.add(tid, 1, Some(Word { address, private: address == 64 }));
        }
        sleepers.add(4, 1, None);
        sleepers
    }

    #[test]
    fn who_was_woken_is_looked_for_at_the_word_in_the_order_of_falling_asleep() {
        let mut sleepers = three_on_a_word();
        assert!([4, 5, 6, 7, 9].into_iter().all(|tid| sleepers.rests(tid)) && !sleepers.rests(3));
        assert_eq!(sleepers.wanted(|_| false), [0; 0], "nobody was woken");
        sleepers.doubt(Woken::At { word: 64, count: 1 });
        assert_eq!(sleepers.wanted(|_| false), [7, 5, 6]);
        assert_eq!(sleepers.wanted(|tid| tid == 7), [0; 0], "it came");
        sleepers.doubt(Woken::At { word: 64, count: 1 });
        assert_eq!(sleepers.wanted(|tid| tid == 7), [5, 6], "two were woken");
        sleepers.settled();
        assert_eq!(sleepers.wanted(|_| false), [0; 0]);
    }

    #[test]
    fn after_what_may_wake_anybody_nobody_is_sure_to_sleep() {
        let mut sleepers = three_on_a_word();
        sleepers.doubt(Woken::Anybody);
        assert!(!sleepers.rests(4) && sleepers.all_are_looked_at());
        sleepers.settled();
        assert!(sleepers.rests(4) && !sleepers.all_are_looked_at());
        sleepers.doubt(Woken::Joiners);
        assert!(
            sleepers.rests(4) && sleepers.rests(7) && !sleepers.rests(9),
            "who waits for a thread's end shares the word with the kernel"
        );
        sleepers.remove(4);
        assert!(!sleepers.rests(4));
        assert!(sleepers.is_same(5, 1) && !sleepers.is_same(5, 2));
    }
}
