//! How far time has moved while threads ran: by the CPU time that they used, as if each had had a processor of its own.
//!
//! A run is pinned to one processor, on which its threads take turns; bare they would run side by side. The scheduler tells
//! of each thread how long it ran and how long it waited for its turn. A thread that waited has that much to catch up
//! before its running moves time on; one that had slept has nothing to catch up. So two that compute side by side
//! for a second take a second, and two that wake each other in turn take the sum. More threads than the machine has
//! processors share them.
//!
//! Time does not pass a deadline before it has fired, nor does it go on for others before the one that was woken has had its turn:
//! what they computed meanwhile is made up for then. So a sleep beside a busy thread ends at its time, and many in a row do not lag.

use std::time::{Duration, Instant};

use super::task::{Slot, Task};
use super::time::Pace;
use super::world::World;
use crate::clock::{VirtualDuration, VirtualInstant};

/// What a stop costs the stopped thread itself, at the least (measured: 4 µs); it would not have stopped bare.
pub(super) const STOP_COST: u64 = 3_500;
/// With more free threads than this, only the one that stopped is asked at each stop, nobody at a look, and all now and then.
const MOST_ASKED: usize = 12;
/// How often all are asked then, at the most.
const ALL_ASKED_EVERY: u64 = 500_000;
/// What it costs to ask one, twenty times: asking may take a twentieth of the time.
const ASKING: u64 = 30_000;
/// A thread that slept no longer than this between two looks is taken to have been there all the time: our own stops are
/// as long.
const SHORT_SLEEP: u64 = 100_000;
/// Over how much CPU time the machine's number of processors bounds what ran side by side.
const WINDOW: u64 = 20_000_000;

/// What was known of a thread when it was last asked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    cpu: u64,
    waited: u64,
    /// Up to which moment it has run.
    local: VirtualInstant,
    asked: Option<Instant>,
}

impl Progress {
    /// The CPU time that it had used when it was last asked, and the moment up to which it had run then.
    pub(super) const fn reached(&self) -> (u64, VirtualInstant) {
        (self.cpu, self.local)
    }

    /// Whether it was seen to have run lately, in real time.
    pub(super) fn ran_within(&self, real: Duration) -> bool {
        self.asked.is_some_and(|asked| asked.elapsed() < real)
    }

    /// From which moment on a thread ran the CPU time that it has used since it was last asked.
    fn begin(&self, now: VirtualInstant, asked: Instant, ran: u64, waited: u64) -> VirtualInstant {
        let real = self.asked.map_or(u64::MAX, |last| nanos(asked.duration_since(last)));
        let slept = real.saturating_sub(ran).saturating_sub(waited);
        if slept < SHORT_SLEEP.max(real / 4) {
            // It ran or waited for its turn all the time: what it had to catch up, it still has.
            return self.local.min(now);
        }
        self.local.max(back(now, VirtualDuration::from_nanos(waited))).min(now)
    }
}

