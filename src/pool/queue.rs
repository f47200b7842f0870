use std::collections::BTreeMap;

/// What waits for slots, and which of it goes next: pure.
///
/// Work goes in the order in which its submissions were begun, and within one submission in the order in which it was
/// asked for. Work that needs more slots than are free is passed by what fits in the gap, but only as often as there
/// are slots; then what becomes free is kept for it, so that it does not starve.
#[derive(Debug)]
pub(super) struct Queue<T> {
    slots: usize,
    free: usize,
    waiting: BTreeMap<Place, Waiting<T>>,
    next: u64,
}

/// The order in which work goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// When the submission was begun.
    turn: u64,
    /// When the work was asked for.
    number: u64,
}

#[derive(Debug)]
struct Waiting<T> {
    need: usize,
    passed: usize,
    task: T,
}

/// Work that begins, and how many slots it has until [`Queue::give_back`].
#[derive(Debug)]
pub(super) struct Begun<T> {
    pub(super) task: T,
    pub(super) slots: usize,
}

impl<T> Queue<T> {
    pub(super) fn new(slots: usize) -> Self {
        let slots = slots.max(1);
        Self { slots, free: slots, waiting: BTreeMap::new(), next: 0 }
    }

    /// How many slots there are.
    pub(super) const fn slots(&self) -> usize {
        self.slots
    }

    /// Adds work that needs this many slots; all of them when there are not so many.
    pub(super) fn push(&mut self, turn: u64, need: usize, task: T) {
        let place = Place { turn, number: self.next };
        self.next += 1;
        self.waiting.insert(place, Waiting { need: need.clamp(1, self.slots), passed: 0, task });
    }

    /// The work that begins now, if any fits.
    pub(super) fn begin(&mut self) -> Option<Begun<T>> {
        let free = self.free;
        let most_passed = self.slots;
        let first = self.waiting.first_entry()?;
        let place = if first.get().need <= free {
            *first.key()
        } else {
            let may_be_passed = first.get().passed < most_passed;
            let filler = self.waiting.iter().find(|(_, waiting)| waiting.need <= free).map(|(place, _)| *place);
            let filler = filler.filter(|_| may_be_passed)?;
            if let Some(mut first) = self.waiting.first_entry() {
                first.get_mut().passed += 1;
            }
            filler
        };
        let Waiting { need, task, .. } = self.waiting.remove(&place)?;
        self.free -= need;
        Some(Begun { task, slots: need })
    }

    /// Takes back the slots of work that has ended.
    pub(super) fn give_back(&mut self, slots: usize) {
        self.free += slots;
        debug_assert!(self.free <= self.slots, "more came back than went out");
    }

    /// Drops work that has not begun and is not wanted any more.
    pub(super) fn forget(&mut self, mut unwanted: impl FnMut(&T) -> bool) {
        self.waiting.retain(|_, waiting| !unwanted(&waiting.task));
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

    use super::{Begun, Queue};

    fn begin<T>(queue: &mut Queue<T>) -> Option<T> {
        queue.begin().map(|Begun { task, .. }| task)
    }

    #[test]
    fn the_submission_that_was_begun_first_goes_first() {
        let mut queue = Queue::new(1);
        queue.push(2, 1, "second's only");
        queue.push(1, 1, "first's one");
        queue.push(1, 1, "first's other");
        let mut order = Vec::new();
        while let Some(Begun { task, slots }) = queue.begin() {
            order.push(task);
            queue.give_back(slots);
        }
        assert_eq!(order, ["first's one", "first's other", "second's only"]);
    }

    #[test]
    fn small_work_fills_the_gap_before_work_that_needs_more() {
        let mut queue = Queue::new(4);
        queue.push(1, 3, "three");
        queue.push(1, 3, "three more");
        queue.push(2, 1, "one");
        assert_eq!(begin(&mut queue), Some("three"));
        assert_eq!(begin(&mut queue), Some("one"));
        assert_eq!(begin(&mut queue), None);
        queue.give_back(3);
        assert_eq!(begin(&mut queue), Some("three more"));
    }

    #[test]
    fn work_that_needs_all_slots_is_not_passed_for_ever() {
        let mut queue = Queue::new(2);
        queue.push(1, 1, usize::MAX);
        assert_eq!(begin(&mut queue), Some(usize::MAX));
        queue.push(2, 2, 0);
        for small in 1..100 {
            queue.push(3, 1, small);
        }
        // The first one runs on, so one slot is free for the small ones, until the large one had enough of it.
        let mut passed = 0;
        while begin(&mut queue).is_some() {
            passed += 1;
            queue.give_back(1);
        }
        assert_eq!(passed, 2);
        queue.give_back(1);
        assert_eq!(begin(&mut queue), Some(0));
    }

    #[test]
    fn what_is_forgotten_does_not_begin() {
        let mut queue = Queue::new(1);
        for task in 0..10 {
            queue.push(1, 1, task);
        }
        queue.forget(|task| task % 2 == 0);
        assert_eq!(begin(&mut queue), Some(1));
    }

    fn work() -> impl Strategy<Value = (usize, Vec<(u64, usize, bool)>)> {
        (1_usize..9, vec((0_u64..5, 0_usize..12, any::<bool>()), 0..200))
    }

    proptest! {
        #[test]
        fn all_work_is_done_once_and_never_on_more_slots_than_there_are((slots, work) in work()) {
            let mut queue = Queue::new(slots);
            let mut running: Vec<Begun<usize>> = Vec::new();
            let mut done = vec![false; work.len()];
            for (task, (turn, need, end_one)) in work.iter().enumerate() {
                queue.push(*turn, *need, task);
                if let Some(begun) = queue.begin() {
                    running.push(begun);
                }
                prop_assert!(running.iter().map(|begun| begun.slots).sum::<usize>() <= slots);
                if *end_one && !running.is_empty() {
                    let begun = running.remove(0);
                    prop_assert_eq!(begun.slots, work[begun.task].1.clamp(1, slots));
                    prop_assert!(!std::mem::replace(&mut done[begun.task], true));
                    queue.give_back(begun.slots);
                }
            }
            loop {
                while let Some(begun) = queue.begin() {
                    running.push(begun);
                    prop_assert!(running.iter().map(|begun| begun.slots).sum::<usize>() <= slots);
                }
                let Some(begun) = running.pop() else { break };
                prop_assert!(!std::mem::replace(&mut done[begun.task], true));
                queue.give_back(begun.slots);
            }
            prop_assert!(done.into_iter().all(|done| done));
        }
    }
}
