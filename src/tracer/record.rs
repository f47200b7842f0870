use crate::clock::VirtualInstant;
use crate::trace::{Event, EventKind};

/// Collects the events of a run.
#[derive(Debug, Default)]
pub(super) struct Record {
    events: Vec<Option<Event>>,
}

/// Names an event that may still be taken back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry(usize);

/// A thread id as traces have it.
pub(super) fn id(tid: i32) -> u32 {
    u32::try_from(tid).unwrap_or_default()
}

impl Record {
    /// Notes what happened.
    pub(super) fn note(&mut self, t: VirtualInstant, pid: i32, tid: i32, kind: EventKind) -> Entry {
        self.events.push(Some(Event { t, seq: 0, pid: id(pid), tid: id(tid), kind }));
        Entry(self.events.len() - 1)
    }

    /// Takes an event back, as if it had not been noted.
    pub(super) fn withdraw(&mut self, entry: Entry) {
        self.events[entry.0] = None;
        while self.events.last().is_some_and(Option::is_none) {
            self.events.pop();
        }
    }

    /// All that happened, numbered.
    pub(super) fn finish(self) -> Vec<Event> {
        let mut events: Vec<Event> = self.events.into_iter().flatten().collect();
        for (seq, event) in (0..).zip(&mut events) {
            event.seq = seq;
        }
        events
    }
}
