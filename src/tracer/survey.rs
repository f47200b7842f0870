//! A survey: which instructions of a program touch memory that several of its threads touch.
//!
//! Races are between two accesses to the same memory, by the program's own code. So in one run, each thread makes its first few
//! thousand instructions one by one; calls into libraries are passed over, by a breakpoint at their return. What such a call is
//! given the address of counts as touched there: locks, semaphores and buffers that a library fills are in no instruction of the program's own. Left out are
//! a thread's own stack, what belongs to the thread (by its thread pointer), and what cannot be written in the program's
//! file: constants and tables of addresses. The places where two threads met are where schedules preempt (see `marks`). Nothing
//! is said of whether there is a race: a lock's word is such a place, too.
//!
//! Of an interpreter with one lock for all of its threads (see `interpreter`) another thing is wanted: the word by which a thread is asked
//! to give the lock away. It is set by one that has waited in vain.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::bytecode;
use super::error::TracerError;
use super::gates::Gates;
use super::memory;
use super::news::News;
use super::own_code::OwnCode;
use super::preempt::Stretch;
use super::regs::{Native, Registers};
use super::shared::SharedMemory;
use super::task::{Slot, Task, WaitKind};
use super::tracee::Resume;
use super::world::World;
use crate::clock::VirtualDuration;
use crate::schedule::Place;
use crate::trace::Ended;

/// After so many another thread goes on: threads that live one after the other use the same memory, and never meet there.
const SLICE: u32 = 100;
/// How much more often a word is chosen that others than the first thread touched.
const AMONG_SIBLINGS: usize = 4;

/// How many instructions an interpreter's thread makes at most between the end of a vain wait and its next call.
const AFTER_A_VAIN_WAIT: u32 = 1_500;
/// A thread that asks for an interpreter's lock sets so many words: that it is asked for, and that something is.
const SET_BY_ASKING: usize = 2;

/// Accesses to the same word meet.
const WORD: u64 = 8;

/// Who meets is told apart by threads (or goroutines). In a program that gives its work to an executor, one thread may do all of it in one run:
/// where no threads meet, tasks do, by what is called for what; and where that is always the same, calls.
const WAYS: usize = 3;

/// What has been seen.
#[derive(Debug, Default)]
pub(super) struct Survey {
    own: Option<OwnCode>,
    gates: Option<Gates>,
    /// The first thread, or goroutine, that was seen in the program's own code.
    first: Option<u64>,
    news: News,
    touched: BTreeMap<u64, Word>,
    /// What runs on each thread, where libraries are linked into the program.
    activations: HashMap<i32, Activation>,
    activated: u64,
    /// Threads whose wait ran out just now.
    waited_in_vain: BTreeSet<i32>,
    /// The word that an interpreter's threads look at wherever they may be asked to give their lock away.
    asked_at: Option<u64>,
    pub(super) shared: SharedMemory,
    /// Where an interpreter's threads may be made to give its lock away, once it had several.
    bytecode: Option<Vec<Vec<Place>>>,
}

/// A word of memory: who touched it, and whether anybody wrote. What a library was given the address of it may write, too.
#[derive(Debug, Default)]
struct Word {
    touched: Users,
    written: bool,
    given: Users,
    /// The calls by which it was given.
    calls: BTreeSet<u64>,
}

/// Who used a word, told apart in ever finer ways, and where that was in the code.
#[derive(Debug, Default)]
struct Users {
    who: [BTreeSet<u64>; WAYS],
    places: BTreeSet<u64>,
}

impl Users {
    fn add(&mut self, who: [u64; WAYS], place: u64) {
        for (users, who) in self.who.iter_mut().zip(who) {
            users.insert(who);
        }
        self.places.insert(place);
    }

    fn are_several(&self, way: usize) -> bool {
        self.who[way].len() > 1
    }
}

impl Word {
    /// Those that met there. What the program's own instructions do says it more exactly than what it calls.
    fn met(&self, way: usize) -> Option<&Users> {
        if self.written && self.touched.are_several(way) {
            return Some(&self.touched);
        }
        self.given.are_several(way).then_some(&self.given)
    }
}

/// What a library of the program has called, and what runs until it comes back. An executor calls one task after the other, and
/// which threads they run on is for it to choose.
#[derive(Clone, Copy, Debug)]
struct Activation {
    /// Where the stack ended when it began.
    stack: u64,
    /// What was called, for what.
    task: u64,
    number: u64,
}

impl Activation {
    const fn who(self, thread: u64) -> [u64; WAYS] {
        [thread, self.task, self.number]
    }
}

