use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use super::bytecode::LockFunctions;
use super::calls::{Jumps, SocketTimeouts, Uptime};
use super::files::Files;
use super::lines::Lines;
use super::locks::{Locks, Standing, Word};
use super::loopback::Loopback;
use super::noise::Noise;
use super::options::Options;
use super::orphans::Orphans;
use super::process::{Process, Role};
use super::progress::Pacer;
use super::quiet::Polls;
use super::record::{Entry, Record};
use super::script::Scripts;
use super::segments::Segments;
use super::shared::SharedWords;
use super::streams::Streams;
use super::survey::Survey;
use super::task::{Pending, Slot, Task};
use super::time::{Pace, Time};
use super::timerfd::TimerFiles;
use super::tracee::{Resume, Stopped};
use super::turns::Turns;
use super::vdso::Grants;
use super::waits::Waits;
use super::woken::Woken;
use crate::clock::{Deadlines, VirtualInstant};
use crate::sandbox::{Group, MachineMemory};
use crate::trace::{ClockKind, Ended, EventKind, ExitStatus, LimitKind, Pid, Refused};

/// Everything that is known of a run while it goes on. Each family of events changes it in its own file; this one holds
/// what they share.
pub(super) struct World<'o> {
    pub(super) options: &'o Options,
    pub(super) tasks: HashMap<i32, Task>,
    pub(super) processes: BTreeMap<i32, Process>,
    /// The program's first process; 0 before it started.
    pub(super) root: i32,
    /// The init of its namespace, when it has one of its own.
    pub(super) init: Option<i32>,
    /// The process of the timer that fired last, by a signal, and when.
    pub(super) timer_fired: Option<(i32, VirtualInstant)>,
    pub(super) time: Time,
    pub(super) pacer: Pacer,
    /// How long the machine kept us waiting.
    pub(super) noise: Noise,
    /// What may be told of the time without a stop.
    pub(super) grants: Grants,
    pub(super) deadlines: Deadlines<Due>,
    /// Who was woken beside running threads and has not had its turn.
    pub(super) woken: Woken,
    pub(super) record: Record,
    pub(super) lines: Lines,
    pub(super) streams: Streams,
    pub(super) files: Files,
    pub(super) timer_files: TimerFiles,
    pub(super) socket_timeouts: SocketTimeouts,
    pub(super) jumps: Jumps,
    pub(super) counts: Counts,
    pub(super) unvirtualised: BTreeSet<String>,
    /// CPU nanoseconds of processes that are gone.
    pub(super) dead_cpu: u64,
    /// CPU nanoseconds of the tree when the program began.
    pub(super) cpu_at_start: u64,
    pub(super) started: Option<Instant>,
    /// The machine's uptime as `/proc` tells it, once it is ours.
    pub(super) uptime: Option<Uptime>,
    /// How the program's first process left.
    pub(super) left: Option<(ExitStatus, VirtualInstant)>,
    /// Processes that have ended: when the program ends, some may still be zombies.
    pub(super) ended_children: Vec<i32>,
    pub(super) orphans: Orphans,
    /// The thread at whose stop the clock was brought up to date, before it was decided what comes of it.
    pub(super) advanced_at: Option<i32>,
    /// Why the run must end now.
    pub(super) ending: Option<(Ended, Option<LimitKind>)>,
    /// How much was used of what a limit counts, when that ended the run.
    pub(super) over: Option<u64>,
    /// The control group of the program, if it is one: whatever it started is in it.
    pub(super) group: Option<Group>,
    /// Whom the machine had ended for want of memory when the program began; none where its group tells.
    pub(super) machine_memory: Option<MachineMemory>,
    /// Whether the machine ended a process of the program for want of memory that was not the program's doing.
    pub(super) starved: bool,
    /// What the program was refused for want of more.
    pub(super) refused: BTreeSet<Refused>,
    /// How many descriptors we have sent for it.
    pub(super) carried: usize,
    /// Whether the tree has opened an internet socket: a packet of it may be under way while all sleep.
    pub(super) network: bool,
    /// Whether the tree has made a pseudo-terminal: the same goes for what is written to one.
    pub(super) terminals: bool,
    /// The descriptor of the fixture's record.
    pub(super) fixture: Option<super::fixture::Fixture>,
    /// Threads that stopped for the first time before their maker told of them.
    pub(super) strangers: HashMap<i32, Stopped>,
    /// Ports at which the tree itself listens.
    pub(super) doors: BTreeSet<u16>,
    pub(super) loopback: Loopback,
    pub(super) segments: Segments,
    pub(super) polls: Polls,
    /// What threads were seen to wait on.
    pub(super) waits: Waits,
    /// Whether a timed wait ran out since a thread was held.
    pub(super) timed_out_since_held: bool,
    /// Since when, in real time, nothing moved and no deadline was left.
    pub(super) quiet_since: Option<Instant>,
    /// CPUs that the tree may use, as the program is told.
    pub(super) cpus: Vec<usize>,
    /// Who has the turn, under a schedule.
    pub(super) turns: Option<Turns>,
    /// The words that are watched in this run.
    pub(super) locks: Locks,
    /// The words to watch in another run, once this one is stuck.
    pub(super) words: Vec<Word>,
    /// Where each thread stood then.
    pub(super) standing: Vec<Standing>,
    /// What a survey has seen, in a run that is one.
    pub(super) survey: Option<Survey>,
    /// The functions of the program's interpreter that give its lock away and take it, once they were looked for.
    pub(super) lock_functions: OnceCell<Option<LockFunctions>>,
    /// Which of its scripts are the program's own.
    pub(super) scripts: Scripts,
    /// Words that processes share and that are marked.
    pub(super) shared_words: SharedWords,
}

