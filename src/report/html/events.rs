use serde::Serialize;

use super::timeline::{Kept, Stage, Violation, exact};
use crate::report::{trace_text, words};
use crate::trace::EventKind;

/// The most characters of one row.
const MOST_TEXT: usize = 500;

/// A row of the table of what happened.
#[derive(Debug, Serialize)]
pub(super) struct EventRow {
    event: u64,
    when: String,
    who: String,
    colour: Option<usize>,
    what: String,
    class: &'static str,
    /// How many events before it are not in the table.
    gap: usize,
    /// Names of failed checks that point at it.
    failed: Vec<String>,
}

/// The table of what happened: for who cannot see the drawing, and who wants the words.
pub(super) fn rows(stage: &Stage<'_>, kept: &Kept, violations: &[Violation]) -> Vec<EventRow> {
    let mut rows = Vec::new();
    let mut next = 0;
    for place in &kept.events {
        let event = &stage.trace().events[*place];
        let gap = place - next;
        next = place + 1;
        let failed: Vec<String> = violations
            .iter()
            .filter(|violation| violation.events.contains(place))
            .map(|violation| violation.name.clone())
            .collect();
        let who = match event.kind {
            EventKind::Http { .. } => "HTTP server".to_owned(),
            _ => stage.cast().label(event.pid, event.tid),
        };
        let mut push = |who: String, colour, what: &str, class| {
            let (what, more) = words::cut(what, MOST_TEXT);
            rows.push(EventRow {
                event: event.seq,
                when: exact(event.t),
                who,
                colour,
                what: if more { format!("{what}… (cut)") } else { what.to_owned() },
                class,
                gap,
                failed: failed.clone(),
            });
        };
        let class = match &event.kind {
            EventKind::Line { fd: 1, .. } => "out",
            EventKind::Line { .. } => "err",
            EventKind::Stuck { .. } | EventKind::Zombie { .. } | EventKind::Exit { signal: Some(_), .. } => "bad",
            _ => "quiet",
        };
        let Some(what) = trace_text::happened(event, stage.cast()) else {
            push(who, stage.colour(event), "wakes", class);
            continue;
        };
        push(who, stage.colour(event), &what, class);
        if let EventKind::Stuck { threads, .. } = &event.kind {
            for thread in threads {
                let what = crate::report::harmless(&thread.waits());
                push(stage.cast().label(thread.pid, thread.tid), None, &what, "bad");
            }
        }
    }
    rows
}
