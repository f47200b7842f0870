//! Words that the processor watches: every write to one of them stops the thread, and is noted.

use std::collections::BTreeSet;
use std::io;

use super::history::{History, Taker, Write};
use super::{Kind, Word};
use crate::tracer::memory;
use crate::tracer::regs::{Hits, Native, Registers, WATCHPOINTS, code_before, take_hits, watch_words, written};
use crate::tracer::task::{Slot, Task};
use crate::tracer::tracee::Resume;
use crate::tracer::watch::is_gone;
use crate::tracer::world::World;

/// A run with more writes than this is not worth the time: each costs some ten microseconds.
const MOST_WRITES: u32 = 200_000;

/// The words that are watched in a run, and what was written to them.
#[derive(Debug, Default)]
pub(in crate::tracer) struct Locks {
    words: Vec<(Word, History)>,
    /// Threads that are watched already.
    armed: BTreeSet<i32>,
    writes: u32,
    /// Whether not every write was seen: then nothing is known.
    gave_up: bool,
}

impl Locks {
    pub(in crate::tracer) fn new(words: &[Word]) -> Self {
        let words = words.iter().map(|word| (*word, History::new(word.kind))).collect();
        Self { words, ..Self::default() }
    }

    /// Whether anything is watched.
    pub(in crate::tracer) const fn is_on(&self) -> bool {
        !self.words.is_empty()
    }

    /// The words of a process, in the order of their watchpoints.
    fn of(&self, process: u32) -> impl Iterator<Item = (usize, Word)> {
        let own = move |(_, (word, _)): &(usize, &(Word, History))| word.process == process;
        self.words.iter().enumerate().filter(own).map(|(place, (word, _))| (place, *word)).take(WATCHPOINTS)
    }

    /// Watches a thread that stands still, unless that is done.
    fn arm(&mut self, tid: i32, process: u32) {
        if self.gave_up || self.armed.contains(&tid) {
            return;
        }
        let words: Vec<u64> = self.of(process).map(|(_, word)| word.address).collect();
        match watch_words(tid, &words) {
            Ok(()) => {
                self.armed.insert(tid);
            }
            // It was killed where it stood.
            Err(error) if is_gone(&error) => {}
            Err(_) => self.gave_up = true,
        }
    }

    /// A process became another program: its memory is new, and the kernel watches it no more.
    pub(in crate::tracer) fn became(&mut self, tid: i32, process: u32) {
        self.armed.remove(&tid);
        for (word, history) in self.words.iter_mut().filter(|(word, _)| word.process == process) {
            *history = History::new(word.kind);
        }
    }

    fn note(&mut self, place: usize, write: Write) {
        self.writes += 1;
        self.gave_up |= self.writes > MOST_WRITES;
        self.words[place].1.wrote(write);
    }

    /// Who holds the lock of this word, when `value` stands in it and `waiters` wait on it.
    pub(super) fn holder(&self, process: u32, address: u64, value: u32, waiters: &[i32]) -> Option<Taker> {
        let is = |(word, _): &&(Word, History)| word.process == process && word.address == address;
        let (_, history) = self.words.iter().find(is).filter(|_| !self.gave_up)?;
        history.holder(value, waiters)
    }

    /// Whether a word that is waited on may be that of a lock.
    pub(super) const fn kind(expected: u32, value: u32) -> Option<Kind> {
        match (expected, value) {
            (2, 2) => Some(Kind::Mutex),
            (0, 0) => Some(Kind::Semaphore),
            _ => None,
        }
    }
}

impl World<'_> {
    /// A thread that stands still is about to run code of the program: its writes are watched from now on.
    pub(in crate::tracer) fn watch_writes(&mut self, tid: i32) {
        if !self.locks.is_on() || self.started.is_none() {
            return;
        }
        let stands = |task: &&Task| matches!(task.slot, Slot::Stopped(_));
        let Some(pid) = self.tasks.get(&tid).filter(stands).map(|task| task.pid) else { return };
        let Some(process) = self.processes.get(&pid).map(|process| process.number) else { return };
        self.locks.arm(tid, process);
    }

    /// A thread stopped after a write to a watched word, and for no other reason: it is noted, and the thread goes on
    /// as if nothing had been. Whether it was so.
    pub(in crate::tracer) fn saw_write(&mut self, tid: i32, status: i32) -> io::Result<bool> {
        if !self.locks.is_on() || !self.tasks.contains_key(&tid) || !is_trap(status) || self.note_writes(tid)?.stepped {
            return Ok(false);
        }
        let Some(task) = self.tasks.get_mut(&tid) else { return Ok(false) };
        let Slot::Running(running) = std::mem::replace(&mut task.slot, Slot::Between) else { return Ok(false) };
        task.slot = Slot::Running(running.stopped(status)?.0.resume(Resume::Go(0)));
        Ok(true)
    }

    /// Notes the writes that a thread has just made. A stop that is none of ours is like one of a step.
    pub(in crate::tracer) fn note_writes(&mut self, tid: i32) -> io::Result<Hits> {
        let hits = take_hits(tid)?;
        let Some(Task { pid, .. }) = self.tasks.get(&tid) else { return Ok(hits) };
        let process = self.processes.get(pid).map_or(0, |process| process.number);
        let words: Vec<(usize, Word)> = self.locks.of(process).collect();
        for slot in &hits.slots {
            let Some((place, word)) = words.get(*slot) else { continue };
            let mut value = [0; 4];
            memory::read(tid, word.address, &mut value)?;
            let (start, length) = code_before(Native::read(tid)?.instruction());
            let mut code = vec![0; length];
            memory::read(tid, start, &mut code)?;
            let value = u32::from_ne_bytes(value);
            let (t, mark) = (self.time.now(), self.record.mark());
            self.locks.note(*place, Write { tid, value, how: written(&code), t, mark });
        }
        Ok(Hits { stepped: hits.stepped || hits.slots.is_empty(), ..hits })
    }
}

/// Whether a thread stopped by a SIGTRAP.
pub(in crate::tracer) const fn is_trap(status: i32) -> bool {
    libc::WIFSTOPPED(status) && status >> 16 == 0 && libc::WSTOPSIG(status) == libc::SIGTRAP
}
