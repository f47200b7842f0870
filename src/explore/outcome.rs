use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::noise::without_noise;
use crate::trace::{Ended, EventKind, ExitStatus, LimitKind, Tid, Trace};

/// The name of the format.
pub const SCHEMA: &str = "grade/explore/v1";

/// All outcomes of a program under the schedules that were tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Exploration {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// How many schedules were tried.
    pub schedules: u64,
    /// How many of them we ended by our limit of real time though the program was not known to run away: they tell nothing, and are
    /// in no outcome.
    #[serde(default, skip_serializing_if = "crate::trace::is_zero")]
    pub unfinished: u64,
    /// The different outcomes, by the smallest seed of each.
    pub outcomes: Vec<Outcome>,
}

/// What some of the schedules led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outcome {
    /// How many schedules did.
    pub count: u64,
    /// The smallest seed that does.
    pub seed: u64,
    /// The program's own exit; none when it was ended.
    pub exit: Option<ExitStatus>,
    /// Why it ended.
    pub ended: Ended,
    /// The last line that it wrote to its standard output (or error, when there is none).
    pub last_line: Option<String>,
    /// Of a deadlock: the circles of threads that wait for each other's locks, where they are known, by birth of the threads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cycles: Vec<Vec<Tid>>,
}

/// A run that we ended ran away when it took so many times what the longest took that ended otherwise. Below, it may have been as
/// right as the others and only late: a schedule costs, and the machine may be slow.
const RAN_AWAY: u64 = 10;

/// What makes two outcomes the same: how it ended, and which lines were written how often, in whatever order and at whatever addresses.
type Same = (&'static str, Option<(u8, i32)>, Vec<(u8, String)>);

/// Outcomes as they come in: of each run only what tells it from others is kept, for a trace may be as long as the run was.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    schedules: u64,
    known: BTreeMap<Same, Outcome>,
    /// Runs that we ended, and for how long they had gone on, in real nanoseconds.
    ended_by_us: Vec<(u64, Same, Outcome)>,
    /// Real nanoseconds of the longest of the others.
    longest: u64,
}

impl Outcomes {
    /// Another run, and its seed.
    pub(super) fn add(&mut self, seed: u64, trace: &Trace) {
        self.schedules += 1;
        let of_this = Outcome {
            count: 1,
            seed,
            exit: trace.end.exit,
            ended: trace.end.ended,
            last_line: last_line(trace),
            cycles: Vec::new(),
        };
        if (trace.end.ended, trace.end.limit) == (Ended::Limit, Some(LimitKind::RealTime)) {
            self.ended_by_us.push((trace.end.real, same(trace), of_this));
        } else {
            self.longest = self.longest.max(trace.end.real);
            self.count(same(trace), of_this);
        }
    }

    fn count(&mut self, same: Same, one: Outcome) {
        match self.known.entry(same) {
            Entry::Vacant(entry) => {
                entry.insert(one);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.count += one.count;
                if one.seed < known.seed {
                    (known.seed, known.last_line) = (one.seed, one.last_line);
                }
            }
        }
    }

    /// All of them, by the smallest seed of each.
    pub(super) fn finish(mut self) -> Exploration {
        let mut unfinished = 0;
        for (real, same, one) in std::mem::take(&mut self.ended_by_us) {
            // Where none came to an end by itself, that is what the program does.
            if real > self.longest.saturating_mul(RAN_AWAY) {
                self.count(same, one);
            } else {
                unfinished += 1;
            }
        }
        let mut outcomes: Vec<Outcome> = self.known.into_values().collect();
        outcomes.sort_by_key(|outcome| outcome.seed);
        Exploration { schema: SCHEMA, schedules: self.schedules, unfinished, outcomes }
    }
}

impl Exploration {
    /// Puts runs together; each with its seed.
    pub fn of<'t>(runs: impl IntoIterator<Item = (u64, &'t Trace)>) -> Self {
        let mut outcomes = Outcomes::default();
        for (seed, trace) in runs {
            outcomes.add(seed, trace);
        }
        outcomes.finish()
    }
}

/// The JSON Schema of `grade/explore/v1`.
pub fn schema() -> Schema {
    schema_for!(Exploration)
}

fn lines(trace: &Trace) -> impl DoubleEndedIterator<Item = (u8, &str)> {
    trace.events.iter().filter_map(|event| match &event.kind {
        EventKind::Line { fd, text, .. } => Some((*fd, text.as_str())),
        _ => None,
    })
}

