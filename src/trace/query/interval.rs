use std::collections::{BTreeMap, VecDeque};

use super::{Group, Match};
use crate::clock::VirtualInstant;
use crate::trace::Event;

/// A place in a run: a time, and the place among all events, which alone decides what came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// When.
    pub t: VirtualInstant,
    /// The event's place in the run.
    pub seq: u64,
}

impl Moment {
    /// The moment of an event.
    pub const fn of(event: &Event) -> Self {
        Self { t: event.t, seq: event.seq }
    }
}

/// A span of a run that one event opened and another closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// What it belongs to.
    pub group: Group,
    /// The place of the opening line in the list of `from` lines.
    pub from: usize,
    /// The place of the closing line in the list of `to` lines; none: it was still open at the end.
    pub to: Option<usize>,
    /// When it opened.
    pub opened: Moment,
    /// When it closed.
    pub closed: Option<Moment>,
}

/// The intervals that `from` lines open and `to` lines close: a `to` closes the oldest open `from` of its group. A `to`
/// with nothing to close is passed over. In order of opening.
pub fn intervals(from: &[(Group, Match<'_>)], to: &[(Group, Match<'_>)]) -> Vec<Interval> {
    let mut intervals = Vec::with_capacity(from.len());
    let mut open: BTreeMap<&Group, VecDeque<usize>> = BTreeMap::new();
    let (mut from_at, mut to_at) = (0, 0);
    while from_at < from.len() || to_at < to.len() {
        let opens = match (from.get(from_at), to.get(to_at)) {
            // A line that is both events closes first: it ends one piece of work and begins the next.
            (Some((_, opening)), Some((_, closing))) => opening.at.seq < closing.at.seq,
            (opening, _) => opening.is_some(),
        };
        if opens {
            let (group, line) = &from[from_at];
            open.entry(group).or_default().push_back(intervals.len());
            intervals.push(Interval { group: group.clone(), from: from_at, to: None, opened: line.at, closed: None });
            from_at += 1;
        } else {
            let (group, line) = &to[to_at];
            if let Some(oldest) = open.get_mut(group).and_then(VecDeque::pop_front) {
                intervals[oldest].to = Some(to_at);
                intervals[oldest].closed = Some(line.at);
            }
            to_at += 1;
        }
    }
    intervals
}

/// The most intervals that were open at once, and the first time when they were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peak {
    /// How many.
    pub height: usize,
    /// Places of those that were open then, in order of opening.
    pub open: Vec<usize>,
}

