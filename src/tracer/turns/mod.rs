//! Who runs next under a schedule: one thread of the tree at a time has the turn, the others wait at their stops.
//!
//! A thread keeps the turn from one stop to the next. It gives the turn away when it blocks in the kernel, and when the
//! policy chooses another one at its stop. Before each choice everything must have settled: every thread waits at a stop or
//! sleeps. So the threads to choose from, and their order, do not depend on how fast the machine is. What other threads do
//! in between (a wake-up brings them to the return of their call) is put aside and taken up in the order of their births.

mod idle;
mod preemption;
mod sleepers;
mod spinning;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) use self::sleepers::Sleepers;
use super::process::Role;
use super::spin::SpinLoop;
use super::tracee::Resume;
use crate::clock::VirtualDuration;
use crate::schedule::{Place, Policy, Preemption, Ready, Recorder, Replay, Switch, ThreadNumber, for_seed};

pub(super) use idle::Idle;
pub(super) use preemption::Deed;
pub(super) use spinning::OnlySpinners;

/// For how long in all a run may hold threads back.
const BUDGET: VirtualDuration = VirtualDuration::from_millis(100);
/// How long all are held back together in a run, to let the time of others come. An interpreter's threads need 5 ms each time.
const PAUSES: VirtualDuration = VirtualDuration::from_millis(250);
/// Numbers of the fixture's threads begin here.
const FIRST_OF_FIXTURE: ThreadNumber = 1 << 20;
/// How many single instructions a run makes at most: each costs two switches of the processor, some microseconds.
const INSTRUCTIONS: u32 = 2_500;
/// So often a run is stopped at marked instructions, at most.
const HITS: u32 = 300;
/// So often at most it is stopped at marks in code that is not its own.
const PASSED: u32 = 3_000;
/// After so many turns in a row others that could go on get theirs: a loop that polls without end must not keep the
/// others from what it waits for, whatever the policy prefers.
const MOST_TURNS_IN_A_ROW: u32 = 300;
/// A thread that had so many turns in a row, and is the only one that can go on when its time has come, is as good as alone.
const TURNS_OF_ONE_ALONE: u32 = 32;
/// After so many times in a row that threads only passed the time (yielded, or read the clock), nobody is held back any longer: they
/// wait for the one that is.
const PASSES_THAT_END_HOLDS: u32 = 200;

/// The thread that has the turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    pub(super) tid: i32,
    /// The CPU time that it had used when it was looked at first.
    pub(super) cpu_before: Option<u64>,
    /// Whole grains of CPU that were counted in this turn.
    pub(super) grains: u64,
    /// Whether it was asked to stop because it computes for long.
    pub(super) asked: bool,
    /// Whether it was looked at in this turn, for it had computed for a while.
    pub(super) looked_at: bool,
}

/// A thread that waits at a stop until it gets the turn.
#[derive(Clone, Copy, Debug)]
struct Waits {
    tid: i32,
    how: Resume,
}

/// Turns, and who may have the next one.
pub(super) struct Turns {
    policy: Recorder<Box<dyn Policy>>,
    numbers: HashMap<i32, ThreadNumber>,
    born: ThreadNumber,
    fixture_born: ThreadNumber,
    pub(super) holder: Option<Holder>,
    last: Option<ThreadNumber>,
    ready: BTreeMap<ThreadNumber, Waits>,
    /// Those that have become ready since the last choice.
    fresh: BTreeSet<ThreadNumber>,
    /// Those whose wait has come to its time since.
    timed: BTreeSet<ThreadNumber>,
    /// How often the policy was asked whether to hold one of them.
    asked: u64,
    held: BTreeMap<ThreadNumber, Waits>,
    /// Those that only passed the time: others go first.
    tired: BTreeSet<ThreadNumber>,
    /// Those that wait in a loop for others to change memory: they go on when anybody else did.
    spinning: BTreeMap<ThreadNumber, SpinLoop>,
    /// Those that did so when they were looked at last: they are looked at before they go on.
    spun: BTreeSet<ThreadNumber>,
    /// How often in a row each of them yielded.
    yields: BTreeMap<ThreadNumber, u32>,
    /// How often in a row one of those that spin was moved on within its loop, for the sake of the others.
    moved_on: u32,
    /// In which part of its loop, of 65,536, the last one was left.
    part: u16,
    arrived: BTreeMap<ThreadNumber, (i32, i32)>,
    pub(super) sleepers: Sleepers,
    step: u64,
    /// The last choice that left the natural way: who went first, and who would have.
    first: Option<(i32, Option<i32>)>,
    /// How many turns the same thread was given in a row.
    in_a_row: u32,
    /// How often the policy was asked whether to preempt a thread, and how many instructions are left for it.
    asked_to_preempt: u64,
    /// How many turns are left alone after a preemption.
    rest: u32,
    instructions: u32,
    /// The instructions that are marked, and how often it may still be counted that a thread came to one.
    marks: Vec<Place>,
    hits: u32,
    passed: u32,
    /// A preemption whose marks are being counted.
    under_way: Option<Preemption>,
    /// Who makes some more instructions before it is preempted.
    pub(super) walks: Option<(i32, Preemption)>,
    budget: VirtualDuration,
    /// How often the policy was asked for a pause, what is left for them, and whom the last one held back.
    asked_to_pause: u64,
    pauses: VirtualDuration,
    paused: BTreeSet<ThreadNumber>,
    /// For how long in all threads that waited for a time were let wait longer.
    late: VirtualDuration,
    /// Who was preempted for the sake of those that wait for a time, and has not gone on since.
    makes_room: Option<ThreadNumber>,
    reads: u32,
    /// How often of late threads only passed the time: other calls halve it.
    idle_stops: u32,
    /// How often in a row threads only passed the time.
    passes: u32,
    /// For how long the program has done nothing.
    pub(super) idle: Idle,
    /// How many stops somebody made after a time had come and before that was told.
    went_on: usize,
    /// Bytes for those who ask the kernel for chance.
    chance: u64,
    /// Whether somebody may be on the way to a stop: everybody must be looked at before the next choice.
    pub(super) unsettled: bool,
    /// Whether threads that wait at a stop may have been killed there.
    pub(super) killed: bool,
}

