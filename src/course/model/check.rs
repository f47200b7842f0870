use std::collections::BTreeMap;

use regex::Regex;

use super::Operand;
use crate::clock::VirtualDuration;

/// One thing that a submission is judged by.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its id, unique in the spec.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// What it is worth.
    pub points: u32,
    /// Said when it fails.
    pub hint: String,
    /// Ids of checks that must pass first, else this one is skipped.
    pub needs: Vec<String>,
    /// Names of the cases that it looks at; empty means all.
    pub cases: Vec<String>,
    /// What it looks for.
    pub kind: CheckKind,
}

/// What a check looks for: one kind a check.
#[derive(Clone, Debug)]
pub enum CheckKind {
    /// How the program left.
    Exit(ExitCheck),
    /// How many lines are an event.
    Count(Count),
    /// In which order events, or one event's values, come.
    Order(Order),
    /// One event before another.
    Before(Before),
    /// When the run, or an event of it, was over.
    Elapsed(Elapsed),
    /// The time between two events.
    Gap(Gap),
    /// The peak of intervals that are open at once.
    Overlap(Overlap),
    /// How many different threads, processes or values an event came from.
    Distinct(Distinct),
    /// How many threads lived, each busy how long.
    Threads(Quantified),
    /// How many processes lived, each busy how long.
    Processes(Quantified),
    /// CPU of all processes divided by CPU of the busiest.
    Parallel(Parallel),
    /// CPU time.
    Cpu(Cpu),
    /// The value of an event's field.
    Field(FieldCheck),
    /// An event that must not come.
    Never(Never),
    /// What the HTTP fixture saw.
    Requests(Requests),
    /// Whether the run got stuck.
    Deadlock(Deadlock),
    /// Whether the program left children that it had not waited for.
    Zombies(Zombies),
    /// The whole trace against the reference's.
    Snapshot(SnapshotCheck),
    /// What the source uses.
    Source(Source),
}

impl CheckKind {
    /// The kind's key in a spec.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Exit(_) => "exit",
            Self::Count(_) => "count",
            Self::Order(_) => "order",
            Self::Before(_) => "before",
            Self::Elapsed(_) => "elapsed",
            Self::Gap(_) => "gap",
            Self::Overlap(_) => "overlap",
            Self::Distinct(_) => "distinct",
            Self::Threads(_) => "threads",
            Self::Processes(_) => "processes",
            Self::Parallel(_) => "parallel",
            Self::Cpu(_) => "cpu",
            Self::Field(_) => "field",
            Self::Never(_) => "never",
            Self::Requests(_) => "requests",
            Self::Deadlock(_) => "deadlock",
            Self::Zombies(_) => "zombies",
            Self::Snapshot(_) => "snapshot",
            Self::Source(_) => "source",
        }
    }
}

/// The bounds of a number or a duration; at least one is set. Each is resolved for the case at hand, then read as a
/// number or a duration (validation has tried every case).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Just this.
    pub equals: Option<Operand>,
    /// This or more.
    pub at_least: Option<Operand>,
    /// This or less.
    pub at_most: Option<Operand>,
}

/// Lines that are an event, perhaps only those with certain field values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The event's name.
    pub event: String,
    /// Field values that a line must have.
    pub only: BTreeMap<String, Operand>,
}

/// By what events are grouped: each group is judged for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// By the thread that wrote the line, on the kernel's word.
    Thread,
    /// By the process that wrote the line, on the kernel's word.
    Process,
    /// By the value of this field, on the program's claim.
    Field(String),
}

/// `exit = 0`, `exit = { code = 1 }`, `exit = { signal = "SIGKILL" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitCheck {
    /// The exit code that is right.
    pub code: Option<i32>,
    /// The signal that is right.
    pub signal: Option<i32>,
}

/// `count = { event = "received", equals = "$#" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Which lines.
    pub select: Selector,
    /// How many.
    pub bounds: Bounds,
}

/// `order = { events = ["started", "read"], by = "thread" }` or `order = { event = "result", field = "n", values = "$*" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// In each group these events come in this order, each at least once. Each may come several times in a row, and the
    /// whole round again (a worker's next job); a round that was begun is finished.
    Events {
        /// The events, in order.
        events: Vec<String>,
        /// What is one group; none: the whole run.
        by: Option<GroupBy>,
    },
    /// The values of one field, in the order of the lines, are just these.
    Values {
        /// Which lines.
        select: Selector,
        /// The field.
        field: String,
        /// The values in order; one operand that resolves to several words counts as several.
        values: Vec<Operand>,
    },
}

/// `before = { first = "main-line", then = "printing", by = "thread" }`: every `then` of a group comes after every `first`
/// of it, and a group with a `then` has a `first`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The event that comes first.
    pub first: String,
    /// The event that comes after it.
    pub then: String,
    /// What is one group; none: the whole run.
    pub by: Option<GroupBy>,
}

/// `elapsed = { at_least = "2s", at_most = "2.2s" }`, of the whole run or until an event's last line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elapsed {
    /// Until the last line that is this; none: until the end of the run.
    pub until: Option<Selector>,
    /// How long, as durations.
    pub bounds: Bounds,
}

/// `gap = { from = "received", to = "printing", by = "thread", field = "seconds", tolerance = "50ms" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The event at which the gap begins; none: the start of the run.
    pub from: Option<String>,
    /// The event at which it ends.
    pub to: String,
    /// What is one group; within it the n-th `from` belongs to the n-th `to`. None: the whole run.
    pub by: Option<GroupBy>,
    /// How long, as durations; or
    pub bounds: Bounds,
    /// as long as this field of the `to` (or else the `from`) line says.
    pub field: Option<(String, GapUnit)>,
    /// How far `equals` and `field` may be off, either way.
    pub tolerance: VirtualDuration,
}

