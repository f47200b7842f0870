//! A survey: which instructions of a program touch memory that several of its threads touch.
//!
//! Races are between two accesses to the same memory, by the program's own code. So in one run, each thread makes its first few
//! thousand instructions one by one; calls into libraries are passed over, by a breakpoint at their return. Left out are
//! a thread's own stack, what belongs to the thread (by its thread pointer), and what cannot be written in the program's
//! file: constants and tables of addresses. The places where two threads met are where schedules preempt (see `marks`). Nothing
//! is said of whether there is a race: a lock's word is such a place, too.
//!
//! Of an interpreter with one lock for all of its threads (see `interpreter`) another thing is wanted: the word by which a thread is asked
//! to give the lock away. It is set by one that has waited in vain.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::ops::Range;

use super::bytecode;
use super::error::TracerError;
use super::maps;
use super::memory;
use super::preempt::Stretch;
use super::regs::{LONGEST, Native, Operand, Registers};
use super::shared::SharedMemory;
use super::symbols;
use super::task::{Slot, Task, WaitKind};
use super::tracee::Resume;
use super::world::World;
use crate::clock::VirtualDuration;
use crate::schedule::Place;
use crate::trace::Ended;

/// How many instructions a thread makes one by one, and how many the whole run.
const OF_A_THREAD: u32 = 4_000;
const OF_A_RUN: u32 = 12_000;
/// After so many another thread goes on: threads that live one after the other use the same memory, and never meet there.
const SLICE: u32 = 100;
/// How much more often a word is chosen that others than the first thread touched.
const AMONG_SIBLINGS: usize = 4;

/// Below the stack pointer a function may use this much.
const RED_ZONE: u64 = 128;
/// So far above its stack pointer a thread's own data are.
const STACK: u64 = 64 << 10;
/// So far from the thread pointer what belongs to the thread is.
const THREAD: u64 = 4096;

/// How many instructions an interpreter's thread makes at most between the end of a vain wait and its next call.
const AFTER_A_VAIN_WAIT: u32 = 1_500;
/// A thread that asks for an interpreter's lock sets so many words: that it is asked for, and that something is.
const SET_BY_ASKING: usize = 2;

/// Accesses to the same word meet.
const WORD: u64 = 8;

/// Where the code of the file is that a process runs.
#[derive(Debug, Default)]
struct OwnCode {
    code: Vec<Range<u64>>,
    constant: Vec<Range<u64>>,
    /// Functions of the standard library, which is part of it, ascending.
    standard: Vec<Range<u64>>,
    /// Instructions that were looked at, by place.
    operands: HashMap<u64, Option<Operand>>,
}

impl OwnCode {
    /// Looks where it is; empty for a process that is gone.
    fn of(pid: i32) -> Self {
        let mut own = Self::default();
        let Some((_, pieces)) = maps::of_program(pid) else { return own };
        for piece in pieces {
            if piece.executable {
                own.code.push(piece.range.clone());
            }
            if !piece.writable {
                own.constant.push(piece.range);
            }
        }
        let base = own.constant.iter().map(|range| range.start).min().unwrap_or_default();
        own.standard =
            fs::read(format!("/proc/{pid}/exe")).map(|file| symbols::library(&file, base)).unwrap_or_default();
        own
    }

    /// Whether an instruction is in the program's own file.
    fn holds(&self, at: u64) -> bool {
        self.code.iter().any(|range| range.contains(&at))
    }

    fn is_library(&self, at: u64) -> bool {
        let before = self.standard.partition_point(|range| range.start <= at);
        before > 0 && self.standard[before - 1].contains(&at)
    }

    /// Where the instruction at which a thread goes on touches memory that others could share, and whether it may write there.
    fn access(&mut self, tid: i32, registers: &Native) -> Option<(u64, bool)> {
        let at = registers.instruction();
        // Followed, for what it calls may be the program's own again; told of it is nothing.
        if self.is_library(at) {
            return None;
        }
        let operand = self.operands.entry(at).or_insert_with(|| {
            let code = memory::read_some(tid, at, LONGEST).ok()?;
            Operand::decode(&code)
        });
        let operand = (*operand)?;
        let address = registers.address(&operand);
        let near = |from: u64, below: u64, above: u64| address.wrapping_sub(from.wrapping_sub(below)) < below + above;
        let private = near(registers.stack(), RED_ZONE, STACK)
            || near(registers.thread_pointer(), THREAD, THREAD)
            || self.constant.iter().any(|range| range.contains(&address));
        (!private).then_some((address, operand.written))
    }
}

