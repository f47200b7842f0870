//! A batch on a terminal: the bar, and below it what each worker does.

use std::cell::RefCell;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::progress::State;
use crate::event::WorkerStatus;

/// More lines than this nobody reads.
const MOST: usize = 8;

/// The bar and the lines below it.
pub(super) struct Bars {
    all: MultiProgress,
    bar: ProgressBar,
    lines: RefCell<Vec<ProgressBar>>,
}

impl Bars {
    pub(super) fn new() -> Self {
        let all = MultiProgress::new();
        let bar = all.add(ProgressBar::new(0));
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len}  {wide_msg}") {
            bar.set_style(style);
        }
        Self { all, bar, lines: RefCell::default() }
    }

    pub(super) fn draw(&self, state: &State, workers: &[WorkerStatus]) {
        self.bar.set_length(state.all as u64);
        self.bar.set_position(state.done as u64);
        let parts = [Some(state.tally.words()).filter(|words| !words.is_empty()), state.pace()];
        self.bar.set_message(parts.into_iter().flatten().collect::<Vec<_>>().join("; "));
        let mut lines = self.lines.borrow_mut();
        let mut count = 0;
        for text in workers.iter().take(MOST).map(|worker| state.doing(worker)) {
            if count == lines.len() {
                lines.push(self.line());
            }
            lines[count].set_message(text);
            lines[count].tick();
            count += 1;
        }
        for line in lines.drain(count..) {
            line.finish_and_clear();
            self.all.remove(&line);
        }
    }

    fn line(&self) -> ProgressBar {
        let line = self.all.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {wide_msg}") {
            line.set_style(style);
        }
        line
    }

    pub(super) fn clear(&self) {
        let _nobody_to_tell = self.all.clear();
    }
}
