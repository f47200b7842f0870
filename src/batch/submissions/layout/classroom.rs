use super::super::exercises::Exercises;
use super::Owner;

/// What the clones in a folder have in common.
#[derive(Debug, Default)]
pub(in super::super) struct Repositories {
    /// The assignment, with its hyphen: `week-3-`.
    assignment: Option<String>,
    /// The names that are git repositories.
    cloned: Vec<String>,
}

impl Repositories {
    /// Looks at the folder's own name and at the names of those in it that are git repositories.
    pub(in super::super) fn of(folder: &str, cloned: Vec<String>) -> Self {
        let by_folder = folder.strip_suffix("-submissions").map(|assignment| format!("{assignment}-"));
        let by_folder = by_folder.filter(|prefix| cloned.iter().any(|name| name.starts_with(prefix.as_str())));
        Self { assignment: by_folder.or_else(|| common(&cloned)), cloned }
    }

    /// Whose repository a folder is, if it is one by its name: `ex07-ada`, `week-3-ada`.
    pub(super) fn owner(&self, name: &str, exercises: &Exercises) -> Option<Owner> {
        let is_clone = self.cloned.iter().any(|cloned| cloned == name);
        // The longest beginning that says an exercise: `ex07-race-ada` is for `ex07_race`, by `ada`.
        let hyphens: Vec<usize> = name.match_indices('-').map(|(at, _)| at).collect();
        let exercise = hyphens.iter().rev().find_map(|at| {
            let word = &name[..*at];
            let numbered = word.to_ascii_lowercase().starts_with("ex");
            let exercise = exercises.exactly(word).filter(|_| is_clone || numbered)?;
            Some((&name[at + 1..], Some(exercise.to_owned())))
        });
        let assignment = || {
            let prefix = self.assignment.as_deref()?;
            let hint = exercises.exactly(prefix.trim_end_matches('-')).map(str::to_owned);
            Some((name.strip_prefix(prefix).filter(|_| is_clone)?, hint))
        };
        let (student, hint) = exercise.or_else(assignment).filter(|(student, _)| !student.is_empty())?;
        Some(Owner { hint, ..Owner::plain(student) })
    }
}

/// What all names begin with, up to a hyphen, when there are at least two.
fn common(names: &[String]) -> Option<String> {
    let (first, rest) = names.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let hyphens = first.match_indices('-').map(|(at, _)| &first[..=at]);
    hyphens.rev().find(|prefix| rest.iter().all(|name| name.starts_with(prefix))).map(str::to_owned)
}