/// What is due at a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// The timed wait of this thread is over.
    Wait(i32),
    /// A schedule held this thread back until now.
    Held(i32),
    /// The interval timer of this process.
    IntervalTimer(i32),
    /// A POSIX timer: its process and id.
    PosixTimer(i32, i32),
    /// A timerfd, by its number in our list.
    TimerFile(usize),
    /// A thread that was held for the sake of others goes on.
    Unhold(i32),
    /// The run's time is up.
    TimeLimit,
    /// The patience with children that outlive the program is over.
    Linger,
}

/// Numbers for the end of the trace.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) threads: u32,
    pub(super) processes: u32,
    pub(super) stops: u64,
    pub(super) jumps: u64,
    /// CPU nanoseconds of the program, as they are counted under a schedule.
    pub(super) cpu: u64,
}

/// The thread that made a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub(super) tid: i32,
    pub(super) pid: i32,
}

impl<'o> World<'o> {
    pub(super) fn new(options: &'o Options, streams: Streams, cpus: Vec<usize>) -> Self {
        let pace = match options.clock {
            ClockKind::Virtual => Pace::Virtual,
            ClockKind::Wall => Pace::Real,
        };
        Self {
            options,
            tasks: HashMap::new(),
            processes: BTreeMap::new(),
            root: 0,
            init: None,
            timer_fired: None,
            time: Time::new(pace, options.epoch),
            pacer: Pacer::new(cpus.len()),
            noise: Noise::begin(),
            grants: Grants::default(),
            deadlines: Deadlines::default(),
            woken: Woken::default(),
            record: Record::default(),
            lines: Lines::default(),
            streams,
            files: Files::new(options.clock),
            timer_files: TimerFiles::default(),
            socket_timeouts: SocketTimeouts::default(),
            jumps: Jumps::default(),
            counts: Counts::default(),
            unvirtualised: BTreeSet::new(),
            dead_cpu: 0,
            cpu_at_start: 0,
            started: None,
            uptime: None,
            left: None,
            ended_children: Vec::new(),
            orphans: Orphans::default(),
            advanced_at: None,
            ending: None,
            group: None,
            machine_memory: None,
            starved: false,
            over: None,
            refused: BTreeSet::new(),
            carried: 0,
            network: false,
            terminals: false,
            fixture: None,
            strangers: HashMap::new(),
            doors: BTreeSet::new(),
            loopback: Loopback::default(),
            segments: Segments::default(),
            polls: Polls::default(),
            waits: Waits::default(),
            timed_out_since_held: false,
            quiet_since: None,
            cpus,
            turns: None,
            locks: Locks::new(&options.watched),
            words: Vec::new(),
            standing: Vec::new(),
            survey: None,
            lock_functions: OnceCell::new(),
            scripts: Scripts::default(),
            shared_words: SharedWords::default(),
        }
    }

    /// CPU nanoseconds that the program's tree has used, the dead included, the fixture not.
    pub(super) fn cpu(&mut self) -> u64 {
        let program = self.processes.values_mut().filter(|process| process.role == Role::Program);
        self.dead_cpu + program.map(Process::measure).sum::<u64>()
    }

    /// Whether a process belongs to the fixture and not to the program.
    pub(super) fn is_fixture(&self, pid: i32) -> bool {
        self.processes.get(&pid).is_some_and(|process| process.role == Role::Fixture)
    }

