//! The timeline of a run as a drawing: threads and processes as lanes over virtual time.
//!
//! Everything is computed here, to the pixel, so that the page needs no script to show it; the script only stretches it.
//! The drawing is plain data, which the template turns into SVG with every text escaped. A trace may be as long as a
//! program can make it: lanes, marks and labels are capped, what a failed check points at is always kept, and what was
//! left out is said.

mod marks;
mod scale;
mod sections;
mod stage;
mod thin;
mod violation;

use std::collections::BTreeMap;

use serde::Serialize;

pub(super) use marks::exact;
use scale::Scale;
pub(super) use stage::Stage;
pub(super) use thin::Kept;
pub(super) use violation::Violation;

use super::events::{EventRow, rows};

use crate::check::verdict::ExerciseResult;
use crate::report::cast::Cast;
use crate::report::class::{ExerciseFacts, Shown};

/// Pixels: the axis above the lanes, a lane, and where in it things stand.
const AXIS: u64 = 40;
const LANE: u64 = 46;
const LIFE: (u64, u64) = (29, 6);
const SLEEP: (u64, u64) = (25, 14);
const SECTION: (u64, u64) = (21, 22);
const DOT: u64 = 32;
const LABEL: (u64, u64) = (3, 16);

/// The whole drawing.
#[derive(Debug, Default, Serialize)]
pub(super) struct Drawing {
    /// Pixels.
    width: u64,
    height: u64,
    axis: u64,
    /// Virtual nanoseconds and where they stand: what lies between is drawn in proportion.
    knots: Vec<(u64, u64)>,
    lanes: Vec<Lane>,
    ticks: Vec<Tick>,
    folds: Vec<Mark>,
    spans: Vec<Mark>,
    arrows: Vec<Arrow>,
    marks: Vec<Mark>,
    labels: Vec<Mark>,
    violations: Vec<Violation>,
    /// What was left out, in sentences.
    notes: Vec<String>,
    /// What the drawing says, for who cannot see it.
    summary: String,
    /// Classes of things that the drawing holds, for the legend.
    legend: Vec<&'static str>,
}

/// One thread, process or row of requests.
#[derive(Debug, Serialize)]
struct Lane {
    y: u64,
    name: String,
    /// What else is known: who started it.
    title: String,
    colour: usize,
    /// Whether it is the first of its process.
    first: bool,
}

/// A time of the axis.
#[derive(Debug, Serialize)]
struct Tick {
    x: u64,
    t: u64,
    label: String,
    major: bool,
}

/// Something with a beginning and an end, or (without a width) at one moment.
#[derive(Clone, Debug, Default, Serialize)]
struct Mark {
    class: String,
    x: u64,
    y: u64,
    width: u64,
    height: u64,
    /// Virtual nanoseconds.
    from: u64,
    to: u64,
    label: String,
    title: String,
    /// Pixels to the right of its moment: several things that a thread did at one instant stand side by side.
    shift: u64,
    /// The event's place in the run, which the table of events knows too.
    event: Option<u64>,
}

/// Who started whom.
#[derive(Debug, Serialize)]
struct Arrow {
    x: u64,
    t: u64,
    from: u64,
    to: u64,
}

/// A run as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    drawing: Drawing,
    rows: Vec<EventRow>,
}

/// Draws a run, with what failed in it marked, and lists what happened in it.
pub(super) fn drawn(shown: &Shown, result: &ExerciseResult, facts: &ExerciseFacts) -> Timeline {
    let cast = Cast::of(&shown.trace);
    let violations = violation::of(shown, result);
    let kept = thin::choose(&shown.trace, &violations);
    let stage = Stage::new(shown, &cast, &violations);
    let rows = rows(&stage, &kept, &violations);
    let scale = Scale::new(&times(&stage, &kept), stage.end());
    let mut drawing = Drawing {
        axis: AXIS,
        width: scale.width(),
        height: AXIS + LANE * stage.lane_count() + 8,
        knots: scale.knots().to_vec(),
        lanes: stage.lanes(),
        ticks: scale.ticks(),
        folds: scale.folds(),
        ..Drawing::default()
    };
    drawing.notes.extend(stage.note());
    drawing.notes.extend(kept.note.clone());
    sections::draw(&mut drawing, &stage, &scale, facts, result);
    marks::lives(&mut drawing, &stage, &scale);
    marks::requests(&mut drawing, &stage, &scale);
    marks::events(&mut drawing, &stage, &scale, &kept);
    drawing.violations = violation::place(violations, &stage, &scale, &drawing.marks);
    drawing.legend = legend(&drawing);
    drawing.summary = summary(&drawing, &stage);
    Timeline { drawing, rows }
}

/// All moments at which something is drawn, with the pixels that what stands side by side there needs.
fn times(stage: &Stage<'_>, kept: &Kept) -> BTreeMap<u64, u64> {
    let mut times = BTreeMap::new();
    for actor in stage.actors() {
        times.insert(actor.born.as_nanos(), 0);
        times.extend(actor.died.map(|died| (died.as_nanos(), 0)));
    }
    for (request, _) in &stage.requests {
        times.insert(request.began.t.as_nanos(), 0);
        times.extend(request.ended.map(|ended| (ended.t.as_nanos(), 0)));
    }
    times.extend(kept.events.iter().map(|place| (stage.trace().events[*place].t.as_nanos(), 0)));
    for (event, shift) in marks::shifts(stage, kept) {
        let room = times.entry(event.t.as_nanos()).or_default();
        *room = shift.max(*room);
    }
    times
}

fn legend(drawing: &Drawing) -> Vec<&'static str> {
    let has = |class: &str| {
        let holds = |mark: &Mark| mark.class.split(' ').any(|word| word == class);
        drawing.spans.iter().any(holds) || drawing.marks.iter().any(holds)
    };
    ["life", "sleep", "wait", "section", "clash", "stuck", "request", "out", "err", "killed", "zombie"]
        .into_iter()
        .filter(|class| has(class))
        .chain((!drawing.violations.is_empty()).then_some("violation"))
        .collect()
}

fn summary(drawing: &Drawing, stage: &Stage<'_>) -> String {
    let lanes = drawing.lanes.len();
    let mut text = format!(
        "{lanes} {} over {} of virtual time.",
        if lanes == 1 { "lane" } else { "lanes" },
        crate::clock::VirtualDuration::from_nanos(stage.end())
    );
    for violation in &drawing.violations {
        text.push_str(&format!(" Failed, {}: {}.", violation.when, violation.name));
    }
    text
}
