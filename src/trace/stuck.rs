use serde::{Deserialize, Serialize};

use super::{EventKind, Pid, Tid, Trace};
use crate::clock::VirtualInstant;

/// A thread of a deadlock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StuckThread {
    /// Its process.
    pub pid: Pid,
    /// The thread.
    pub tid: Tid,
    /// What it waits on, in words: `futex 0x7f…`, `pipe 5 (read)`, `child 1234`.
    pub waits_on: String,
    /// The thread that holds the lock that it waits for, where that is known. It may have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Tid>,
    /// When the holder took that lock, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// The thread whose end it waits for, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joins: Option<Tid>,
}

/// How a run got stuck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stuck<'t> {
    /// When.
    pub t: VirtualInstant,
    /// The threads that wait for ever.
    pub threads: &'t [StuckThread],
    /// The circles in which they wait for each other's locks, where they are known.
    pub cycles: &'t [Vec<Tid>],
}

impl Trace {
    /// How the run got stuck, if it did.
    pub fn stuck(&self) -> Option<Stuck<'_>> {
        self.events.iter().find_map(|event| match &event.kind {
            EventKind::Stuck { threads, cycles } => Some(Stuck { t: event.t, threads, cycles }),
            _ => None,
        })
    }
}

/// The moment at which a lock was taken for the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Taken {
    /// When, in virtual nanoseconds since the start, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t: Option<VirtualInstant>,
    /// The line that the holder had written last before; none: it had written none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Only so many characters of a line are quoted.
const MOST_QUOTED: usize = 60;

impl Taken {
    fn words(&self) -> String {
        let at = self.t.map_or_else(String::new, |t| format!("taken at {t}"));
        let Some(line) = &self.after else { return at };
        let quoted: String = line.chars().take(MOST_QUOTED).collect();
        let more = if quoted.len() < line.len() { "…" } else { "" };
        let taken = if at.is_empty() { "taken".to_owned() } else { at + "," };
        format!("{taken} after it wrote `{quoted}{more}`")
    }
}

impl StuckThread {
    /// A thread of which no more is known than what it waits on.
    pub fn new(pid: Pid, tid: Tid, waits_on: impl Into<String>) -> Self {
        Self { pid, tid, waits_on: waits_on.into(), ..Self::default() }
    }

    /// As [`Self::waits`], without when and where.
    pub fn waits_shortly(&self) -> String {
        Self { taken: None, ..self.clone() }.waits()
    }

    /// What it does, in words: `waits on futex 0x7f…`, `waits for the lock that thread 3 holds (taken at …)`.
    pub fn waits(&self) -> String {
        let taken = self.taken.as_ref().map(Taken::words).filter(|words| !words.is_empty());
        let taken = taken.map_or_else(String::new, |words| format!(" ({words})"));
        match (self.holder, self.joins) {
            (Some(holder), _) if holder == self.tid => format!("waits for a lock that it holds itself{taken}"),
            (Some(holder), _) => format!("waits for the lock that thread {holder} holds{taken}"),
            (None, Some(other)) => format!("waits for thread {other} to end"),
            (None, None) => format!("waits on {}", self.waits_on),
        }
    }
}

/// The circles in which threads wait for each other: each for the next one, the last for the first. Each begins with its
/// smallest id. A circle in which nobody waits for a lock is none of locks, and is left out.
pub(crate) fn lock_cycles(threads: &[StuckThread]) -> Vec<Vec<Tid>> {
    let thread = |tid: Tid| threads.iter().find(|thread| thread.tid == tid);
    let next = |thread: &StuckThread| thread.holder.or(thread.joins);
    let mut cycles: Vec<Vec<Tid>> = Vec::new();
    for start in threads {
        if cycles.iter().flatten().any(|tid| *tid == start.tid) {
            continue;
        }
        let mut way = vec![start.tid];
        let mut at = start;
        while let Some(next) = next(at).and_then(thread).filter(|_| way.len() <= threads.len()) {
            if next.tid == start.tid {
                cycles.push(way);
                break;
            }
            way.push(next.tid);
            at = next;
        }
    }
    cycles.retain(|cycle| cycle.iter().filter_map(|tid| thread(*tid)).any(|thread| thread.holder.is_some()));
    for cycle in &mut cycles {
        let first = cycle.iter().enumerate().min_by_key(|(_, tid)| **tid).map_or(0, |(place, _)| place);
        cycle.rotate_left(first);
    }
    cycles.sort();
    cycles
}