/// The peak of spans that are open at once, by a sweep over `(opened, closed)`.
///
/// Ties: `seq` decides, so a span that closes before another opens does not overlap it even at the same instant, and
/// two that were open together do although no time passed. A span without an end is open until the run's.
pub fn peak(spans: &[(Moment, Option<Moment>)]) -> Peak {
    let mut steps: Vec<(u64, bool, usize)> = Vec::with_capacity(spans.len() * 2);
    for (place, (opened, closed)) in spans.iter().enumerate() {
        steps.push((opened.seq, true, place));
        if let Some(closed) = closed {
            steps.push((closed.seq, false, place));
        }
    }
    // At one and the same line `false` (a close) sorts first: the line ends one span and begins the next.
    steps.sort_unstable();
    let mut open: Vec<usize> = Vec::new();
    let mut peak = Peak::default();
    for (_, opens, place) in steps {
        if opens {
            open.push(place);
            if open.len() > peak.height {
                peak = Peak { height: open.len(), open: open.clone() };
            }
        } else {
            open.retain(|other| *other != place);
        }
    }
    peak
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::{Just, Strategy, prop, prop_assert, prop_assert_eq, proptest};

    use super::{Moment, intervals, peak};
    use crate::clock::VirtualInstant;
    use crate::trace::query::{Group, Match};

    fn moment(seq: u64) -> Moment {
        Moment { t: VirtualInstant::from_nanos(seq / 3), seq }
    }

    fn line(group: u8, seq: u64) -> (Group, Match<'static>) {
        let found = Match { at: moment(seq), pid: 1, tid: 1, text: "", fields: BTreeMap::new() };
        (Group::Field(group.to_string()), found)
    }

    #[test]
    fn a_close_and_an_open_at_the_same_instant_go_by_their_order() {
        let touching = [(moment(0), Some(moment(1))), (moment(2), Some(moment(4)))];
        assert_eq!(touching[0].1.unwrap().t, touching[1].0.t, "no time passes between");
        assert_eq!(peak(&touching).height, 1);
        let crossing = [(moment(0), Some(moment(2))), (moment(1), Some(moment(4)))];
        assert_eq!((peak(&crossing).height, peak(&crossing).open), (2, vec![0, 1]));
        assert_eq!(peak(&[]).height, 0);
        assert_eq!(peak(&[(moment(0), None), (moment(9), None)]).height, 2, "an open end lasts");
    }

    #[test]
    fn a_to_closes_the_oldest_open_from_of_its_own_group() {
        let from = [line(1, 0), line(2, 1), line(1, 2)];
        let to = [line(3, 3), line(1, 4), line(2, 5)];
        let found = intervals(&from, &to);
        assert_eq!(found.iter().map(|interval| interval.to).collect::<Vec<_>>(), [Some(1), Some(2), None]);
    }

    /// Random spans whose ends are all different places of one run.
    fn spans() -> impl Strategy<Value = Vec<(Moment, Option<Moment>)>> {
        prop::collection::vec(prop::bool::weighted(0.9), 0..12).prop_flat_map(|closed| {
            let places: Vec<u64> = (0..closed.len() as u64 * 2).collect();
            (Just(closed), Just(places).prop_shuffle()).prop_map(|(closed, places)| {
                closed
                    .iter()
                    .zip(places.chunks(2))
                    .map(|(closed, ends)| {
                        let (first, last) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
                        (moment(first), closed.then(|| moment(last)))
                    })
                    .collect()
            })
        })
    }

    proptest! {
        #[test]
        fn the_sweep_finds_what_counting_at_every_place_finds(spans in spans()) {
            let open_at = |place: u64| spans.iter().filter(|(opened, closed)| {
                opened.seq <= place && closed.is_none_or(|closed| place < closed.seq)
            }).count();
            let naive = (0..spans.len() as u64 * 2).map(open_at).max().unwrap_or(0);
            let found = peak(&spans);
            prop_assert_eq!(found.height, naive);
            prop_assert_eq!(found.open.len(), naive);
        }

        #[test]
        fn each_from_opens_one_interval_and_each_to_closes_at_most_one(
            steps in prop::collection::vec((0_u8..3, prop::bool::ANY), 0..40)
        ) {
            let mut from = Vec::new();
            let mut to = Vec::new();
            for (seq, (group, opens)) in steps.iter().enumerate() {
                if *opens { &mut from } else { &mut to }.push(line(*group, seq as u64));
            }
            let found = intervals(&from, &to);
            prop_assert_eq!(found.len(), from.len());
            // The oracle: in each group the n-th close that finds something open takes the n-th open.
            for group in 0..3 {
                let (mut waiting, mut expected) = (std::collections::VecDeque::new(), BTreeMap::new());
                for (seq, (of, opens)) in steps.iter().enumerate().filter(|(_, (of, _))| *of == group) {
                    prop_assert!(*of == group);
                    if *opens {
                        waiting.push_back(seq as u64);
                    } else if let Some(opened) = waiting.pop_front() {
                        expected.insert(opened, seq as u64);
                    }
                }
                for interval in found.iter().filter(|interval| interval.group == Group::Field(group.to_string())) {
                    let closed = interval.closed.map(|moment| moment.seq);
                    prop_assert_eq!(closed, expected.get(&interval.opened.seq).copied());
                }
            }
        }
    }
}
