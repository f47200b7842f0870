use super::Switch;

/// Leaves out switches as long as the bug still shows, and gives a list from which no single one can be left out.
///
/// This is delta debugging (Zeller and Hildebrandt, TSE 2002): halves first, then ever smaller pieces, so that few of
/// many switches are found in about m·log(n) runs. `shows` runs the program under the switches and tells whether it still
/// fails; it is asked at most `budget` times, and what was reached by then is returned.
pub fn minimise(switches: &[Switch], budget: u32, mut shows: impl FnMut(&[Switch]) -> bool) -> Vec<Switch> {
    let mut left = switches.to_vec();
    let mut runs = 0;
    let mut pieces = 2;
    if budget > 0 && !left.is_empty() {
        runs += 1;
        if shows(&[]) {
            return Vec::new();
        }
    }
    while !left.is_empty() && runs < budget {
        let size = left.len().div_ceil(pieces);
        let mut smaller = None;
        for start in (0..left.len()).step_by(size) {
            if runs == budget {
                return left;
            }
            let without: Vec<_> =
                left.iter().enumerate().filter(|(at, _)| *at < start || *at >= start + size).map(|(_, s)| *s).collect();
            runs += 1;
            if shows(&without) {
                smaller = Some(without);
                break;
            }
        }
        match smaller {
            Some(without) => {
                left = without;
                pieces = (pieces - 1).max(2);
            }
            None if size == 1 => break,
            None => pieces = (pieces * 2).min(left.len()),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::minimise;
    use crate::schedule::Switch;

    fn switches(count: u64) -> Vec<Switch> {
        (0..count).map(|step| Switch::To { step, thread: 0 }).collect()
    }

    proptest! {
        #[test]
        fn only_the_switches_that_matter_are_left(count in 1_u64..60, picks in proptest::collection::btree_set(0_u64..60, 0..4)) {
            let needed: Vec<_> = switches(60).into_iter().filter(|s| matches!(s, Switch::To { step, .. } if picks.contains(step) && *step < count)).collect();
            let shows = |tried: &[Switch]| needed.iter().all(|switch| tried.contains(switch));
            prop_assert_eq!(minimise(&switches(count), 10_000, shows), needed.clone());
        }

        #[test]
        fn the_budget_is_kept_and_the_result_still_shows(count in 1_u64..60, budget in 0_u32..20) {
            let mut runs = 0;
            let last = Switch::To { step: count - 1, thread: 0 };
            let left = minimise(&switches(count), budget, |tried| {
                runs += 1;
                tried.contains(&last)
            });
            prop_assert!(runs <= budget);
            prop_assert!(left.contains(&last));
        }
    }
}
