use super::violation::Violation;
use crate::trace::{EventKind, Trace};

/// The most events that are drawn, and that stand in the table.
const MOST: usize = 1_500;
/// How many events before and after one that a failed check points at are kept with it.
const AROUND: usize = 40;

/// Which events are drawn.
#[derive(Debug)]
pub(in crate::report::html) struct Kept {
    /// Places in the trace, in order.
    pub(in crate::report::html) events: Vec<usize>,
    /// That some are not, when that is so.
    pub(in crate::report::html) note: Option<String>,
}

/// Chooses what is drawn of a long run: what failed checks point at with what stands around it, then births, ends and
/// deadlocks, then the beginning and the end, then every n-th of the rest.
pub(in crate::report::html) fn choose(trace: &Trace, violations: &[Violation]) -> Kept {
    let all = trace.events.len();
    if all <= MOST {
        return Kept { events: (0..all).collect(), note: None };
    }
    let mut kept = vec![false; all];
    let mut room = MOST;
    let mut keep = |place: usize, room: &mut usize| {
        if *room > 0 && !std::mem::replace(&mut kept[place], true) {
            *room -= 1;
        }
    };
    let pointed: Vec<usize> =
        violations.iter().flat_map(|violation| violation.events.iter().copied()).take(MOST / (4 * AROUND)).collect();
    for place in pointed {
        for near in place.saturating_sub(AROUND)..(place + AROUND).min(all) {
            keep(near, &mut room);
        }
    }
    for (place, event) in trace.events.iter().enumerate() {
        let rare = !matches!(
            event.kind,
            EventKind::Line { .. } | EventKind::Sleep { .. } | EventKind::Wait { .. } | EventKind::Wake {}
        );
        if rare && room > MOST / 2 {
            keep(place, &mut room);
        }
    }
    let edge = room / 4;
    for place in (0..edge).chain(all - edge..all) {
        keep(place, &mut room);
    }
    let step = all.div_ceil(room.max(1));
    for place in (0..all).step_by(step) {
        keep(place, &mut room);
    }
    let events: Vec<usize> = (0..all).filter(|place| kept[*place]).collect();
    let note = Some(format!(
        "This run has {all} events. {} of them are shown: what the failed checks point at, the beginning, the end, and \
         every {step}th in between.",
        events.len()
    ));
    Kept { events, note }
}

#[cfg(test)]
mod tests {
    use super::{MOST, choose};
    use crate::report::html::timeline::violation::Violation;
    use crate::report::samples::{line, trace};

    #[test]
    fn a_long_run_is_thinned_and_what_failed_stays() {
        let trace = trace((0..100_000).map(|t| line(t, 7, 7, "spam")).collect());
        let mut violation = Violation::default();
        violation.events.push(54_321);
        let kept = choose(&trace, &[violation]);
        assert!(kept.events.len() <= MOST && kept.note.is_some());
        for place in [0, 54_300, 54_321, 54_340, 99_999] {
            assert!(kept.events.contains(&place), "{place}");
        }
    }

    #[test]
    fn a_short_run_is_shown_whole() {
        let kept = choose(&trace((0..10).map(|t| line(t, 7, 7, "x")).collect()), &[]);
        assert_eq!((kept.events.len(), kept.note), (10, None));
    }
}