impl Turns {
    /// For this seed, or for these switches alone; `places` are those among which a policy may mark some.
    pub(super) fn new(seed: u64, switches: Option<&[Switch]>, places: &[Vec<Place>]) -> Self {
        let policy: Box<dyn Policy> = match switches {
            Some(switches) => Box::new(Replay::new(switches.iter().copied())),
            None => for_seed(seed),
        };
        let mut policy = Recorder::new(policy);
        let marks = policy.mark(places);
        Self {
            policy,
            numbers: HashMap::new(),
            born: 0,
            fixture_born: FIRST_OF_FIXTURE,
            holder: None,
            last: None,
            ready: BTreeMap::new(),
            fresh: BTreeSet::new(),
            timed: BTreeSet::new(),
            asked: 0,
            held: BTreeMap::new(),
            tired: BTreeSet::new(),
            spinning: BTreeMap::new(),
            spun: BTreeSet::new(),
            yields: BTreeMap::new(),
            moved_on: 0,
            part: 0,
            arrived: BTreeMap::new(),
            sleepers: Sleepers::default(),
            step: 0,
            first: None,
            in_a_row: 0,
            asked_to_preempt: 0,
            rest: 0,
            instructions: INSTRUCTIONS,
            marks,
            hits: HITS,
            passed: PASSED,
            under_way: None,
            walks: None,
            budget: BUDGET,
            asked_to_pause: 0,
            pauses: PAUSES,
            paused: BTreeSet::new(),
            late: VirtualDuration::ZERO,
            makes_room: None,
            reads: 0,
            idle_stops: 0,
            passes: 0,
            idle: Idle::default(),
            went_on: 0,
            chance: 0x6a09_e667_f3bc_c908,
            unsettled: true,
            killed: false,
        }
    }

    /// Where the run left the natural way.
    pub(super) fn switches(&self) -> Vec<Switch> {
        self.policy.switches().to_vec()
    }

    /// For how long at most, of the run so far, the schedule has kept somebody from going on.
    pub(super) const fn forced(&self) -> VirtualDuration {
        let spent = BUDGET.as_nanos() - self.budget.as_nanos() + PAUSES.as_nanos() - self.pauses.as_nanos();
        VirtualDuration::from_nanos(spent).saturating_add(self.late)
    }

    /// Those whose time came were let wait for so much longer, for the sake of one whose time comes later.
    pub(super) const fn let_wait(&mut self, time: VirtualDuration) {
        self.late = self.late.saturating_add(time);
    }

    /// A new thread. Those of the fixture are counted apart, so that the program's are the same without it.
    pub(super) fn born(&mut self, tid: i32, role: Role) {
        let born = if role == Role::Fixture { &mut self.fixture_born } else { &mut self.born };
        self.numbers.insert(tid, *born);
        *born += 1;
    }