impl Survey {
    /// The places where threads met, by the words at which they met; words that others than the first thread touched come
    /// several times, for what a thread and its maker share is mostly their library's.
    pub(super) fn places(self, root: i32) -> Vec<Vec<Place>> {
        let is_go = self.own.as_ref().is_some_and(OwnCode::is_go);
        let maker = self.first.filter(|_| is_go).unwrap_or_else(|| u64::from(root.cast_unsigned()));
        let shared = self.shared.places();
        if let Some(bytecode) = self.bytecode.filter(|places| !places.is_empty()) {
            return [bytecode, shared].concat();
        }
        if let Some(word) = self.asked_at {
            return [vec![vec![Place::Asking(word)]], shared].concat();
        }
        let instructions =
            |places: &BTreeSet<u64>| -> Vec<Place> { places.iter().copied().map(Place::Instruction).collect() };
        let met = |way: usize| {
            let mut met: BTreeMap<Vec<Place>, usize> = BTreeMap::new();
            for users in self.touched.values().filter_map(|word| word.met(way)) {
                let siblings = users.who[way].iter().filter(|who| **who != maker).count();
                let times = met.entry(instructions(&users.places)).or_default();
                *times = (*times).max(if siblings > 1 { AMONG_SIBLINGS } else { 1 });
            }
            met
        };
        let Some((way, met)) = (0..WAYS).map(|way| (way, met(way))).find(|(_, met)| !met.is_empty()) else {
            return shared;
        };
        let given = self.touched.values().filter(|word| word.given.are_several(way));
        let calls: BTreeSet<Vec<Place>> = given.map(|word| instructions(&word.calls)).collect();
        met.into_iter().flat_map(|(places, times)| vec![places; times]).chain(calls).chain(shared).collect()
    }