/// What has been seen.
#[derive(Debug, Default)]
pub(super) struct Survey {
    own: Option<OwnCode>,
    /// How many instructions each thread made.
    made: HashMap<i32, u32>,
    touched: BTreeMap<u64, Word>,
    /// Threads whose wait ran out just now.
    waited_in_vain: BTreeSet<i32>,
    /// The word that an interpreter's threads look at wherever they may be asked to give their lock away.
    asked_at: Option<u64>,
    pub(super) shared: SharedMemory,
    /// Where an interpreter's threads may be made to give its lock away, once it had several.
    bytecode: Option<Vec<Vec<Place>>>,
}

/// A word of memory: who touched it, where that was in the code, and whether anybody wrote.
#[derive(Debug, Default)]
struct Word {
    threads: BTreeSet<i32>,
    places: BTreeSet<u64>,
    written: bool,
}

impl Survey {
    /// The places where threads met, by the words at which they met; words that others than the first thread touched come
    /// several times, for what a thread and its maker share is mostly their library's.
    pub(super) fn places(self, root: i32) -> Vec<Vec<Place>> {
        let shared = self.shared.places();
        if let Some(bytecode) = self.bytecode.filter(|places| !places.is_empty()) {
            return [bytecode, shared].concat();
        }
        if let Some(word) = self.asked_at {
            return [vec![vec![Place::Asking(word)]], shared].concat();
        }
        let mut met: BTreeMap<Vec<Place>, usize> = BTreeMap::new();
        for word in self.touched.into_values().filter(|word| word.written && word.threads.len() > 1) {
            let siblings = word.threads.iter().filter(|tid| **tid != root).count();
            let times = met.entry(word.places.into_iter().map(Place::Instruction).collect()).or_default();
            *times = (*times).max(if siblings > 1 { AMONG_SIBLINGS } else { 1 });
        }
        met.into_iter().flat_map(|(places, times)| vec![places; times]).chain(shared).collect()
    }

    fn may_go_on(&self, tid: i32) -> bool {
        self.made.get(&tid).is_none_or(|made| *made < OF_A_THREAD) && self.made.values().sum::<u32>() < OF_A_RUN
    }
}

