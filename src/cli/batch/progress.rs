//! How a batch goes, on standard error: on a terminal a bar with what is under way below it, elsewhere a line now and
//! then.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::bars::Bars;
use crate::batch::{BatchEvent, Unit, Watcher};
use crate::check::verdict::Verdict;
use crate::cli::Console;
use crate::cli::console::{Verbosity, can_redraw};
use crate::event::WorkerStatus;
use crate::pool::Pool;

/// How often a terminal is drawn.
const FRAME: Duration = Duration::from_millis(100);
/// How often a line is written where there is no terminal.
const REMINDER: Duration = Duration::from_secs(5);

/// Shows how a batch goes.
pub(super) struct Progress {
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
    /// Has the work done, and shows meanwhile how far it is. Quiet: nothing is ever shown.
    pub(super) fn during<T>(units: &[&Unit<'_>], console: &Console, pool: &Pool, work: impl FnOnce(&Self) -> T) -> T {
        let names: Vec<Name> =
            units.iter().map(|unit| Name { text: unit.called(), students: unit.students.len() }).collect();
        let state = State {
            all: names.iter().map(|name| name.students).sum(),
            names,
            active: Vec::new(),
            done: 0,
            tally: Tally::default(),
            began: Instant::now(),
            ended: false,
        };
        let progress = Self { state: Mutex::new(state), wake: Condvar::new() };
        std::thread::scope(|scope| {
            if console.verbosity > Verbosity::Quiet {
                let talker = console.talker();
                let terminal = can_redraw();
                let progress = &progress;
                scope.spawn(
                    move || {
                        if terminal { progress.draw(pool) } else { progress.tell(&|line: &str| talker.say(line)) }
                    },
                );
            }
            // Also when the work panics: the scope waits for who shows it.
            let _end = End(&progress);
            work(&progress)
        })
    }
}

/// Ends the showing when it is dropped.
struct End<'a>(&'a Progress);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.wake.notify_all();
    }
}

impl Watcher for Progress {
    fn note(&self, event: BatchEvent<'_>) {
        let mut state = self.lock();
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

impl Progress {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self, pool: &Pool) {
        let bars = Bars::new();
        let mut state = self.lock();
        while !state.ended {
            bars.draw(&state, &pool.workers());
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

    /// What a worker does: `run anna: ex07_race (rust) (schedule 17), 31 of 96 runs done, for 3 s`.
    pub(super) fn doing(&self, worker: &WorkerStatus) -> String {
        let mut line = worker.job.clone();
        let of_it = |active: &&Active| self.names.get(active.unit).is_some_and(|name| line.contains(&name.text));
        if let Some(active) = self.active.iter().find(of_it).filter(|active| active.built && active.ran <= active.runs)
        {
            line.push_str(&format!(", {} of {} runs done", active.ran, active.runs));
        }
        let taken = worker.since.elapsed();
        if taken.as_secs() > 0 {
            line.push_str(&format!(", for {}", rough(taken)));
        }
        line
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Active, Name, State, Tally};
    use crate::check::verdict::Verdict;
    use crate::event::WorkerStatus;

    fn state() -> State {
        let name = |text: &str| Name { text: text.to_owned(), students: 1 };
        State {
            names: vec![name("anna: ex07_race (rust)"), name("bob: ex07_race (python)")],
            active: vec![
                Active { unit: 0, built: true, runs: 96, ran: 31 },
                Active { unit: 1, built: false, runs: 96, ran: 0 },
            ],
            all: 4,
            done: 2,
            tally: Tally::default(),
            began: Instant::now(),
            ended: false,
        }
    }

    #[test]
    fn a_line_says_what_a_worker_does_for_whom_how_far_that_is_and_since_when() {
        let since = Instant::now().checked_sub(Duration::from_secs(3)).unwrap();
        let doing = |job: &str, since| state().doing(&WorkerStatus { slot: 0, pid: 7, job: job.to_owned(), since });
        assert_eq!(
            doing("run anna: ex07_race (rust) (schedule 17)", since),
            "run anna: ex07_race (rust) (schedule 17), 31 of 96 runs done, for 3 s"
        );
        assert_eq!(doing("build bob: ex07_race (python)", Instant::now()), "build bob: ex07_race (python)");
    }

    #[test]
    fn the_tally_the_rate_and_the_time_that_is_left_are_told() {
        let mut state = state();
        state.tally.add(Verdict::Passed, 1);
        state.tally.add(Verdict::Failed, 1);
        state.began = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        assert_eq!(state.line(), "2 of 4: 1 passed, 1 failed; 0.2 a second, about 10 s left");
    }
}