    /// Notes what a thread of the program did; what the fixture does is not noted.
    pub(super) fn note(&mut self, pid: i32, tid: i32, kind: EventKind) -> Option<Entry> {
        if self.is_fixture(pid) {
            return None;
        }
        Some(self.record.note(self.time.now(), pid, tid, kind))
    }

    /// The program used something that the virtual clock does not cover: it is named, and time is real from now on.
    pub(super) fn not_virtualised(&mut self, what: &str) {
        self.unvirtualised.insert(what.to_owned());
        self.time.fall_back_to_real();
    }

    /// Ends the run, unless something ended it before.
    pub(super) fn end(&mut self, ended: Ended, limit: Option<LimitKind>) {
        self.ending.get_or_insert((ended, limit));
    }

    /// Ends the run for a limit, of which so much was used.
    pub(super) fn end_by_limit(&mut self, limit: LimitKind, used: u64) {
        if self.ending.is_none() {
            self.over = Some(used);
        }
        self.end(Ended::Limit, Some(limit));
    }

    /// From now on threads take turns. What was made before counts as born now: the program first.
    pub(super) fn begin_turns(&mut self, mut turns: Turns) {
        let mut tids: Vec<i32> = self.tasks.keys().copied().collect();
        tids.sort_unstable();
        for tid in tids {
            let role = if self.is_fixture(self.tasks[&tid].pid) { Role::Fixture } else { Role::Program };
            turns.born(tid, role);
        }
        if !turns.marks().is_empty() {
            // The schedule needs the debug registers itself: who holds what is not found out under such a one.
            self.locks = Locks::default();
        }
        self.turns = Some(turns);
    }

    /// A stopped thread may go on: at once, or under a schedule when it has the turn.
    pub(super) fn release(&mut self, tid: i32, how: Resume) {
        if self.turns.is_some() && self.has_begun() {
            self.queue(tid, how);
        } else {
            self.let_go(tid, how);
        }
    }

    /// Whether something of the program (or the fixture beside it) runs yet, and not our own set-up alone.
    pub(super) const fn has_begun(&self) -> bool {
        self.started.is_some() || self.fixture.is_some()
    }

    /// Lets a stopped thread go on.
    pub(super) fn let_go(&mut self, tid: i32, how: Resume) {
        self.watch_writes(tid);
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        task.slot = match std::mem::replace(&mut task.slot, Slot::Between) {
            Slot::Stopped(stopped) => Slot::Running(stopped.resume(how)),
            other => other,
        };
    }

    /// A new thread or process of the tree.
    pub(super) fn adopt(&mut self, tid: i32, pid: i32, slot: Slot, role: Role) {
        let (number, born) = (self.counts.processes, self.time.now());
        let process = self.processes.entry(pid).or_insert_with(|| Process::new(pid, role, number, born));
        process.threads += 1;
        if process.role == Role::Program {
            self.counts.threads += 1;
            self.counts.processes += u32::from(tid == pid);
        }
        self.tasks.insert(tid, Task::new(tid, pid, slot));
        self.begin_progress(tid);
        if let Some(turns) = &mut self.turns {
            turns.born(tid, role);
        }
        if role == Role::Program {
            if self.init.is_some() {
                self.record.learn_name(tid);
            } else if self.options.names_by_birth {
                self.record.name_by_birth(tid);
            }
        }
        let living = self.tasks.values().filter(|task| task.ended.is_none() && !self.is_fixture(task.pid)).count();
        if self.options.limits.processes.is_some_and(|most| living > usize::try_from(most).unwrap_or(usize::MAX)) {
            self.end_by_limit(LimitKind::Processes, u64::try_from(living).unwrap_or(u64::MAX));
        }
    }

    /// Forgets what a thread waited for.
    pub(super) fn drop_pending(&mut self, tid: i32) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        if let Some(Pending::Wait(wait)) = task.pending.take()
            && let Some(key) = wait.key
        {
            self.deadlines.cancel(key);
        }
    }

    /// The thread of the program that calls itself `name`.
    pub(super) fn called(&self, name: i32) -> Option<i32> {
        if self.init.is_none() {
            return Some(name);
        }
        self.tasks.keys().copied().find(|tid| u32::try_from(name).is_ok_and(|name| self.record.name(*tid) == name))
    }

    /// The parent of a process, as traces have it; 0 for the program itself, whose parent we are.
    pub(super) fn parent_in_trace(&self, maker: i32) -> Pid {
        self.record.name(maker)
    }
}