impl World<'_> {
    /// The time of a thread's wait is up. An interpreter's lock is waited for on a futex, and a sleep is in vain for nobody.
    pub(super) fn note_vain_wait(&mut self, tid: i32) {
        let wait = self.tasks.get(&tid).and_then(Task::wait);
        let in_vain = wait.is_some_and(|wait| matches!(wait.kind, WaitKind::TimesOut { .. }));
        if in_vain
            && self.is_interpreted(self.root)
            && let Some(survey) = &mut self.survey
        {
            survey.waited_in_vain.insert(tid);
        }
    }

    /// Whether a thread that gets the turn makes it one instruction at a time.
    pub(super) fn is_surveyed(&mut self, tid: i32) -> bool {
        if self.is_interpreted(self.root) {
            self.survey_bytecode();
            return self
                .survey
                .as_ref()
                .is_some_and(|survey| survey.waited_in_vain.contains(&tid) && survey.asked_at.is_none());
        }
        let several = || self.processes.get(&self.root).is_some_and(|process| process.threads > 1);
        let own = || self.tasks.get(&tid).is_some_and(|task| task.pid == self.root);
        self.survey.as_ref().is_some_and(|survey| survey.may_go_on(tid)) && several() && own()
    }

    /// Whether a thread lets the others go first at each of its stops: so an interpreter's threads wait for its lock, which one
    /// of them has.
    pub(super) fn gives_way_in_survey(&mut self) -> bool {
        self.survey.is_some() && self.is_interpreted(self.root)
    }

    /// Once an interpreter has several threads, all is known that can be, but for memory that is shared by then.
    fn survey_bytecode(&mut self) {
        let several = self.processes.get(&self.root).is_some_and(|process| process.threads > 1);
        let root = self.root;
        let Some(survey) = self.survey.as_mut().filter(|survey| several && survey.bytecode.is_none()) else { return };
        let places = bytecode::places(root);
        let is_all = !places.is_empty() && survey.shared.is_empty();
        survey.bytecode = Some(places);
        if is_all {
            self.end(Ended::Interrupted, None);
        }
    }

    /// Follows a thread through its turn.
    pub(super) fn survey(&mut self, tid: i32) -> Result<(), TracerError> {
        if self.survey.as_mut().is_some_and(|survey| survey.waited_in_vain.remove(&tid)) {
            return self.survey_asking(tid);
        }
        let mut was_own = false;
        for _ in 0..SLICE {
            if !self.survey.as_ref().is_some_and(|survey| survey.may_go_on(tid)) {
                self.let_go(tid, Resume::Go(0));
                return Ok(());
            }
            let is_own = self.look_at_access(tid);
            let back = if was_own && !is_own { self.way_back(tid) } else { None };
            was_own = is_own;
            match self.stretch(tid, back)? {
                Stretch::Made => {}
                Stretch::Stopped(status) => return self.arrive(tid, status),
                Stretch::Sleeps => return Ok(()),
            }
            if let Some(survey) = &mut self.survey {
                *survey.made.entry(tid).or_default() += 1;
            }
        }
        if let Some(turns) = &mut self.turns {
            turns.preempted(tid, VirtualDuration::ZERO, 0);
        }
        Ok(())
    }

    /// Follows a thread that may have waited in vain for its interpreter's lock, up to its next call: before it waits again, it sets two
    /// words that stood at 0 to 1, and the second of them is the one that all look at.
    fn survey_asking(&mut self, tid: i32) -> Result<(), TracerError> {
        let mut set: Vec<u64> = Vec::new();
        let value = |at: u64| {
            let mut value = [0; 4];
            memory::read(tid, at, &mut value).ok().map(|()| u32::from_ne_bytes(value))
        };
        for _ in 0..AFTER_A_VAIN_WAIT {
            let written = self.next_write(tid).filter(|at| value(*at) == Some(0));
            match self.stretch(tid, None)? {
                Stretch::Made => {}
                Stretch::Stopped(status) => {
                    if let (Some(survey), SET_BY_ASKING) = (&mut self.survey, set.len()) {
                        survey.asked_at = set.pop();
                        if survey.shared.is_empty() {
                            self.end(Ended::Interrupted, None);
                        }
                    }
                    return self.arrive(tid, status);
                }
                Stretch::Sleeps => return Ok(()),
            }
            set.extend(written.filter(|at| value(*at) == Some(1)));
        }
        self.let_go(tid, Resume::Go(0));
        Ok(())
    }

    /// Where the next instruction of a stopped thread writes, when it is the program's own and others could share what it writes.
    fn next_write(&mut self, tid: i32) -> Option<u64> {
        let (Some(survey), Some(task)) = (&mut self.survey, self.tasks.get(&tid)) else { return None };
        let Slot::Stopped(stopped) = &task.slot else { return None };
        let registers = stopped.registers().ok()?;
        let own = survey.own.get_or_insert_with(|| OwnCode::of(task.pid));
        let (address, written) = own.access(tid, &registers).filter(|_| own.holds(registers.instruction()))?;
        Some(address).filter(|_| written)
    }

    /// Notes what the next instruction of a stopped thread touches; whether it is the program's own.
    fn look_at_access(&mut self, tid: i32) -> bool {
        let (Some(survey), Some(task)) = (&mut self.survey, self.tasks.get(&tid)) else { return false };
        let Slot::Stopped(stopped) = &task.slot else { return false };
        let Ok(registers) = stopped.registers() else { return false };
        let own = survey.own.get_or_insert_with(|| OwnCode::of(task.pid));
        if !own.holds(registers.instruction()) {
            return false;
        }
        if let Some((address, written)) = own.access(tid, &registers) {
            let word = survey.touched.entry(address / WORD).or_default();
            word.threads.insert(tid);
            word.places.insert(registers.instruction());
            word.written |= written;
        }
        true
    }

    /// Where a thread that has just left the program's own code by a call comes back to it.
    fn way_back(&self, tid: i32) -> Option<u64> {
        let Slot::Stopped(stopped) = &self.tasks.get(&tid)?.slot else { return None };
        let [back] = memory::read_words(tid, stopped.registers().ok()?.stack()).ok()?;
        let own = self.survey.as_ref()?.own.as_ref()?;
        Some(back.cast_unsigned()).filter(|back| own.holds(*back))
    }
}
