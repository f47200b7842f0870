//! How it is known that the whole tree sleeps, and what happens then.
//!
//! Two scans: every thread that could run code of the program is asleep in both, and got no CPU between them. Then at the
//! moment between the scans all slept at once, and only a deadline or the outside can wake them. Threads in a timed wait of
//! ours are read once, between the two: they cannot run code of the program without a stop, so one look at a moment
//! when all others sleep is enough.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::fixture::Fixture;
use super::procfs::{self, State};
use super::task::{Pending, Seen, Slot, Task};
use super::time::Pace;
use super::turns::Idle;
use super::world::{Due, World};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::trace::{Ended, EventKind, lock_cycles};

/// A tree with open internet sockets is only stuck when nothing came for this long, in real time.
const NETWORK_PATIENCE: Duration = Duration::from_millis(20);

/// So many waits for a time, and over so long a time, without anything else: it polls for ever.
const POLLS_IN_VAIN: u64 = 5_000;
const POLLED_IN_VAIN: VirtualDuration = VirtualDuration::from_secs(24 * 3600);

/// How long the program has done nothing but wait.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Polls {
    /// How often a wait ended since.
    idle: Idle,
    since: VirtualInstant,
}

/// What a look at the tree found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quiet {
    /// Something runs.
    Runs,
    /// Everything slept at one moment.
    Still,
}

/// What was done about a tree that sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    /// Something will wake, or the run ends.
    Yes,
    /// It waits for the outside world, which has its own time.
    No,
}

/// Whether a thread sleeps, by its state and by what we know of it.
fn sleeps(task: &mut Task) -> bool {
    if matches!(task.slot, Slot::Stopped(_)) {
        return true;
    }
    match task.procfs.state() {
        State::Asleep | State::Dead => true,
        State::Uninterruptible => task.vfork.is_some(),
        State::Stopped => task.in_group_stop,
        State::Runs => false,
    }
}

