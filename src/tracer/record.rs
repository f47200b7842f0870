use std::collections::HashMap;

use super::procfs;
use crate::clock::VirtualInstant;
use crate::trace::{Event, EventKind};

/// Collects the events of a run.
#[derive(Debug, Default)]
pub(super) struct Record {
    events: Vec<Option<Event>>,
    deeds: u64,
    /// What threads are called in a namespace of process ids of their own, by what we call them.
    names: HashMap<i32, i32>,
    /// How many were called by birth.
    born: i32,
}

/// Names an event that may still be taken back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry(usize);

fn id(tid: i32) -> u32 {
    u32::try_from(tid).unwrap_or_default()
}

impl Record {
    /// A thread of a namespace of its own: asks what it is called there.
    pub(super) fn learn_name(&mut self, tid: i32) {
        let inside = procfs::status_field(tid, "NSpid:")
            .and_then(|ids| ids.split_ascii_whitespace().next_back().and_then(|id| id.parse().ok()));
        if let Some(inside) = inside {
            self.names.insert(tid, inside);
        }
    }

    /// Calls a new thread by its birth: the first is 1.
    pub(super) fn name_by_birth(&mut self, tid: i32) {
        self.born += 1;
        self.names.insert(tid, self.born);
    }

    /// The id of a thread as the program sees it, or by birth.
    pub(super) fn name(&self, tid: i32) -> u32 {
        id(self.names.get(&tid).copied().unwrap_or(tid))
    }

    /// Notes what happened.
    pub(super) fn note(&mut self, t: VirtualInstant, pid: i32, tid: i32, kind: EventKind) -> Entry {
        let (pid, tid) = (self.name(pid), self.name(tid));
        let passes = matches!(
            kind,
            EventKind::Sleep { .. }
                | EventKind::Wait { .. }
                | EventKind::Wake {}
                | EventKind::First { .. }
                | EventKind::Held { .. }
                | EventKind::Preempted { .. }
        );
        self.deeds += u64::from(!passes);
        self.events.push(Some(Event { t, seq: 0, pid, tid, kind }));
        Entry(self.events.len() - 1)
    }

    /// How much the program has done but wait.
    pub(super) const fn deeds(&self) -> u64 {
        self.deeds
    }

    /// How many events there are by now.
    pub(super) const fn mark(&self) -> usize {
        self.events.len()
    }

    /// The last line of a thread among the first `mark` events.
    pub(super) fn last_line(&self, tid: i32, mark: usize) -> Option<String> {
        let name = self.name(tid);
        self.events.iter().take(mark).flatten().rev().find_map(|event| match &event.kind {
            EventKind::Line { text, .. } if event.tid == name => Some(text.clone()),
            _ => None,
        })
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
