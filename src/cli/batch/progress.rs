//! How a batch goes, on standard error: on a terminal a bar with what is under way below it, elsewhere a line now and
//! then.

use std::io::IsTerminal;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::bars::Bars;
use crate::batch::{BatchEvent, Unit, Watcher};
use crate::check::verdict::Verdict;
use crate::cli::Console;
use crate::cli::console::Verbosity;
use crate::report::harmless;

/// How often a terminal is drawn.
const FRAME: Duration = Duration::from_millis(100);
/// How often a line is written where there is no terminal.
const REMINDER: Duration = Duration::from_secs(5);

/// Shows how a batch goes until it is dropped.
pub(super) struct Progress {
    shared: Arc<Shared>,
    painter: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

/// What is known of a batch under way.
pub(super) struct State {
    names: Vec<Name>,
    /// What is under way, in the order in which it began.
    pub(super) active: Vec<Active>,
    /// How many submissions there are, each student's counted.
    pub(super) all: usize,
    /// How many of them are finished.
    pub(super) done: usize,
    /// How they came out.
    pub(super) tally: Tally,
    began: Instant,
    ended: bool,
}

/// How a unit is called, and for how many submissions it stands.
struct Name {
    text: String,
    students: usize,
}

/// A unit under way.
pub(super) struct Active {
    unit: usize,
    built: bool,
    runs: u32,
    ran: u32,
}

/// How many came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) build_failed: usize,
    pub(super) inconclusive: usize,
    pub(super) grader_error: usize,
}

impl Tally {
    pub(super) fn add(&mut self, verdict: Verdict, count: usize) {
        *match verdict {
            Verdict::Passed => &mut self.passed,
            Verdict::Failed => &mut self.failed,
            Verdict::BuildFailed => &mut self.build_failed,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::GraderError => &mut self.grader_error,
        } += count;
    }

    /// In words; what there is none of is left out.
    pub(super) fn words(self) -> String {
        let parts = [
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.build_failed, "did not build"),
            (self.inconclusive, "could not be decided"),
            (self.grader_error, "could not be graded"),
        ];
        let some: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        some.join(", ")
    }
}

impl Progress {
    /// Begins to show. Quiet: nothing is ever shown.
    pub(super) fn start(units: &[&Unit<'_>], console: &Console) -> Self {
        let names: Vec<Name> = units.iter().map(|unit| name(unit)).collect();
        let state = State {
            all: names.iter().map(|name| name.students).sum(),
            names,
            active: Vec::new(),
            done: 0,
            tally: Tally::default(),
            began: Instant::now(),
            ended: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new() });
        let painter = (console.verbosity > Verbosity::Quiet).then(|| {
            let shared = Arc::clone(&shared);
            let talker = console.talker();
            let terminal = std::io::stderr().is_terminal();
            std::thread::spawn(
                move || {
                    if terminal { shared.draw() } else { shared.tell(&|line: &str| talker.say(line)) }
                },
            )
        });
        Self { shared, painter }
    }
}

/// `anna and 2 more: ex07_race (rust)`.
fn name(unit: &Unit<'_>) -> Name {
    let first = harmless(unit.students.first().copied().unwrap_or_default());
    let who = match unit.students.len() {
        0 | 1 => first,
        more => format!("{first} and {} more", more - 1),
    };
    Name { text: format!("{who}: {} ({})", unit.exercise.id, unit.language), students: unit.students.len() }
}

impl Watcher for Progress {
    fn note(&self, event: BatchEvent<'_>) {
        let mut state = self.shared.lock();
        match event {
            BatchEvent::Started { unit, runs } => state.active.push(Active { unit, built: false, runs, ran: 0 }),
            BatchEvent::Built { unit } => {
                if let Some(active) = state.active(unit) {
                    active.built = true;
                }
            }
            BatchEvent::Ran { unit } => {
                if let Some(active) = state.active(unit) {
                    active.ran += 1;
                }
            }
            BatchEvent::Finished { unit, result } => {
                let students = state.names.get(unit).map_or(1, |name| name.students);
                state.active.retain(|active| active.unit != unit);
                state.done += students;
                state.tally.add(result.verdict, students);
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.wake.notify_all();
        if let Some(painter) = self.painter.take() {
            let _a_panic_was_reported = painter.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self) {
        let bars = Bars::new();
        let mut state = self.lock();
        while !state.ended {
            bars.draw(&state);
            state = self.wake.wait_timeout(state, FRAME).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        bars.clear();
    }

    fn tell(&self, say: &dyn Fn(&str)) {
        let mut state = self.lock();
        let mut said = Instant::now();
        while !state.ended {
            state = self.wake.wait_timeout(state, FRAME).unwrap_or_else(PoisonError::into_inner).0;
            if said.elapsed() >= REMINDER && !state.ended {
                let line = format!("grading {} …\n", state.line());
                said = Instant::now();
                drop(state);
                say(&line);
                state = self.lock();
            }
        }
    }
}

impl State {
    fn active(&mut self, unit: usize) -> Option<&mut Active> {
        self.active.iter_mut().find(|active| active.unit == unit)
    }

    /// `31 of 120: 12 passed, 19 failed; 2.1 a second, about 42 s left`.
    fn line(&self) -> String {
        let mut line = format!("{} of {}", self.done, self.all);
        let tally = self.tally.words();
        if !tally.is_empty() {
            line.push_str(&format!(": {tally}"));
        }
        if let Some(pace) = self.pace() {
            line.push_str(&format!("; {pace}"));
        }
        line
    }

    /// The rate, and how long the rest will take at it; none before anything is finished.
    pub(super) fn pace(&self) -> Option<String> {
        let passed = self.began.elapsed();
        if self.done == 0 || passed < Duration::from_millis(500) {
            return None;
        }
        let part = u32::try_from(self.done).unwrap_or(u32::MAX);
        let left = u32::try_from(self.all.saturating_sub(self.done)).unwrap_or(u32::MAX);
        let rate = f64::from(part) / passed.as_secs_f64();
        Some(format!("{rate:.1} a second, about {} left", rough(passed / part * left)))
    }

    /// What is under way, in words: `anna: ex07_race (rust), run 31 of 96`.
    pub(super) fn under_way(&self) -> impl Iterator<Item = String> {
        self.active.iter().map(|active| {
            let name = self.names.get(active.unit).map_or("", |name| name.text.as_str());
            match (active.ran, active.runs) {
                // Whether its turn has come, the pool knows.
                (0, _) if !active.built => format!("{name}, not built yet"),
                (0, _) => format!("{name}, built"),
                (ran, runs) if ran <= runs => format!("{name}, run {ran} of {runs}"),
                // On the machine's clock once more.
                (ran, _) => format!("{name}, run {ran}"),
            }
        })
    }
}

/// A time as one says it.
fn rough(time: Duration) -> String {
    match time.as_secs() {
        0..=119 => format!("{} s", time.as_secs()),
        120..=7199 => format!("{} min", time.as_secs() / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}