    /// A thread stands at the beginning of a function of the program's own, where its library may have called it.
    fn may_be_called(&mut self, tid: i32, registers: &Native) {
        let stack = registers.stack();
        if self.activations.get(&tid).is_some_and(|active| active.stack > stack) {
            return;
        }
        // Fibonacci hashing: what was called, and the first thing that it was given.
        let task =
            (registers.instruction() ^ registers.passed()[0].rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.activated += 1;
        self.activations.insert(tid, Activation { stack, task, number: self.activated });
    }

    /// The gates, once there are any.
    pub(super) const fn gates(&self) -> Option<&Gates> {
        self.gates.as_ref()
    }

    /// The same, to be changed.
    pub(super) const fn gates_mut(&mut self) -> Option<&mut Gates> {
        self.gates.as_mut()
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
        self.survey.as_ref().is_some_and(|survey| survey.news.may_come_from(tid)) && several() && own()
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
        self.shut_gates(tid);
        if self.survey.as_ref().is_some_and(|survey| survey.gates.is_some()) {
            return self.survey_between_gates(tid);
        }
        let mut before = None;
        for _ in 0..SLICE {
            if !self.survey.as_ref().is_some_and(|survey| survey.news.may_come_from(tid)) {
                self.let_go(tid, Resume::Go(0));
                return Ok(());
            }
            let at = self.look_at_access(tid);
            let called_from = before.filter(|_| at.is_none());
            let back = if called_from.is_some() { self.way_back(tid) } else { None };
            if let (Some(from), Some(back)) = (called_from, back) {
                self.look_at_arguments(tid, from, back);
            }
            before = at;
            let stretch = self.stretch(tid, back)?;
            if !self.goes_on_after(tid, &stretch)? {
                return Ok(());
            }
        }
        self.end_slice(tid);
        Ok(())
    }

    /// Whether a thread goes on with its slice; an instruction that it made is counted.
    fn goes_on_after(&mut self, tid: i32, stretch: &Stretch) -> Result<bool, TracerError> {
        match *stretch {
            Stretch::Made => {
                if let Some(survey) = &mut self.survey {
                    survey.news.count(tid);
                }
                Ok(true)
            }
            Stretch::Stopped(status) => self.arrive(tid, status).map(|()| false),
            Stretch::Sleeps => Ok(false),
        }
    }

    fn end_slice(&mut self, tid: i32) {
        if let Some(turns) = &mut self.turns {
            turns.preempted(tid, VirtualDuration::ZERO, 0);
        }
    }

    /// Puts gates around the program's own code where its libraries are linked into it.
    fn shut_gates(&mut self, tid: i32) {
        let root = self.root;
        let (Some(survey), Some(task)) = (&mut self.survey, self.tasks.get(&tid)) else { return };
        let own = survey.own.get_or_insert_with(|| OwnCode::of(task.pid));
        if let Some(functions) = &own.functions {
            survey.gates.get_or_insert_with(|| Gates::new(root, &functions.ranges)).shut(root);
        }
    }

    /// Follows a thread through the program's own code, and lets it go wherever it leaves that: it comes back to a gate.
    fn survey_between_gates(&mut self, tid: i32) -> Result<(), TracerError> {
        let mut before = None;
        for _ in 0..SLICE {
            let Some(at) = self.look_at_access(tid) else {
                if let Some(from) = before
                    && let Some(back) = self.way_back(tid)
                {
                    self.look_at_arguments(tid, from, back);
                    if let Some(gates) = self.survey.as_mut().and_then(Survey::gates_mut) {
                        gates.add(self.root, back);
                    }
                }
                self.let_go(tid, Resume::Go(0));
                return Ok(());
            };
            before = Some(at);
            self.open_gate(at, true);
            let stretch = self.stretch(tid, None);
            self.open_gate(at, false);
            if !self.goes_on_after(tid, &stretch?)? {
                return Ok(());
            }
        }
        self.end_slice(tid);
        Ok(())
    }

    fn open_gate(&self, at: u64, open: bool) {
        if let Some(gates) = self.survey.as_ref().and_then(Survey::gates) {
            gates.set(self.root, at, open);
        }
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
        let (address, written) = own.access(tid, &registers, None).filter(|_| own.holds(registers.instruction()))?;
        Some(address).filter(|_| written)
    }

    /// Notes what the next instruction of a stopped thread touches, and tells where it is; none where it is not the program's own.
    fn look_at_access(&mut self, tid: i32) -> Option<u64> {
        let (Some(survey), Some(task)) = (&mut self.survey, self.tasks.get(&tid)) else { return None };
        let Slot::Stopped(stopped) = &task.slot else { return None };
        let Ok(registers) = stopped.registers() else { return None };
        let own = survey.own.get_or_insert_with(|| OwnCode::of(task.pid));
        if !own.holds(registers.instruction()) {
            return None;
        }
        let who = own.who(tid, &registers);
        survey.first.get_or_insert(who);
        let access = own.access(tid, &registers, survey.gates.as_ref());
        if own.begins(registers.instruction()) {
            survey.may_be_called(tid, &registers);
        }
        let who = survey.activations.get(&tid).map_or([who; WAYS], |active| active.who(who));
        let mut meets = false;
        if let Some((address, written)) = access {
            let word = survey.touched.entry(address / WORD).or_default();
            word.touched.add(who, registers.instruction());
            word.written |= written;
            meets = word.met(0).is_some();
        }
        survey.news.note(tid, registers.instruction(), meets);
        Some(registers.instruction())
    }

    /// Notes what a call into a library was given the address of, by the instruction `from` which it is made and the one to which it comes
    /// `back`. Whether it writes there is not known. What one library calls another for is not the program's.
    fn look_at_arguments(&mut self, tid: i32, from: u64, back: u64) {
        let (Some(survey), Some(task)) = (&mut self.survey, self.tasks.get(&tid)) else { return };
        let (Slot::Stopped(stopped), Some(own)) = (&task.slot, &survey.own) else { return };
        if own.is_library(back) {
            return;
        }
        let Ok(registers) = stopped.registers() else { return };
        let passed = if own.is_go() { registers.passed_in_go() } else { registers.passed() };
        for address in passed {
            let is_memory = || memory::read_some(tid, address, 1).is_ok_and(|read| !read.is_empty());
            if !own.is_private(address, tid, &registers) && is_memory() {
                let who = own.who(tid, &registers);
                let who = survey.activations.get(&tid).map_or([who; WAYS], |active| active.who(who));
                let word = survey.touched.entry(address / WORD).or_default();
                word.given.add(who, back);
                word.calls.insert(from);
                let meets = word.met(0).is_some();
                survey.news.note(tid, back, meets);
            }
        }
    }

    /// Where a thread that has just left the program's own code by a call comes back to it.
    fn way_back(&self, tid: i32) -> Option<u64> {
        let Slot::Stopped(stopped) = &self.tasks.get(&tid)?.slot else { return None };
        let [back] = memory::read_words(tid, stopped.registers().ok()?.stack()).ok()?;
        let own = self.survey.as_ref()?.own.as_ref()?;
        Some(back.cast_unsigned()).filter(|back| own.holds(*back))
    }
}
