//! A run that got stuck is made again, and its locks are watched.
//!
//! A run under a schedule repeats: what is seen in the second one is true of the first. A run without one does not, and to be
//! watched one thread has to run at a time. So schedules are tried until one leads to the very same end: each thread wrote the same
//! lines and stands at the same instruction, as deep in its stack, before the same lock. What a thread holds there does not
//! depend on the way there; when it was taken does, and is not told.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Standing, Word};
use crate::trace::{Ended, EventKind, StuckThread, Taken, Tid, Trace, lock_cycles};
use crate::tracer::Recorded;
use crate::tracer::options::Options;
use crate::tracer::regs::WATCHPOINTS;

/// So many runs more are made to watch all words, four in each.
const MOST_RUNS: usize = 3;
/// So many schedules are tried.
const MOST_SCHEDULES: u64 = 16;
/// A run that took longer is not made again, and no other run may take longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// No other run begins later.
const LAST_BEGIN: Duration = Duration::from_secs(20);

/// In which order threads run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// As the options say.
    Unchanged,
    /// Without a schedule, and with memory at the same addresses as under one.
    Natural,
    /// One at a time, and nothing is forced.
    Unforced,
    /// Under this seed.
    Seed(u64),
}

/// How a run is to be made again.
#[derive(Clone, Debug)]
pub struct Again {
    words: Vec<Word>,
    order: Order,
}

impl Again {
    /// The options of the other run.
    #[must_use]
    pub fn options(&self, mut options: Options) -> Options {
        match self.order {
            Order::Unchanged => {}
            Order::Natural => options.fixed_addresses = true,
            Order::Unforced => options.switches = Some(Vec::new()),
            Order::Seed(seed) => options.schedule = seed,
        }
        Options { real_limit: options.real_limit.min(PATIENCE), watched: self.words.clone(), ..options }
    }
}

/// The trace of a run; when it got stuck, with who holds the locks, as far as that can be found. For this the run is made
/// again a few times, by `run`; one that goes another way tells nothing. Of a run without a schedule then another one is told,
/// which wrote the same lines.
pub fn with_holders(first: Recorded, mut run: impl FnMut(&Again) -> Option<Recorded>) -> Trace {
    let quick = first.trace.end.real <= u64::try_from(PATIENCE.as_nanos()).unwrap_or(u64::MAX);
    if first.trace.end.ended != Ended::Stuck || first.words.is_empty() || !quick || !first.may_repeat {
        return first.trace;
    }
    let began = Instant::now();
    let mut run = |words: &[Word], order| {
        let again = Again { words: words.to_vec(), order };
        if began.elapsed() < LAST_BEGIN { run(&again) } else { None }
    };
    if first.repeats {
        let mut told = first;
        for words in told.words.clone().chunks(WATCHPOINTS).take(MOST_RUNS) {
            if let Some(seen) = run(words, Order::Unchanged).filter(|seen| ended_alike(&told, seen)) {
                take_over(&mut told.trace, &seen.trace, true);
            }
        }
        return told.trace;
    }
    let wrote_the_same =
        |seen: &Recorded| seen.trace.end.ended == Ended::Stuck && lines(&seen.trace) == lines(&first.trace);
    let Some(mut told) = run(&[], Order::Natural).filter(wrote_the_same) else { return first.trace };
    let words: Vec<Vec<Word>> = told.words.chunks(WATCHPOINTS).take(MOST_RUNS).map(<[Word]>::to_vec).collect();
    let mut any = false;
    for order in std::iter::once(Order::Unforced).chain((1..=MOST_SCHEDULES).map(Order::Seed)) {
        for words in &words {
            let Some(seen) = run(words, order).filter(|seen| ended_alike(&told, seen)) else { break };
            any |= take_over(&mut told.trace, &seen.trace, false);
        }
        if any {
            return told.trace;
        }
    }
    first.trace
}

/// Whether in two runs each thread wrote the same lines, and then got stuck at the same place.
fn ended_alike(one: &Recorded, other: &Recorded) -> bool {
    let threads = births(&one.trace).into_iter().zip(births(&other.trace));
    let ids: BTreeMap<Tid, Tid> = threads.collect();
    let (ones, others) = (stuck(&one.trace), stuck(&other.trace));
    let place =
        |run: &Recorded, tid: Tid| run.standing.iter().find(|standing| standing.tid == tid).map(Standing::place);
    let alike = |thread: &StuckThread| {
        let Some(id) = ids.get(&thread.tid) else { return false };
        let Some(same) = others.iter().find(|other| other.tid == *id) else { return false };
        let waits = match (thread.joins, same.joins) {
            (Some(one), Some(other)) => ids.get(&one) == Some(&other),
            _ => thread.waits_on == same.waits_on,
        };
        waits && place(one, thread.tid) == place(other, *id)
    };
    one.trace.end.ended == other.trace.end.ended
        && births(&one.trace).len() == births(&other.trace).len()
        && lines(&one.trace) == lines(&other.trace)
        && ones.len() == others.len()
        && ones.iter().all(alike)
}

/// What each thread wrote, in the order of their births.
fn lines(trace: &Trace) -> Vec<Vec<(u8, &str)>> {
    let of = |tid: Tid| trace.events.iter().filter(move |event| event.tid == tid);
    let line = |kind| match kind {
        &EventKind::Line { fd, ref text, .. } => Some((fd, text.as_str())),
        _ => None,
    };
    births(trace).into_iter().map(|tid| of(tid).filter_map(|event| line(&event.kind)).collect()).collect()
}

/// The threads of a run in the order of their births.
fn births(trace: &Trace) -> Vec<Tid> {
    let born = |kind: &EventKind| matches!(kind, EventKind::Process { .. } | EventKind::Thread { .. });
    trace.events.iter().filter(|event| born(&event.kind)).map(|event| event.tid).collect()
}

fn stuck(trace: &Trace) -> &[StuckThread] {
    trace.stuck().map_or(&[], |stuck| stuck.threads)
}

/// Takes over what another run that ended alike showed of who holds what; whether it showed anything. Its threads may have
/// other ids, and where it was under another schedule its times are not those of this run.
fn take_over(told: &mut Trace, seen: &Trace, with_times: bool) -> bool {
    let ids: BTreeMap<Tid, Tid> = births(seen).into_iter().zip(births(told)).collect();
    let mut any = false;
    for event in &mut told.events {
        let EventKind::Stuck { threads, cycles } = &mut event.kind else { continue };
        for known in stuck(seen) {
            let holder = known.holder.and_then(|holder| ids.get(&holder));
            let (Some(tid), Some(holder), Some(taken)) = (ids.get(&known.tid), holder, &known.taken) else { continue };
            if let Some(thread) = threads.iter_mut().find(|thread| thread.tid == *tid) {
                thread.holder = Some(*holder);
                thread.taken = Some(Taken { t: taken.t.filter(|_| with_times), ..taken.clone() });
                any = true;
            }
        }
        *cycles = lock_cycles(threads);
    }
    any
}