    /// A thread is gone.
    pub(super) fn forget(&mut self, tid: i32) {
        self.sleepers.remove(tid);
        if let Some(number) = self.numbers.remove(&tid) {
            self.ready.remove(&number);
            self.held.remove(&number);
            self.fresh.remove(&number);
            self.timed.remove(&number);
            self.tired.remove(&number);
            self.spinning.remove(&number);
            self.spun.remove(&number);
            self.yields.remove(&number);
            self.paused.remove(&number);
            self.makes_room = self.makes_room.filter(|room| *room != number);
            self.arrived.remove(&number);
        }
        if self.holder.is_some_and(|holder| holder.tid == tid) {
            self.holder = None;
        }
    }

    pub(super) fn has_turn(&self, tid: i32) -> bool {
        self.holder.is_some_and(|holder| holder.tid == tid)
    }

    /// Whether a thread waits at a stop.
    pub(super) fn waits(&self, tid: i32) -> bool {
        self.numbers.get(&tid).is_some_and(|number| self.ready.contains_key(number) || self.held.contains_key(number))
    }

    /// The threads that wait at a stop.
    pub(super) fn waiting(&self) -> Vec<i32> {
        self.ready.values().chain(self.held.values()).map(|waits| waits.tid).collect()
    }

    /// A thread that waited at a stop does so no more: it was killed there.
    pub(super) fn left(&mut self, tid: i32) {
        if let Some(number) = self.numbers.get(&tid) {
            self.ready.remove(number);
            self.held.remove(number);
            self.fresh.remove(number);
        }
    }

    /// Whether a stop of this thread is put aside until all have settled.
    pub(super) fn puts_aside(&self, tid: i32) -> bool {
        self.numbers.contains_key(&tid) && !self.has_turn(tid)
    }

    /// Puts a stop aside.
    pub(super) fn put_aside(&mut self, tid: i32, status: i32) {
        if let Some(number) = self.numbers.get(&tid) {
            self.arrived.insert(*number, (tid, status));
        }
    }

    /// Whether a stop of this thread was put aside.
    pub(super) fn is_put_aside(&self, tid: i32) -> bool {
        self.numbers.get(&tid).is_some_and(|number| self.arrived.contains_key(number))
    }

