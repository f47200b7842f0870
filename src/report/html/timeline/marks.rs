use std::collections::BTreeMap;

use super::scale::Scale;
use super::stage::Stage;
use super::thin::Kept;
use super::{Arrow, DOT, Drawing, LABEL, LIFE, Mark, SECTION, SLEEP};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::report::{harmless, trace_text, words};
use crate::trace::{Event, EventKind};

/// The most characters of a line that stand in the drawing, and in its pop-up.
const MOST_LABEL: usize = 60;
const MOST_TITLE: usize = 300;
/// Pixels from one mark to the next of the same instant, and the most that they may need.
const BESIDE: u64 = 13;
const MOST_SHIFT: u64 = 156;
/// The most waits that are drawn.
const MOST_WAITS: usize = 1_000;

/// Lives, waits, and who started whom.
pub(super) fn lives(drawing: &mut Drawing, stage: &Stage<'_>, scale: &Scale) {
    let mut waits = 0;
    for actor in stage.actors() {
        let (from, to) = (actor.born.as_nanos(), actor.died.unwrap_or(stage.cast().end).as_nanos());
        let Some(y) = stage.y(actor.pid, actor.tid, from) else { continue };
        let name = stage.cast().label(actor.pid, actor.tid);
        drawing.spans.push(Mark {
            class: "life".to_owned(),
            title: format!("{name} lives from {} to {}", actor.born, actor.died.unwrap_or(stage.cast().end)),
            ..span(scale, y, LIFE, from, to)
        });
        for sleep in &actor.sleeps {
            waits += 1;
            if waits > MOST_WAITS {
                continue;
            }
            let (from, to) = (sleep.from.as_nanos(), sleep.to.as_nanos());
            let lasted = VirtualDuration::from_nanos(to - from);
            drawing.spans.push(Mark {
                class: "sleep".to_owned(),
                label: lasted.to_string(),
                title: format!(
                    "{name} waits for {lasted} from {}; it asked for {}",
                    sleep.from,
                    VirtualDuration::from_nanos(sleep.asked)
                ),
                ..span(scale, y, SLEEP, from, to)
            });
        }
        for wait in &actor.waits {
            waits += 1;
            if waits > MOST_WAITS {
                continue;
            }
            let (from, to) = (wait.from.as_nanos(), wait.to.as_nanos());
            let lasted = VirtualDuration::from_nanos(to - from);
            drawing.spans.push(Mark {
                class: "wait".to_owned(),
                title: format!(
                    "{name} waits for another thread, {lasted} from {}; on word {}, as who else waits on it",
                    wait.from, wait.on
                ),
                ..span(scale, y, SLEEP, from, to)
            });
        }
        if let Some(from) = stage.y_of_parent(actor).filter(|from| *from != y) {
            let at = actor.born.as_nanos();
            drawing.arrows.push(Arrow { x: scale.x(at), t: at, from: from + DOT, to: y + DOT });
        }
    }
    if waits > MOST_WAITS {
        drawing.notes.push(format!("{} more waits are not drawn.", waits - MOST_WAITS));
    }
}

/// Requests, each from its head to its answer.
pub(super) fn requests(drawing: &mut Drawing, stage: &Stage<'_>, scale: &Scale) {
    for (request, row) in &stage.requests {
        let (from, to) = (request.began.t, request.ended.map_or(stage.cast().end, |ended| ended.t));
        let what = harmless(&format!("{} {}", request.method, request.path));
        let how = match (request.status, request.ended) {
            (Some(status), _) => format!("answered with {status}"),
            (None, Some(_)) => "given up by the client".to_owned(),
            (None, None) => "never answered".to_owned(),
        };
        drawing.spans.push(Mark {
            class: "request".to_owned(),
            label: words::cut(&what, MOST_LABEL).0.to_owned(),
            title: format!("{}: from {from} to {to}, {how}", words::cut(&what, MOST_TITLE).0),
            event: Some(request.began.seq),
            ..span(scale, stage.request_y(*row), SECTION, from.as_nanos(), to.as_nanos())
        });
    }
}

/// Everything that is a mark, with how far it is shifted: the second thing that a thread did at one instant stands right
/// of the first, and so on.
pub(super) fn shifts<'a>(stage: &Stage<'a>, kept: &Kept) -> Vec<(&'a Event, u64)> {
    let mut taken: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    let mut found = Vec::new();
    for place in &kept.events {
        let event = &stage.trace().events[*place];
        let at = event.t.as_nanos();
        let Some(y) = stage.y(event.pid, event.tid, at).filter(|_| class(&event.kind).is_some()) else { continue };
        let shift = taken.entry((at, y)).or_default();
        found.push((event, (*shift).min(MOST_SHIFT)));
        *shift += BESIDE;
    }
    found
}

