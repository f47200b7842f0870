/// The schedules that each case is run under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seeds {
    /// As many as the exercise says.
    #[default]
    AsTheSpecSays,
    /// This many: the natural one and the seeds from 1.
    Count(u32),
    /// This one alone.
    Only(u64),
}

impl Seeds {
    /// The seeds, for an exercise that wants `spec` schedules, on an engine with or without schedules.
    pub(super) fn list(self, spec: u32, has_schedules: bool) -> Vec<u64> {
        match self {
            _ if !has_schedules => vec![0],
            Self::AsTheSpecSays => (0..u64::from(spec.max(1))).collect(),
            Self::Count(count) => (0..u64::from(count.max(1))).collect(),
            Self::Only(seed) => vec![seed],
        }
    }

    /// What a reader should know when the engine has no schedules.
    pub(super) fn note(self, spec: u32, has_schedules: bool) -> Option<String> {
        let wanted = match self {
            Self::AsTheSpecSays => spec,
            Self::Count(count) => count,
            Self::Only(0) => 1,
            Self::Only(seed) => {
                return (!has_schedules).then(|| {
                    format!("schedule {seed} could not be replayed: this engine has no schedules but the natural one")
                });
            }
        };
        (wanted > 1 && !has_schedules).then(|| {
            format!("each case was run once and not under {wanted} schedules, so a race may not have shown itself")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Seeds;

    #[test]
    fn the_natural_schedule_comes_first() {
        assert_eq!(Seeds::AsTheSpecSays.list(3, true), [0, 1, 2]);
        assert_eq!(Seeds::Count(2).list(32, true), [0, 1]);
        assert_eq!(Seeds::Only(17).list(32, true), [17]);
    }

    #[test]
    fn an_engine_without_schedules_runs_once_and_says_so() {
        assert_eq!(Seeds::AsTheSpecSays.list(32, false), [0]);
        assert!(Seeds::AsTheSpecSays.note(32, false).is_some_and(|note| note.contains("32 schedules")));
        assert_eq!(Seeds::AsTheSpecSays.note(1, false), None);
        assert_eq!(Seeds::AsTheSpecSays.note(32, true), None);
        assert!(Seeds::Only(17).note(1, false).is_some_and(|note| note.contains("schedule 17")));
    }
}