/// The unit of a number in an output line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapUnit {
    /// Seconds, perhaps with decimals.
    Seconds,
    /// Milliseconds, perhaps with decimals.
    Milliseconds,
}

/// `overlap = { from = "read", to = "finished", by = "thread", at_most = 1 }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The event that opens an interval.
    pub from: String,
    /// The event that closes it.
    pub to: String,
    /// Field values that the lines of both events must have.
    pub only: BTreeMap<String, Operand>,
    /// What an interval belongs to: its `to` closes the oldest open `from` of the same group.
    pub by: Option<GroupBy>,
    /// The peak of intervals that are open at once.
    pub bounds: Bounds,
}

/// `distinct = { event = "counted", by = "process", equals = 2 }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distinct {
    /// Which lines.
    pub select: Selector,
    /// What is counted.
    pub by: GroupBy,
    /// The main thread (of the program's first process) or the program's first process must not be among them.
    pub not_main: bool,
    /// How many.
    pub bounds: Bounds,
}

/// `threads = { at_most = 4 }`, `processes = { at_least = 2, busy = "10ms" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantified {
    /// How many; the program's first thread or process counts.
    pub bounds: Bounds,
    /// Count only those that used at least this much CPU time.
    pub busy: Option<VirtualDuration>,
}

/// `parallel = { at_least = 2.0 }`, `parallel = { at_most = 1.5 }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parallel {
    /// The least that is right, in thousandths: the work must be shared.
    pub at_least_milli: Option<u64>,
    /// The most that is right, in thousandths: nobody else may be busy.
    pub at_most_milli: Option<u64>,
}

/// `cpu = { at_most = "500ms", of = "main" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cpu {
    /// How much, as durations.
    pub bounds: Bounds,
    /// Whose.
    pub of: CpuOf,
}

/// Whose CPU time is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuOf {
    /// The whole tree's.
    Tree,
    /// The program's first process's.
    Main,
    /// All other processes', together.
    Children,
}

/// `field = { event = "final", name = "value", equals = "$1" }`.
#[derive(Clone, Debug)]
pub struct FieldCheck {
    /// Which lines.
    pub select: Selector,
    /// The field.
    pub name: String,
    /// Which of the lines must hold the value.
    pub which: Which,
    /// Just this text (or this number, when both read as one).
    pub equals: Option<Operand>,
    /// One of these texts.
    pub one_of: Vec<Operand>,
    /// A text that this expression finds something in.
    pub matches: Option<Regex>,
    /// A number of this or more.
    pub at_least: Option<Operand>,
    /// A number of this or less.
    pub at_most: Option<Operand>,
}

/// Which of several lines are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them, and there is at least one.
    All,
    /// The first.
    First,
    /// The last.
    Last,
    /// Any one.
    Any,
}

/// `never = { event = "error" }`, `never = { event = "step", after = "cancelled" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Never {
    /// The lines that must not come.
    pub select: Selector,
    /// Only those after the first line that is this; when none is, the check fails.
    pub after: Option<String>,
    /// Only those before the first line that is this.
    pub before: Option<String>,
}

/// `requests = { path = "/slow", total = 1 }`, `requests = { peak = 3 }`, by the server's own record.
#[derive(Clone, Debug)]
pub struct Requests {
    /// Only requests whose path and query match this.
    pub path: Option<Regex>,
    /// How many in all.
    pub total: Bounds,
    /// How many in flight at once, at the peak.
    pub peak: Bounds,
    /// How many for each different path and query.
    pub each: Bounds,
}

/// `deadlock = false`: the run must not get stuck, in any schedule; `true`: it must.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlock {
    /// Whether it is right to get stuck.
    pub expected: bool,
}

/// `zombies = false`: the program waits for its children that have ended before it ends itself; `true`: it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zombies {
    /// Whether it is right to leave some.
    pub expected: bool,
}

/// `snapshot = { mode = "times", tolerance = "50ms" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotCheck {
    /// How much must be alike.
    pub mode: SnapshotMode,
    /// How far times may be off, either way.
    pub tolerance: VirtualDuration,
}

/// How much of a snapshot must be alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotMode {
    /// The same lines in the same partial order, at the same times within the tolerance.
    Times,
    /// The same lines in the same partial order.
    Order,
    /// The same partial order to the last: the same lines together at each instant, divided among threads in the same way.
    /// Which of several like threads took which part does not count.
    Exact,
}

/// `source.rust = { must = ["thread::spawn"], must_not = ["process::exit"] }`, by syntax tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// What holds for Rust.
    pub rust: SourceRules,
    /// What holds for Python.
    pub python: SourceRules,
}

/// Names that a source must or must not use, comments and strings apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceRules {
    /// Every one of these is used (called, imported or named) somewhere.
    pub must: Vec<String>,
    /// None of these is.
    pub must_not: Vec<String>,
}

/// What an engine must be able to observe for a check to mean anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Which thread wrote a line, and which threads lived.
    pub threads: bool,
    /// Which process wrote a line, which lived, and each one's CPU.
    pub processes: bool,
    /// Whether nothing can ever move again.
    pub deadlock: bool,
    /// The HTTP fixture's record.
    pub http: bool,
}
