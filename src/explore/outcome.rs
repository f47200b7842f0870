use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::noise::without_noise;
use crate::trace::{Ended, EventKind, ExitStatus, Tid, Trace};

/// The name of the format.
pub const SCHEMA: &str = "grade/explore/v1";

/// All outcomes of a program under the schedules that were tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Exploration {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// How many schedules were tried.
    pub schedules: u64,
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

/// What makes two outcomes the same: how it ended, and which lines were written how often, in whatever order and at whatever addresses.
type Same = (&'static str, Option<(u8, i32)>, Vec<(u8, String)>);

/// Outcomes as they come in: of each run only what tells it from others is kept, for a trace may be as long as the run was.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    schedules: u64,
    outcomes: BTreeMap<Same, Outcome>,
}

impl Outcomes {
    /// Another run, and its seed.
    pub(super) fn add(&mut self, seed: u64, trace: &Trace) {
        self.schedules += 1;
        let outcome = self.outcomes.entry(same(trace)).or_insert_with(|| Outcome {
            count: 0,
            seed,
            exit: trace.end.exit,
            ended: trace.end.ended,
            last_line: last_line(trace),
            cycles: Vec::new(),
        });
        outcome.count += 1;
        if seed < outcome.seed {
            outcome.seed = seed;
            outcome.last_line = last_line(trace);
        }
    }

    /// All of them, by the smallest seed of each.
    pub(super) fn finish(self) -> Exploration {
        let mut outcomes: Vec<Outcome> = self.outcomes.into_values().collect();
        outcomes.sort_by_key(|outcome| outcome.seed);
        Exploration { schema: SCHEMA, schedules: self.schedules, outcomes }
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

fn last_line(trace: &Trace) -> Option<String> {
    let last = |wanted: u8| lines(trace).rev().find(|(fd, _)| *fd == wanted).map(|(_, text)| text.to_owned());
    last(1).or_else(|| last(2))
}

#[cfg(test)]
mod tests {
    use super::Exploration;
    use crate::trace::{Builder, Ended, Trace};

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

    #[test]
    fn a_deadlock_is_another_outcome_than_an_exit() {
        let fine = run(&["a"]);
        let mut stuck = run(&["a"]);
        (stuck.end.ended, stuck.end.exit) = (Ended::Stuck, None);
        assert_eq!(Exploration::of([(0, &fine), (1, &stuck)]).outcomes.len(), 2);
    }
}