    /// Eight bytes for those who ask for chance (xorshift64: it has to repeat, not to be good).
    pub(super) const fn next_chance(&mut self) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance
    }

    /// The stops that were put aside, in the order of births.
    pub(super) fn take_arrived(&mut self) -> Vec<(i32, i32)> {
        std::mem::take(&mut self.arrived).into_values().collect()
    }

    /// A thread waits at a stop from now on.
    pub(super) fn queue(&mut self, tid: i32, how: Resume) {
        let Some(number) = self.numbers.get(&tid).copied() else { return };
        self.sleepers.remove(tid);
        self.ready.insert(number, Waits { tid, how });
        self.fresh.insert(number);
        if self.has_turn(tid) {
            self.holder = None;
            self.end_spins();
        }
    }

    /// The turn is over without a stop: the thread sleeps, or is gone.
    pub(super) fn end_turn(&mut self) {
        self.holder = None;
        self.end_spins();
        self.reads = 0;
    }

    /// A thread only passes the time: others go first, until they all wait or do the same.
    pub(super) fn tire(&mut self, tid: i32) {
        self.passes = self.passes.saturating_add(1);
        if let Some(number) = self.numbers.get(&tid) {
            self.tired.insert(*number);
        }
    }

    /// Asks the policy which of those that have just become ready are held back, and for how long.
    pub(super) fn take_holds(&mut self) -> Vec<(i32, VirtualDuration)> {
        let mut holds = Vec::new();
        for number in std::mem::take(&mut self.fresh) {
            let Some(waits) = self.ready.get(&number).copied() else { continue };
            let timed = self.timed.remove(&number);
            let time = if self.numbers.len() == 1 || (timed && self.is_as_good_as_alone(number)) {
                self.policy.hold_alone(number, self.asked, self.budget)
            } else {
                self.policy.hold(number, self.asked, self.budget)
            };
            self.asked += 1;
            if time > VirtualDuration::ZERO {
                self.budget = VirtualDuration::from_nanos(self.budget.as_nanos().saturating_sub(time.as_nanos()));
                self.ready.remove(&number);
                self.held.insert(number, waits);
                holds.push((waits.tid, time));
            }
        }
        holds
    }

    /// The time that a thread waits for has come.
    pub(super) fn time_has_come(&mut self, tid: i32) {
        if let Some(number) = self.numbers.get(&tid) {
            self.timed.insert(*number);
        }
    }

    /// Whether the others only wait, and have for a while: an event loop has helpers that mostly do nothing.
    fn is_as_good_as_alone(&self, number: ThreadNumber) -> bool {
        self.last == Some(number)
            && self.in_a_row >= TURNS_OF_ONE_ALONE
            && self.ready.len() == 1
            && self.held.is_empty()
    }

    /// The time for which a thread was held back is over.
    pub(super) fn end_hold(&mut self, tid: i32) {
        if let Some(number) = self.numbers.get(&tid)
            && let Some(waits) = self.held.remove(number)
        {
            self.ready.insert(*number, waits);
        }
    }

    /// Which of these threads (all of them have a deadline, close together) wakes first; each with how much later than the
    /// first of all it is due.
    pub(super) fn choose_sleeper(&mut self, sleepers: &[(i32, VirtualDuration)]) -> Option<i32> {
        let within = |late: &VirtualDuration| *late <= self.budget;
        let numbered: BTreeMap<ThreadNumber, (i32, VirtualDuration)> = sleepers
            .iter()
            .filter(|(_, late)| within(late))
            .filter_map(|(tid, late)| Some((*self.numbers.get(tid)?, (*tid, *late))))
            .collect();
        if numbered.len() < 2 {
            return None;
        }
        let threads: Vec<ThreadNumber> = numbered.keys().copied().collect();
        // The natural way is that the first of them is the first.
        let first = numbered.iter().min_by_key(|(number, (_, late))| (*late, **number)).map(|(number, _)| *number);
        let switches = self.policy.switches().len();
        let chosen = self.policy.choose(Ready { threads: &threads, last: first, step: self.step });
        self.step += 1;
        let (tid, late) = numbered[&chosen];
        if self.policy.switches().len() > switches {
            self.first = Some((tid, first.and_then(|first| numbered.get(&first)).map(|(tid, _)| *tid)));
        }
        if late >= VirtualDuration::from_millis(1) {
            self.budget = VirtualDuration::from_nanos(self.budget.as_nanos().saturating_sub(late.as_nanos()));
        }
        Some(tid)
    }

    /// The choice since this was last asked that left the natural way.
    pub(super) const fn take_first(&mut self) -> Option<(i32, Option<i32>)> {
        self.first.take()
    }

    /// Whether anyone could go on instead of the one that has the turn.
    pub(super) fn others_are_ready(&self) -> bool {
        !self.ready.is_empty() || !self.held.is_empty()
    }

    /// Whether nobody waits for a turn but those who spin.
    pub(super) fn nobody_can_go_on(&self) -> bool {
        self.ready.keys().all(|number| self.spinning.contains_key(number))
    }

    /// Gives the turn to the thread that the policy chooses; none when nobody is ready.
    pub(super) fn give(&mut self) -> Option<(i32, Resume)> {
        if self.passes > PASSES_THAT_END_HOLDS {
            self.passes = 0;
            self.ready.append(&mut self.held);
        }
        if let Some(last) = self.last.filter(|_| self.in_a_row > MOST_TURNS_IN_A_ROW && self.ready.len() > 1) {
            self.in_a_row = 0;
            self.tired.insert(last);
        }
        let of = |tired: &BTreeSet<ThreadNumber>| -> Vec<ThreadNumber> {
            let rests = |number: &ThreadNumber| tired.contains(number) || self.spinning.contains_key(number);
            self.ready.keys().copied().filter(|number| !rests(number)).collect()
        };
        let mut threads = of(&self.tired);
        if threads.is_empty() {
            threads = of(&BTreeSet::new());
            self.tired.clear();
        }
        let number = match threads.as_slice() {
            [] => return None,
            [only] => *only,
            several => {
                let last = self.last.filter(|last| several.contains(last));
                let switches = self.policy.switches().len();
                let chosen = self.policy.choose(Ready { threads: several, last, step: self.step });
                self.step += 1;
                if self.policy.switches().len() > switches {
                    let tid = |number: ThreadNumber| self.ready.get(&number).map(|waits| waits.tid);
                    self.first = tid(chosen).map(|first| (first, last.and_then(tid)));
                }
                chosen
            }
        };
        let waits = self.ready.remove(&number)?;
        if self.paused.contains(&number) {
            self.paused.clear();
        }
        self.makes_room = self.makes_room.filter(|room| *room != number);
        self.in_a_row += 1;
        if self.last != Some(number) {
            self.reads = 0;
            self.in_a_row = 0;
        }
        self.last = Some(number);
        self.begin_turn(waits.tid);
        Some((waits.tid, waits.how))
    }

    fn begin_turn(&mut self, tid: i32) {
        self.holder = Some(Holder { tid, cpu_before: None, grains: 0, asked: false, looked_at: false });
    }
}