/// So long a while passes between two rounds in which this many threads are asked.
fn nanos_of_asking(threads: usize) -> u64 {
    u64::try_from(threads).unwrap_or(u64::MAX).saturating_mul(ASKING)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// What was known of the whole tree.
#[derive(Debug)]
pub(super) struct Pacer {
    real: Instant,
    /// When all were last asked; none: they are to be asked next time.
    all_asked: Option<Instant>,
    processors: u64,
    /// CPU time used in the present window, and time at its beginning.
    window: (u64, VirtualInstant),
}

impl Pacer {
    pub(super) fn new(processors: usize) -> Self {
        let now = Instant::now();
        let processors = u64::try_from(processors).unwrap_or(1).max(1);
        Self { real: now, all_asked: Some(now), processors, window: (0, VirtualInstant::START) }
    }

    fn real_step(&mut self) -> u64 {
        let before = std::mem::replace(&mut self.real, Instant::now());
        nanos(self.real.duration_since(before))
    }
}

/// Whether a thread may have run code of its own since it was last asked: not while we hold it or keep its time.
fn is_free(task: &Task) -> bool {
    !matches!(task.slot, Slot::Stopped(_)) && task.wait().is_none()
}

impl World<'_> {
    /// Brings the clock up to date; `stopped` has just stopped.
    pub(super) fn advance(&mut self, stopped: Option<i32>) {
        let real = self.pacer.real_step();
        // What the fixture does before the program begins is not in its time.
        if self.started.is_none() {
            return;
        }
        if self.turns.is_some() && self.time.pace() == Pace::Virtual {
            if stopped.is_some() {
                self.end_grant();
            }
            return;
        }
        if self.time.pace() == Pace::Real {
            self.time.move_on(VirtualDuration::from_nanos(real));
            return;
        }
        let asked = self.pacer.real;
        let before = self.time.reached();
        let (mut reached, mut now) = (before, self.time.now());
        let mut used = 0;
        let mut ran_again = Vec::new();
        for tid in self.those_to_ask(stopped) {
            let Some(task) = self.tasks.get_mut(&tid) else { continue };
            let Some((cpu, waited)) = task.procfs.ran_and_waited() else { continue };
            let last = task.progress;
            let cost = if stopped == Some(tid) { STOP_COST } else { 0 };
            if cpu <= last.cpu {
                // It has not run. What it waits for its turn is told when its turn has come.
                continue;
            }
            if task.waits.is_some_and(|then| cpu > then) {
                ran_again.push(tid);
            }
            let ran = (cpu - last.cpu).saturating_sub(cost);
            let waited_now = waited.saturating_sub(last.waited);
            let woken = self.woken.has(tid);
            let begin = last.begin(if woken { now } else { reached }, asked, cpu - last.cpu, waited_now);
            let local = begin.saturating_add(VirtualDuration::from_nanos(ran));
            task.progress = Progress { cpu, waited, local, asked: Some(asked) };
            let side = if woken { &mut now } else { &mut reached };
            *side = local.max(*side);
            used += ran;
        }
        // Before time moves: by then it had not run yet.
        for tid in ran_again {
            self.note_end_of_wait(tid);
        }
        reached = reached.max(self.bounded_by_processors(used, before));
        // Threads that really ran side by side moved time by no more than the real time.
        let real = VirtualDuration::from_nanos(real);
        reached = reached.min(before.saturating_add(real));
        now = now.min(self.time.now().saturating_add(real));
        if reached > before || now > self.time.now() {
            self.time.something_ran();
        }
        // Whoever is due goes on at its time, before the others' next deeds, however much they have computed meanwhile.
        if !self.somebody_is_due() {
            reached = reached.max(now);
            now = reached;
        }
        for due in [self.deadlines.earliest(), self.woken.are_due()].into_iter().flatten() {
            now = now.min(due);
        }
        self.time.run_to(reached, now);
        match stopped {
            Some(_) => self.end_grant(),
            None => self.end_grant_if_behind(),
        }
    }

    fn bounded_by_processors(&mut self, used: u64, now: VirtualInstant) -> VirtualInstant {
        let (in_window, begun) = self.pacer.window;
        let in_window = in_window + used;
        if in_window > WINDOW || now < begun {
            self.pacer.window = (0, now);
            return now;
        }
        self.pacer.window.0 = in_window;
        begun.saturating_add(VirtualDuration::from_nanos(in_window / self.pacer.processors))
    }

    fn those_to_ask(&mut self, stopped: Option<i32>) -> Vec<i32> {
        let free: Vec<i32> = self
            .tasks
            .values()
            .filter(|task| stopped == Some(task.tid) || is_free(task))
            .map(|task| task.tid)
            .collect();
        let since = self.pacer.all_asked.map(|last| nanos(last.elapsed()));
        let just_asked = since.is_some_and(|since| since < ALL_ASKED_EVERY.max(nanos_of_asking(free.len())));
        if free.len() > MOST_ASKED && just_asked {
            return stopped.into_iter().collect();
        }
        self.pacer.all_asked = Some(Instant::now());
        free
    }

    /// Brings the clock up to date by all threads, however lately they were asked: before time jumps, all that they used must count.
    pub(super) fn advance_by_all(&mut self) {
        self.pacer.all_asked = None;
        self.advance(None);
    }

    /// The program begins: what was used before does not count.
    pub(super) fn start_pacing(&mut self) {
        self.pacer = Pacer::new(self.cpus.len());
        let now = self.time.now();
        for task in self.tasks.values_mut() {
            let (cpu, waited) = task.procfs.ran_and_waited().unwrap_or_default();
            task.progress = Progress { cpu, waited, local: now, asked: None };
        }
    }

    /// A thread begins now.
    pub(super) fn begin_progress(&mut self, tid: i32) {
        let now = self.time.now();
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.progress = Progress { cpu: 0, waited: 0, local: now, asked: None };
        }
    }
}

fn back(now: VirtualInstant, by: VirtualDuration) -> VirtualInstant {
    VirtualInstant::from_nanos(now.as_nanos().saturating_sub(by.as_nanos()))
}
