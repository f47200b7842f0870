//! How it goes, on standard error, for whatever takes longer than a second.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::Console;
use super::console::{self, Verbosity};
use crate::event::{EventSink, GradeEvent};

/// Who waits less than this needs no progress.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a terminal is drawn.
const FRAME: Duration = Duration::from_millis(100);
/// How often a line is written where there is no terminal.
const REMINDER: Duration = Duration::from_secs(10);

/// Listens to the grading and shows how it goes: on a terminal one line that changes, elsewhere a line now and then.
pub(crate) struct ProgressLine {
    shared: Arc<Shared>,
    painter: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    /// A long piece of set-up, and its present step.
    setup: Option<(String, String)>,
    /// What is graded.
    task: String,
    done: u32,
    all: u32,
    /// Of what there are so many.
    unit: &'static str,
    /// Since when there is something to tell.
    since: Option<Instant>,
    bar: Option<ProgressBar>,
    ended: bool,
}

impl ProgressLine {
    /// Begins to listen. Quiet: nothing is ever shown.
    pub(crate) fn start(console: &Console) -> Self {
        let shared = Arc::new(Shared { state: Mutex::default(), wake: Condvar::new() });
        let painter = (console.verbosity > Verbosity::Quiet).then(|| {
            let shared = Arc::clone(&shared);
            let terminal = console::can_redraw();
            let talker = console.talker();
            std::thread::spawn(move || shared.paint(terminal, &|line: &str| talker.say(line)))
        });
        Self { shared, painter }
    }

    /// Says what is going on, for work that sends no events.
    pub(crate) fn show(&self, task: String, done: u32, all: u32, unit: &'static str) {
        let mut state = self.shared.lock();
        state.since.get_or_insert_with(Instant::now);
        (state.task, state.done, state.all, state.unit) = (task, done, all, unit);
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.wake.notify_all();
        if let Some(painter) = self.painter.take() {
            let _a_panic_was_reported = painter.join();
        }
    }
}

impl EventSink for ProgressLine {
    fn emit(&self, event: GradeEvent) {
        let mut state = self.shared.lock();
        match event {
            GradeEvent::SetupStarted { what } => {
                state.since = Some(Instant::now());
                state.setup = Some((what, String::new()));
            }
            GradeEvent::SetupProgress { step: now } => {
                if let Some((_, step)) = &mut state.setup {
                    *step = now;
                }
            }
            GradeEvent::SetupFinished { .. } => {
                state.since = Some(Instant::now());
                state.setup = None;
            }
            GradeEvent::ExerciseStarted { exercise, language, runs } => {
                state.since = Some(Instant::now());
                state.task = format!("grading {exercise} ({language})");
                (state.done, state.all, state.unit) = (0, runs, "runs");
            }
            GradeEvent::Built { .. } => {}
            GradeEvent::RunFinished { .. } => state.done += 1,
            GradeEvent::ExerciseFinished { .. } => state.since = None,
        }
    }
}

/// Lets only the events of a set-up through, for commands that grade much and tell of it in their own way.
pub(crate) struct SetUpOnly<'a>(pub(crate) &'a ProgressLine);

impl EventSink for SetUpOnly<'_> {
    fn emit(&self, event: GradeEvent) {
        if matches!(
            event,
            GradeEvent::SetupStarted { .. } | GradeEvent::SetupProgress { .. } | GradeEvent::SetupFinished { .. }
        ) {
            self.0.emit(event);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn paint(&self, terminal: bool, say: &dyn Fn(&str)) {
        let mut said: Option<(String, Instant)> = None;
        let mut state = self.lock();
        while !state.ended {
            state = self.wake.wait_timeout(state, FRAME).unwrap_or_else(PoisonError::into_inner).0;
            let due = state.since.is_some_and(|since| since.elapsed() >= PATIENCE) && !state.ended;
            if terminal {
                state.draw(due);
            } else if due {
                let topic = state.setup.as_ref().map_or_else(|| state.task.clone(), |(what, _)| what.clone());
                let fresh = said.as_ref().is_none_or(|(last, at)| *last != topic || at.elapsed() >= REMINDER);
                if fresh {
                    say(&format!("{} …\n", state.text()));
                    said = Some((topic, Instant::now()));
                }
            }
        }
        state.draw(false);
    }
}

impl State {
    fn text(&self) -> String {
        match &self.setup {
            Some((what, step)) if step.is_empty() => what.clone(),
            Some((what, step)) => format!("{what}: {step}"),
            None if self.all > 1 => format!("{}: {} of {} {}", self.task, self.done, self.all, self.unit),
            None => self.task.clone(),
        }
    }

    fn draw(&mut self, due: bool) {
        match (&self.bar, due) {
            (Some(bar), true) => {
                bar.set_message(self.text());
                bar.tick();
            }
            (None, true) => {
                let bar = ProgressBar::new_spinner();
                if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
                    bar.set_style(style);
                }
                bar.set_message(self.text());
                self.bar = Some(bar);
            }
            (Some(bar), false) => {
                bar.finish_and_clear();
                self.bar = None;
            }
            (None, false) => {}
        }
    }
}