impl World<'_> {
    /// Whether the whole tree sleeps.
    pub(super) fn look_for_quiet(&mut self) -> Quiet {
        if self.started.is_none() && self.fixture.is_none() {
            return Quiet::Runs;
        }
        let firing = |task: &Task| task.wait().is_some_and(|wait| wait.firing);
        if self.woken.hold_somebody() || self.tasks.values().any(firing) {
            return Quiet::Runs;
        }
        let mut free: Vec<(i32, u64)> = Vec::new();
        for task in self.tasks.values_mut().filter(|task| task.wait().is_none()) {
            if !sleeps(task) {
                return Quiet::Runs;
            }
            free.push((task.tid, task.procfs.ran().map_or(0, |(_, slices)| slices)));
        }
        self.let_all_arrive();
        if !self.tasks.values_mut().filter(|task| task.wait().is_some()).all(sleeps) {
            return Quiet::Runs;
        }
        for (tid, slices) in free {
            let Some(task) = self.tasks.get_mut(&tid) else { return Quiet::Runs };
            // A state alone may tell the future: `wait4` marks its caller as asleep before it looks for children, and may go
            // on without having slept.
            let held = matches!(task.slot, Slot::Stopped(_));
            if !held && (!task.procfs.is_off_cpu() || task.procfs.ran().map_or(0, |(_, slices)| slices) != slices) {
                return Quiet::Runs;
            }
        }
        Quiet::Still
    }

    /// Whether nobody waits for a look: it could only find that the program will never move again. A thread that sleeps until a
    /// deadline loses what a late look takes; one that runs, or waits for another one, loses what an early one takes.
    pub(super) fn nothing_is_due(&self) -> bool {
        if self.started.is_none() {
            return self.fixture.is_none();
        }
        let outside = self.network || self.streams.takes_input() || self.segments.under_way;
        let holds = !self.strangers.is_empty() || self.tasks.values().any(|task| task.manners.held);
        let due = self.left.is_some() || self.anyone_waits_for_time();
        !outside && !holds && !due
    }

    /// Whether a deadline is set that is the program's own.
    pub(super) fn anyone_waits_for_time(&self) -> bool {
        self.deadlines.iter().any(|(_, due)| !matches!(due, Due::TimeLimit | Due::Linger))
    }

    /// Lets arrive what the kernel has taken from one thread for another; false where it takes nothing that it keeps.
    pub(super) fn let_all_arrive(&mut self) -> bool {
        if self.network {
            self.let_packets_arrive();
        }
        if self.terminals {
            self.let_terminals_deliver();
        }
        self.network || self.terminals
    }

    /// A packet may sit in the kernel's queue for a moment. The queue is first in, first out for each CPU: once a packet of
    /// our own came through, all earlier ones have.
    fn let_packets_arrive(&mut self) {
        if !self.loopback.flush() || self.options.processors > 1 {
            std::thread::sleep(Duration::from_micros(300));
        }
        // Asked between two looks at the threads: what comes in later wakes somebody whom the second look sees.
        self.look_at_segments();
    }

    /// Everything sleeps: time moves on to the next deadline, or the program can never move again.
    pub(super) fn act_on_quiet(&mut self) -> Moved {
        self.advance_by_all();
        if self.introduce_strangers() || self.let_held_go_on() {
            return Moved::Yes;
        }
        if self.started.is_none() {
            return Moved::No;
        }
        if self.time.pace() == Pace::Real {
            return self.fire_overdue();
        }
        self.end_grant();
        if self.left.is_some() && !self.may_linger() {
            self.end(Ended::Exit, None);
            return Moved::Yes;
        }
        if self.waits_for_outside() {
            self.time.pass();
            return self.fire_overdue();
        }
        if self.segments.under_way {
            if self.turns.is_none() {
                self.time.pass();
            }
            return self.fire_overdue();
        }
        if self.anyone_waits_for_time() {
            let earliest = self.deadlines.earliest().expect("there is one");
            if self.only_polls() {
                self.tell_who_waits();
                self.end(Ended::NoProgress, None);
                return Moved::Yes;
            }
            if earliest > self.time.now() {
                self.note_waits(earliest);
                self.counts.jumps += 1;
                self.jumps.note(self.time.now(), earliest);
                self.time.jump(earliest);
            }
            self.fire_first();
            self.quiet_since = None;
            return Moved::Yes;
        }
        if self.left.is_some() {
            self.end(Ended::Exit, None);
            return Moved::Yes;
        }
        let since = *self.quiet_since.get_or_insert_with(Instant::now);
        if self.network && since.elapsed() < NETWORK_PATIENCE {
            return Moved::No;
        }
        self.stuck();
        Moved::Yes
    }

    /// Whether children that outlived the program may go on: they still hold its output.
    fn may_linger(&self) -> bool {
        self.options.linger > VirtualDuration::ZERO
            && self.processes.keys().any(|pid| !self.is_fixture(*pid) && self.streams.held_by(*pid))
    }

    /// Whether something outside the tree may wake a thread that sleeps now.
    fn waits_for_outside(&mut self) -> bool {
        let writes = |task: &Task| matches!(task.pending, Some(Pending::Seen(Seen::Write { .. })));
        if self.tasks.values().any(writes) {
            return true;
        }
        if !self.streams.has_outside_input() && !self.network {
            return false;
        }
        // The fixture listens, too, yet nobody outside knows of it.
        let fixture = self.fixture.as_ref().and_then(Fixture::port);
        let listens = self.options.outside_network && self.doors.iter().any(|door| Some(*door) != fixture);
        let program: Vec<&Task> = self.tasks.values().filter(|task| !self.is_fixture(task.pid)).collect();
        let no_deadline = !self.anyone_waits_for_time();
        program.into_iter().filter_map(|task| Some((task, task.procfs.blocked_in()?))).any(
            |(task, (number, arguments))| {
                super::stuck::waits_for_outside(task.pid, number, &arguments, &self.streams, listens && no_deadline)
            },
        )
    }

    /// Whether for a very long time now the program has done nothing but wait for times: a thread that looks every minute
    /// whether something has come, and all others blocked for good. (The scheduler of Go is such a thread.)
    fn only_polls(&mut self) -> bool {
        let now = self.time.now();
        let most = self.options.idle_turns;
        self.polls.idle.next_turn(self.record.deeds(), self.deadlines.set_so_far(), most);
        let idle = self.polls.idle;
        if idle.turns == 1 {
            self.polls.since = now;
        }
        if idle.turns > most && self.waits_since_before(idle) {
            self.polls.idle.turns = 0;
            return false;
        }
        idle.turns > most || (idle.turns > POLLS_IN_VAIN && now.since(self.polls.since) > POLLED_IN_VAIN)
    }

    /// Nothing can ever move again: says who waits on what, and ends the run.
    fn stuck(&mut self) {
        self.tell_who_waits();
        self.end(Ended::Stuck, None);
    }

    fn tell_who_waits(&mut self) {
        let threads = self.stuck_threads();
        let cycles = lock_cycles(&threads);
        let root = self.root;
        self.note(root, root, EventKind::Stuck { threads, cycles });
    }

    /// The tree's memory, in bytes, when it is above the limit. Shared pages count once for each process at first; only when
    /// that is too much are they shared out, which costs more.
    pub(super) fn memory_above(&self, most: u64) -> Option<u64> {
        // Of a process whose first thread has ended, only the others can be asked.
        let mut asked: HashMap<i32, i32> = HashMap::new();
        for (tid, task) in self.tasks.iter().filter(|(_, task)| task.ended.is_none()) {
            asked.entry(task.pid).and_modify(|other| *other = *tid.min(other)).or_insert(*tid);
        }
        let processes = self.processes.keys().filter(|pid| !self.is_fixture(**pid));
        let program: Vec<i32> = processes.map(|pid| asked.get(pid).copied().unwrap_or(*pid)).collect();
        if program.iter().map(|tid| procfs::resident(*tid)).sum::<u64>() <= most {
            return None;
        }
        Some(program.iter().map(|tid| procfs::memory_share(*tid)).sum::<u64>()).filter(|used| *used > most)
    }
}