/// Lines and ends: what happens at one moment.
pub(super) fn events(drawing: &mut Drawing, stage: &Stage<'_>, scale: &Scale, kept: &Kept) {
    let mut last_label: BTreeMap<u64, usize> = BTreeMap::new();
    for (event, shift) in shifts(stage, kept) {
        let at = event.t.as_nanos();
        let (Some(y), Some(class)) = (stage.y(event.pid, event.tid, at), class(&event.kind)) else { continue };
        let what = trace_text::happened(event, stage.cast()).unwrap_or_default();
        let who = stage.cast().label(event.pid, event.tid);
        let mark = Mark {
            class: class.to_owned(),
            x: scale.x(at) + shift,
            y: y + DOT,
            from: at,
            to: at,
            title: format!("{} · {who} · {}", exact(event.t), words::cut(&what, MOST_TITLE).0),
            shift,
            event: Some(event.seq),
            ..Mark::default()
        };
        if let EventKind::Line { text, .. } = &event.kind {
            label(drawing, stage, scale, &mut last_label, &mark, text);
        }
        drawing.marks.push(mark);
    }
    for place in &kept.events {
        let event = &stage.trace().events[*place];
        if let EventKind::Stuck { threads, .. } = &event.kind {
            for thread in threads {
                stuck(drawing, stage, scale, event, (thread.pid, thread.tid), &thread.waits());
            }
        }
    }
}

/// The text of a line above its mark. It has the room up to the next one in its lane; lines of one instant share one.
fn label(
    drawing: &mut Drawing,
    stage: &Stage<'_>,
    scale: &Scale,
    last: &mut BTreeMap<u64, usize>,
    mark: &Mark,
    text: &str,
) {
    let text = harmless(text);
    let (text, more) = words::cut(&text, MOST_LABEL);
    let text = if more { format!("{text}…") } else { text.to_owned() };
    if let Some(before) = last.get(&mark.y).and_then(|place| drawing.labels.get_mut(*place)) {
        if before.from == mark.from {
            if before.label.chars().count() < 2 * MOST_LABEL {
                before.label = format!("{} · {text}", before.label);
            }
            return;
        }
        (before.to, before.width) = (mark.from, mark.x - before.x);
    }
    last.insert(mark.y, drawing.labels.len());
    drawing.labels.push(Mark {
        class: "label".to_owned(),
        label: text,
        y: mark.y - DOT + LABEL.0,
        height: LABEL.1,
        to: stage.end(),
        width: scale.width() - mark.x,
        ..mark.clone()
    });
}

/// A moment to the microsecond.
pub(in crate::report::html) fn exact(at: VirtualInstant) -> String {
    let nanos = at.as_nanos();
    format!("{}.{:06} s", nanos / 1_000_000_000, nanos % 1_000_000_000 / 1_000)
}

const fn class(kind: &EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Line { fd: 1, .. } => Some("out"),
        EventKind::Line { .. } => Some("err"),
        EventKind::Exit { signal: Some(_), .. } => Some("killed"),
        EventKind::Exit { .. } => Some("end"),
        EventKind::Exec { .. } => Some("exec"),
        EventKind::Zombie { .. } => Some("zombie"),
        EventKind::Process { .. }
        | EventKind::Thread { .. }
        | EventKind::Sleep { .. }
        | EventKind::Wait { .. }
        | EventKind::Wake {}
        | EventKind::First { .. }
        | EventKind::Held { .. }
        | EventKind::Preempted { .. }
        | EventKind::Http { .. }
        | EventKind::Stuck { .. } => None,
    }
}

/// A thread of a deadlock: from the last thing that it did to the end.
fn stuck(drawing: &mut Drawing, stage: &Stage<'_>, scale: &Scale, event: &Event, who: (u32, u32), waits: &str) {
    let at = event.t.as_nanos();
    let Some(y) = stage.y(who.0, who.1, at) else { return };
    let before = stage.trace().events.iter().rev().find(|other| {
        other.seq < event.seq && (other.pid, other.tid) == who && !matches!(other.kind, EventKind::Http { .. })
    });
    let from = before.map_or(at, |before| before.t.as_nanos());
    let waits = harmless(waits);
    let (waits, _) = words::cut(&waits, MOST_TITLE);
    let mut mark = Mark {
        class: "stuck".to_owned(),
        label: waits.to_owned(),
        title: format!("{} {waits}, and nobody will ever wake it", stage.cast().label(who.0, who.1)),
        event: Some(event.seq),
        ..span(scale, y, SECTION, from, at)
    };
    // A wait that took no time has to be seen as well.
    mark.width = mark.width.max(14);
    drawing.spans.push(mark);
}

fn span(scale: &Scale, y: u64, (top, height): (u64, u64), from: u64, to: u64) -> Mark {
    let (left, right) = (scale.x(from), scale.x(to));
    Mark { x: left, y: y + top, width: (right - left).max(2), height, from, to, ..Mark::default() }
}
