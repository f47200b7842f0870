use std::collections::BTreeSet;

/// Whether a sequence is a shuffle of chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shuffle {
    Yes,
    No,
    /// There are too many ways to try them all.
    Unknown,
}

/// Tells whether `sequence` walks through all `chains` to their ends, each in its own order.
///
/// Equal lines in several chains leave a choice, so all choices are followed side by side. A state is the multiset of what is
/// left of each chain: threads that do the same are one and the same then, and their number costs nothing.
pub(super) fn is_shuffle(chains: &[Vec<&str>], sequence: &[&str]) -> Shuffle {
    const MOST_STATES: usize = 20_000;
    let mut start: Vec<&[&str]> = chains.iter().map(Vec::as_slice).filter(|chain| !chain.is_empty()).collect();
    start.sort_unstable();
    let mut states = BTreeSet::from([start]);
    for line in sequence {
        let mut next = BTreeSet::new();
        for state in &states {
            let mut tried: Option<&[&str]> = None;
            for (at, chain) in state.iter().enumerate() {
                // Sorted, so equal chains stand side by side and one of them is enough.
                if chain.first() != Some(line) || tried == Some(chain) {
                    continue;
                }
                tried = Some(chain);
                let mut left = state.clone();
                if chain.len() == 1 {
                    left.remove(at);
                } else {
                    left[at] = &chain[1..];
                    left.sort_unstable();
                }
                next.insert(left);
            }
        }
        if next.is_empty() {
            return Shuffle::No;
        }
        if next.len() > MOST_STATES {
            return Shuffle::Unknown;
        }
        states = next;
    }
    if states.iter().any(Vec::is_empty) { Shuffle::Yes } else { Shuffle::No }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert_eq, proptest};

    use super::{Shuffle, is_shuffle};

    #[test]
    fn each_chain_keeps_its_order_and_ends() {
        let chains = [vec!["a", "b"], vec!["a", "c"]];
        for (sequence, expected) in [
            (vec!["a", "a", "c", "b"], Shuffle::Yes),
            (vec!["a", "c", "a", "b"], Shuffle::Yes),
            (vec!["b", "a", "a", "c"], Shuffle::No),
            (vec!["a", "b", "c", "a"], Shuffle::No),
            (vec!["a", "a", "b"], Shuffle::No),
        ] {
            assert_eq!(is_shuffle(&chains, &sequence), expected, "{sequence:?}");
        }
    }

    #[test]
    fn forty_equal_threads_cost_nothing() {
        let chains = vec![vec!["started", "sleeping", "read"]; 40];
        let sequence: Vec<&str> = ["started", "sleeping", "read"].iter().flat_map(|line| [*line; 40]).collect();
        assert_eq!(is_shuffle(&chains, &sequence), Shuffle::Yes);
    }

    proptest! {
        #[test]
        fn any_merge_of_chains_is_a_shuffle(
            chains in prop::collection::vec(prop::collection::vec(0_usize..3, 0..5), 0..4),
            choices in prop::collection::vec(0_usize..4, 40)
        ) {
            let letters = ["a", "b", "c"];
            let chains: Vec<Vec<&str>> =
                chains.iter().map(|chain| chain.iter().map(|letter| letters[*letter]).collect()).collect();
            let mut at = vec![0; chains.len()];
            let mut sequence = Vec::new();
            for choice in choices {
                let open: Vec<usize> = (0..chains.len()).filter(|chain| at[*chain] < chains[*chain].len()).collect();
                let Some(chain) = open.get(choice % open.len().max(1)) else { break };
                sequence.push(chains[*chain][at[*chain]]);
                at[*chain] += 1;
            }
            prop_assert_eq!(is_shuffle(&chains, &sequence), Shuffle::Yes);
        }
    }
}
