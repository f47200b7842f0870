use std::collections::BTreeMap;

use super::violation::Violation;
use super::{AXIS, LANE, Lane};
use crate::report::cast::{Actor, Cast};
use crate::report::class::Shown;
use crate::report::harmless;
use crate::trace::query::{Request, requests};
use crate::trace::{Event, EventKind, Pid, Tid, Trace};

/// The most lanes of threads; the rest is counted.
const MOST_LANES: usize = 48;
/// The most rows of requests.
const MOST_REQUEST_ROWS: usize = 12;
/// How many colours the style has.
const COLOURS: usize = 8;
/// The most characters of a name.
const MOST_NAME: usize = 40;

/// Who is drawn, and in which lane.
pub(in crate::report::html) struct Stage<'a> {
    trace: &'a Trace,
    cast: &'a Cast,
    /// Of each actor its lane, when it has one.
    places: Vec<Option<u64>>,
    /// Actors by their ids, in the order of birth.
    by_id: BTreeMap<(Pid, Tid), Vec<usize>>,
    /// Requests with their rows.
    pub(super) requests: Vec<(Request<'a>, u64)>,
    request_rows: u64,
    left_out: usize,
}

impl<'a> Stage<'a> {
    pub(super) fn new(shown: &'a Shown, cast: &'a Cast, violations: &[Violation]) -> Self {
        let actors = cast.actors();
        let mut by_id: BTreeMap<(Pid, Tid), Vec<usize>> = BTreeMap::new();
        for (place, actor) in actors.iter().enumerate() {
            by_id.entry((actor.pid, actor.tid)).or_default().push(place);
        }
        // Whoever is part of what went wrong is drawn, however many there are.
        let involved = |actor: &Actor| {
            actor.stuck || actor.killed.is_some() || violations.iter().any(|found| found.involves(actor.pid, actor.tid))
        };
        let mut order: Vec<usize> = (0..actors.len()).collect();
        order.sort_by_key(|place| !involved(&actors[*place]));
        order.truncate(MOST_LANES);
        order.sort_unstable();
        let mut places = vec![None; actors.len()];
        for (lane, place) in (0..).zip(&order) {
            places[*place] = Some(lane);
        }
        let (requests, request_rows) = rows(requests(&shown.trace), cast.end.as_nanos());
        let left_out = actors.len() - order.len();
        Self { trace: &shown.trace, cast, places, by_id, requests, request_rows, left_out }
    }

    pub(in crate::report::html) const fn trace(&self) -> &'a Trace {
        self.trace
    }

    pub(in crate::report::html) const fn cast(&self) -> &'a Cast {
        self.cast
    }

    /// The end of the run, in virtual nanoseconds.
    pub(super) const fn end(&self) -> u64 {
        self.cast.end.as_nanos()
    }

    /// Everybody who is drawn.
    pub(super) fn actors(&self) -> impl Iterator<Item = &'a Actor> {
        self.cast.actors().iter().zip(&self.places).filter_map(|(actor, place)| place.map(|_| actor))
    }

    pub(super) fn lane_count(&self) -> u64 {
        self.places.iter().flatten().count() as u64 + self.request_rows
    }

    /// The upper edge of the lane in which this thread is drawn at this time.
    pub(super) fn y(&self, pid: Pid, tid: Tid, at: u64) -> Option<u64> {
        let places = self.by_id.get(&(pid, tid))?;
        let born = |place: &&usize| self.cast.actors()[**place].born.as_nanos() <= at;
        let place = places.iter().rev().find(born).or(places.first())?;
        self.places[*place].map(lane_y)
    }

    /// The upper edge of the lane of the one who started an actor.
    pub(super) fn y_of_parent(&self, actor: &Actor) -> Option<u64> {
        let parent = actor.parent?;
        let at = actor.born.as_nanos();
        self.y(actor.pid, parent, at).filter(|_| actor.pid != actor.tid).or_else(|| self.y(parent, parent, at))
    }

    /// The upper edge of a row of requests.
    pub(super) fn request_y(&self, row: u64) -> u64 {
        lane_y(self.places.iter().flatten().count() as u64 + row)
    }

    pub(super) fn lanes(&self) -> Vec<Lane> {
        let mut lanes = Vec::new();
        let mut last_process = None;
        for actor in self.actors() {
            let first = last_process != Some(actor.pid);
            last_process = Some(actor.pid);
            let name = match (actor.pid, first) {
                (0, _) => "program".to_owned(),
                (_, true) => self.cast.label(actor.pid, actor.tid),
                (_, false) => format!("thread {}", actor.tid),
            };
            let place = lanes.len();
            lanes.push(Lane {
                y: lane_y(place as u64),
                name: crate::report::words::cut(&name, MOST_NAME).0.to_owned(),
                title: who(actor, self.cast),
                colour: place % COLOURS,
                first,
            });
        }
        for row in 0..self.request_rows {
            lanes.push(Lane {
                y: self.request_y(row),
                name: if row == 0 { "HTTP requests".to_owned() } else { String::new() },
                title: "requests as the server saw them".to_owned(),
                colour: COLOURS,
                first: row == 0,
            });
        }
        lanes
    }

    /// The colour of the thread that did something.
    pub(in crate::report::html) fn colour(&self, event: &Event) -> Option<usize> {
        if matches!(event.kind, EventKind::Http { .. }) {
            return Some(COLOURS);
        }
        let y = self.y(event.pid, event.tid, event.t.as_nanos())?;
        usize::try_from((y - AXIS) / LANE).ok().map(|lane| lane % COLOURS)
    }

    /// What was left out.
    pub(super) fn note(&self) -> Option<String> {
        (self.left_out > 0)
            .then(|| format!("{} more threads lived in this run; the table below has what they did.", self.left_out))
    }
}

const fn lane_y(lane: u64) -> u64 {
    AXIS + LANE * lane
}

/// Who a lane is, in a sentence.
fn who(actor: &Actor, cast: &Cast) -> String {
    let mut text = cast.label(actor.pid, actor.tid);
    if let Some(parent) = actor.parent {
        text.push_str(&format!(", started by {parent} at {}", actor.born));
    }
    if let Some(died) = actor.died {
        text.push_str(&format!(", ended at {died}"));
    }
    harmless(&text)
}

/// Puts requests into rows, each into the first that is free again.
fn rows(requests: Vec<Request<'_>>, end: u64) -> (Vec<(Request<'_>, u64)>, u64) {
    let mut free: Vec<u64> = Vec::new();
    let mut placed = Vec::new();
    for request in requests {
        let (from, to) = (request.began.t.as_nanos(), request.ended.map_or(end, |ended| ended.t.as_nanos()));
        let row = free.iter().position(|until| *until <= from).unwrap_or(free.len());
        if row >= MOST_REQUEST_ROWS {
            continue;
        }
        if row == free.len() {
            free.push(to);
        }
        free[row] = to;
        placed.push((request, row as u64));
    }
    let rows = free.len() as u64;
    (placed, rows)
}