fn same(trace: &Trace) -> Same {
    let ended = match trace.end.ended {
        Ended::Exit => "exit",
        Ended::Signal => "signal",
        Ended::Stuck => "stuck",
        Ended::NoProgress => "no-progress",
        Ended::Limit => "limit",
        Ended::Interrupted => "interrupted",
    };
    let exit = trace.end.exit.map(|exit| match exit {
        ExitStatus::Code(code) => (0, code),
        ExitStatus::Signal(signal) => (1, signal),
    });
    let mut lines: Vec<(u8, String)> = lines(trace).map(|(fd, text)| (fd, without_noise(text).into_owned())).collect();
    lines.sort();
    (ended, exit, lines)
}

/// Whether two runs came to the same.
pub(super) fn is_same_outcome(one: &Trace, other: &Trace) -> bool {
    same(one) == same(other)
}

fn last_line(trace: &Trace) -> Option<String> {
    let last = |wanted: u8| lines(trace).rev().find(|(fd, _)| *fd == wanted).map(|(_, text)| text.to_owned());
    last(1).or_else(|| last(2))
}

#[cfg(test)]
mod tests {
    use super::Exploration;
    use crate::trace::{Builder, Ended, LimitKind, Trace};

    fn run(lines: &[&str]) -> Trace {
        lines.iter().fold(Builder::new(), |trace, line| trace.line(*line)).exit(0, 0).build()
    }

    #[test]
    fn the_order_of_lines_makes_no_other_outcome_and_the_smallest_seed_stands_for_it() {
        let (one, two, other) = (run(&["a", "b"]), run(&["b", "a"]), run(&["a"]));
        let all = Exploration::of([(3, &other), (2, &two), (0, &one), (5, &other)]);
        assert_eq!(all.schedules, 4);
        let seen: Vec<_> = all.outcomes.iter().map(|o| (o.seed, o.count, o.last_line.as_deref())).collect();
        assert_eq!(seen, [(0, 2, Some("b")), (3, 2, Some("a"))]);
    }

    #[test]
    fn the_same_end_at_other_addresses_is_no_other_outcome() {
        let dump = |number: u32, at: &str| {
            run(&[&format!("goroutine {number} [sync.Mutex.Lock]:"), &format!("main.work({at}, 0x2)")])
        };
        let (one, two) = (dump(18, "0xc000012120"), dump(19, "0xc000090000"));
        assert_eq!(Exploration::of([(0, &one), (1, &two)]).outcomes.len(), 1);
    }

    /// A run that took so many real seconds; when it was not done, we ended it.
    fn took(seconds: u64, is_done: bool) -> Trace {
        let mut trace = run(&["a"]);
        trace.end.real = seconds * 1_000_000_000;
        if !is_done {
            (trace.end.ended, trace.end.exit, trace.end.limit) = (Ended::Limit, None, Some(LimitKind::RealTime));
        }
        trace
    }

    fn ends(runs: &[Trace]) -> (u64, Vec<(Ended, u64, u64)>) {
        let found = Exploration::of((0..).zip(runs));
        (found.unfinished, found.outcomes.iter().map(|outcome| (outcome.ended, outcome.seed, outcome.count)).collect())
    }

    #[test]
    fn a_run_that_we_ended_is_no_outcome_where_others_took_nearly_as_long() {
        let runs = [took(60, false), took(40, true), took(60, false), took(7, true)];
        assert_eq!(ends(&runs), (2, vec![(Ended::Exit, 1, 2)]));
    }

    #[test]
    fn a_run_that_we_ended_long_after_all_others_were_done_ran_away() {
        let runs = [took(1, true), took(60, false), took(60, false)];
        assert_eq!(ends(&runs), (0, vec![(Ended::Exit, 0, 1), (Ended::Limit, 1, 2)]));
    }

    #[test]
    fn where_no_run_ever_ends_that_is_the_outcome() {
        assert_eq!(ends(&[took(60, false), took(60, false)]), (0, vec![(Ended::Limit, 0, 2)]));
    }

    #[test]
    fn a_limit_of_the_program_s_own_clock_is_an_outcome() {
        let mut late = took(50, true);
        (late.end.ended, late.end.exit, late.end.limit) = (Ended::Limit, None, Some(LimitKind::Time));
        assert_eq!(ends(&[took(40, true), late]), (0, vec![(Ended::Exit, 0, 1), (Ended::Limit, 1, 1)]));
    }

    #[test]
    fn a_deadlock_is_another_outcome_than_an_exit() {
        let fine = run(&["a"]);
        let mut stuck = run(&["a"]);
        (stuck.end.ended, stuck.end.exit) = (Ended::Stuck, None);
        assert_eq!(Exploration::of([(0, &fine), (1, &stuck)]).outcomes.len(), 2);
    }
}