/// Circles of locks in words, such as `lock cycle of 3 threads`; none when there are none.
pub fn cycles_in_words(cycles: &[Vec<Tid>]) -> Option<String> {
    let sizes: Vec<String> = cycles.iter().map(|cycle| cycle.len().to_string()).collect();
    match (cycles, sizes.as_slice()) {
        ([], _) | (_, []) => None,
        ([alone], _) if alone.len() == 1 => Some("a thread waits for its own lock".to_owned()),
        (_, [size]) => Some(format!("lock cycle of {size} threads")),
        (_, [sizes @ .., last]) => Some(format!("lock cycles of {} and {last} threads", sizes.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::{StuckThread, Taken, cycles_in_words, lock_cycles};
    use crate::clock::VirtualInstant;

    fn waits(tid: u32, holder: Option<u32>, joins: Option<u32>) -> StuckThread {
        StuckThread { holder, joins, ..StuckThread::new(1, tid, "futex 0x1") }
    }

    #[test]
    fn a_circle_of_locks_is_found_and_who_waits_outside_of_it_is_not_in_it() {
        let threads = [
            waits(1, None, Some(4)),
            waits(2, Some(4), None),
            waits(3, Some(2), None),
            waits(4, Some(3), None),
            waits(5, Some(2), None),
        ];
        assert_eq!(lock_cycles(&threads), [[2, 4, 3]]);
    }

    #[test]
    fn two_circles_are_two_and_one_who_waits_for_itself_is_one() {
        let threads =
            [waits(2, Some(3), None), waits(3, Some(2), None), waits(4, Some(4), None), waits(5, Some(9), None)];
        assert_eq!(lock_cycles(&threads), [vec![2, 3], vec![4]]);
    }

    #[test]
    fn a_join_can_be_part_of_a_circle_and_joins_alone_are_none() {
        assert_eq!(lock_cycles(&[waits(1, None, Some(2)), waits(2, Some(1), None)]), [[1, 2]]);
        assert!(lock_cycles(&[waits(1, None, Some(2)), waits(2, None, Some(1))]).is_empty());
        assert!(lock_cycles(&[waits(1, None, None), waits(2, Some(7), None)]).is_empty());
    }

    #[test]
    fn circles_are_counted_in_words() {
        let words = |sizes: &[usize]| cycles_in_words(&sizes.iter().map(|size| vec![0; *size]).collect::<Vec<_>>());
        assert_eq!(words(&[]), None);
        assert_eq!(words(&[3]).as_deref(), Some("lock cycle of 3 threads"));
        assert_eq!(words(&[2, 3, 2]).as_deref(), Some("lock cycles of 2, 3 and 2 threads"));
        assert_eq!(words(&[1]).as_deref(), Some("a thread waits for its own lock"));
    }

    #[test]
    fn what_is_known_of_a_lock_is_said_and_no_more() {
        let known = |taken| StuckThread { taken, ..waits(2, Some(3), None) }.waits();
        assert_eq!(waits(2, None, None).waits(), "waits on futex 0x1");
        assert_eq!(waits(2, None, Some(3)).waits(), "waits for thread 3 to end");
        assert_eq!(waits(2, Some(2), None).waits(), "waits for a lock that it holds itself");
        assert_eq!(known(None), "waits for the lock that thread 3 holds");
        let t = Some(VirtualInstant::from_nanos(2_000_000));
        assert_eq!(known(Some(Taken::default())), "waits for the lock that thread 3 holds");
        let after = Some("a line".to_owned());
        assert!(known(Some(Taken { t: None, after })).ends_with("holds (taken after it wrote `a line`)"));
        let line = "x".repeat(70);
        assert_eq!(known(Some(Taken { t, after: None })), "waits for the lock that thread 3 holds (taken at 0.002 s)");
        let said = known(Some(Taken { t, after: Some(line) }));
        assert!(said.ends_with(&format!("(taken at 0.002 s, after it wrote `{}…`)", "x".repeat(60))), "{said}");
    }
}
