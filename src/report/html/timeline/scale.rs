use std::collections::BTreeMap;

use super::{Mark, Tick};
use crate::clock::{VirtualDuration, VirtualInstant};

/// Pixels before the first moment and after the last: the last line's text has to be read.
const MARGIN: u64 = 32;
const MARGIN_AFTER: u64 = 110;
/// Pixels that all steps share, before what their length adds.
const SHARED: u64 = 1_500;
/// Pixels between two labels of the axis.
const LABEL_ROOM: u64 = 84;
/// From this many pixels a long step says how long it is.
const FOLD_ROOM: u64 = 70;
/// The shortest step that is called long, in nanoseconds.
const LONG: u64 = 100_000_000;

/// How virtual time is laid on pixels: every step from one moment to the next has room to be seen, and a longer one gets
/// more, but by the logarithm of its length. So two seconds of sleep do not push the millisecond in which everything went
/// wrong into one pixel. In between it is in proportion.
#[derive(Debug)]
pub(super) struct Scale {
    knots: Vec<(u64, u64)>,
}

impl Scale {
    /// The scale on which all these moments are apart; each needs so many pixels for itself.
    pub(super) fn new(times: &BTreeMap<u64, u64>, end: u64) -> Self {
        let mut rooms = times.clone();
        rooms.retain(|time, _| *time <= end);
        rooms.entry(0).or_default();
        rooms.entry(end).or_default();
        let times: Vec<u64> = rooms.keys().copied().collect();
        let steps = u64::try_from(times.len()).unwrap_or(u64::MAX).max(1);
        let base = (SHARED / steps).clamp(3, 72);
        let mut x = MARGIN;
        let mut knots = vec![(times[0], x)];
        for pair in times.windows(2) {
            x += base + rooms[&pair[0]] + step_width(pair[1] - pair[0], base);
            knots.push((pair[1], x));
        }
        Self { knots }
    }

    pub(super) fn knots(&self) -> &[(u64, u64)] {
        &self.knots
    }

    pub(super) fn width(&self) -> u64 {
        self.knots.last().map_or(0, |(_, x)| *x) + MARGIN_AFTER
    }

    /// Where a moment stands.
    pub(super) fn x(&self, at: u64) -> u64 {
        let next = self.knots.partition_point(|(time, _)| *time < at);
        let Some(&(time, x)) = self.knots.get(next) else { return self.knots.last().map_or(0, |(_, x)| *x) };
        if time == at || next == 0 {
            return x;
        }
        let (before, left) = self.knots[next - 1];
        let part = u128::from(at - before) * u128::from(x - left) / u128::from(time - before);
        left + u64::try_from(part).unwrap_or(0)
    }

    /// Labels of the axis. Of moments that look alike (2.001 s, 2.001 s) the second says how much later it is.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        let mut last: Option<(u64, u64, String)> = None;
        for &(t, x) in &self.knots {
            if last.as_ref().is_some_and(|(_, before, _)| x < before + LABEL_ROOM) {
                ticks.push(Tick { x, t, label: String::new(), major: false });
                continue;
            }
            let mut label = VirtualInstant::from_nanos(t).to_string();
            if let Some((time, _, before)) = &last
                && *before == label
            {
                label = format!("+{}", VirtualDuration::from_nanos(t - time));
            } else {
                last = Some((t, x, label.clone()));
            }
            if let Some((time, before, _)) = &mut last {
                (*time, *before) = (t, x);
            }
            ticks.push(Tick { x, t, label, major: true });
        }
        ticks
    }

    /// Long steps that are drawn shorter than they are: how long they are.
    pub(super) fn folds(&self) -> Vec<Mark> {
        let wide = |pair: &&[(u64, u64)]| pair[1].0 - pair[0].0 >= LONG && pair[1].1 - pair[0].1 >= FOLD_ROOM;
        self.knots
            .windows(2)
            .filter(wide)
            .map(|pair| Mark {
                class: "fold".to_owned(),
                x: pair[0].1,
                width: pair[1].1 - pair[0].1,
                from: pair[0].0,
                to: pair[1].0,
                label: VirtualDuration::from_nanos(round(pair[1].0 - pair[0].0)).to_string(),
                ..Mark::default()
            })
            .collect()
    }
}

/// What a step's length adds to its width: nothing below 10 µs, then more with each doubling.
fn step_width(nanos: u64, base: u64) -> u64 {
    let doublings = u64::from((nanos / 10_000).checked_ilog2().unwrap_or(0));
    // A crowded drawing has less room for lengths.
    doublings * base.clamp(2, 9)
}

/// To three digits: nobody reads the microseconds of seconds here.
fn round(nanos: u64) -> u64 {
    let unit = 10_u64.pow(nanos.checked_ilog10().unwrap_or(0).saturating_sub(2));
    (nanos + unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert, proptest};

    use std::collections::BTreeMap;

    use super::{Scale, round};

    fn scale(times: &[u64], end: u64) -> Scale {
        Scale::new(&times.iter().map(|time| (*time, 0)).collect::<BTreeMap<_, _>>(), end)
    }

    #[test]
    fn a_long_sleep_does_not_swallow_what_happens_after_it() {
        let scale = scale(&[0, 2_000_000_000, 2_000_100_000], 2_010_000_000);
        let (sleep, race) = (scale.x(2_000_000_000) - scale.x(0), scale.x(2_000_100_000) - scale.x(2_000_000_000));
        assert!(race > 60 && sleep > race && sleep < 4 * race, "{sleep} {race}");
        assert_eq!(scale.folds().iter().map(|fold| fold.label.as_str()).collect::<Vec<_>>(), ["2 s"]);
    }

    #[test]
    fn moments_that_look_alike_say_how_far_apart_they_are() {
        let labels: Vec<String> = scale(&[2_000_100_000, 2_000_200_000], 2_000_200_000)
            .ticks()
            .into_iter()
            .filter(|tick| tick.major)
            .map(|tick| tick.label)
            .collect();
        assert_eq!(labels, ["0.000 s", "2.000 s", "+100 µs"]);
    }

    #[test]
    fn three_digits_are_enough() {
        assert_eq!([round(2_001_103_740), round(999_999), round(7)], [2_000_000_000, 1_000_000, 7]);
    }

    proptest! {
        #[test]
        fn later_is_never_further_left(times in prop::collection::vec(any::<u64>(), 0..200), end in any::<u64>(), at in any::<u64>()) {
            let scale = scale(&times, end);
            prop_assert!(scale.knots().windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
            prop_assert!(scale.x(at) <= scale.x(at.saturating_add(1_000_000)));
            prop_assert!(scale.x(at) <= scale.width());
        }
    }
}
