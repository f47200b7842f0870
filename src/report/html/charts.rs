use std::collections::BTreeMap;

use serde::Serialize;

use crate::check::verdict::Status;
use crate::report::class::Class;
use crate::report::harmless;

/// How many checks are called the hardest.
const HARDEST: usize = 8;
/// Pixels of the highest bar.
const HIGHEST: usize = 110;

/// The sums of points, in ten bins of a tenth of what can be reached.
#[derive(Debug, Default, Serialize)]
pub(super) struct Histogram {
    bins: Vec<Bin>,
    /// In words, for who cannot see it.
    summary: String,
}

#[derive(Debug, Serialize)]
struct Bin {
    x: usize,
    y: usize,
    height: usize,
    count: usize,
    label: String,
    title: String,
}

/// A check by how many fail it.
#[derive(Debug, Serialize)]
pub(super) struct Hard {
    exercise: String,
    name: String,
    failed: usize,
    judged: usize,
    per_mille: usize,
}

/// How the sums of those who tried something are spread.
pub(super) fn histogram(class: &Class) -> Histogram {
    let most: u32 = class.exercises.iter().map(|exercise| exercise.max_score).sum();
    let mut totals: Vec<u32> = class
        .students
        .iter()
        .filter(|student| !student.submissions.is_empty())
        .filter_map(|student| class.total(student))
        .collect();
    if totals.is_empty() || most == 0 {
        return Histogram::default();
    }
    totals.sort_unstable();
    let mut counts = [0_usize; 10];
    for total in &totals {
        let bin = (u64::from(*total) * 10 / u64::from(most)).min(9);
        counts[usize::try_from(bin).unwrap_or(9)] += 1;
    }
    let highest = counts.iter().copied().max().unwrap_or(1).max(1);
    let bins = counts.iter().enumerate().map(|(place, count)| {
        let height = if *count == 0 { 0 } else { (count * HIGHEST / highest).max(3) };
        let label = format!("{}–{}", place * 10, if place == 9 { 100 } else { place * 10 + 9 });
        let title = format!("{count} with {label} % of the points");
        Bin { x: 12 + place * 44, y: 140 - height, height, count: *count, label, title }
    });
    let twice = totals[totals.len() / 2] + totals[(totals.len() - 1) / 2];
    let middle = format!("{}{}", twice / 2, if twice % 2 == 1 { ".5" } else { "" });
    Histogram {
        bins: bins.collect(),
        summary: format!(
            "Percent of {most} points, {} tried something and of whom everything could be decided; the median is {middle} points.",
            if totals.len() == 1 { "1 student who".to_owned() } else { format!("{} students who", totals.len()) }
        ),
    }
}

/// The checks that most fail.
pub(super) fn hardest(class: &Class) -> Vec<Hard> {
    let mut counts: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for (_, submission) in class.submissions() {
        for check in &submission.result.checks {
            let (failed, judged) = counts.entry((&submission.exercise, &check.id)).or_default();
            *failed += usize::from(check.status == Status::Failed);
            *judged += usize::from(matches!(check.status, Status::Failed | Status::Passed));
        }
    }
    let mut hard: Vec<Hard> = Vec::new();
    for exercise in &class.exercises {
        for check in &exercise.checks {
            let Some((failed, judged)) = counts.get(&(exercise.id.as_str(), check.id.as_str())) else { continue };
            if *failed > 0 {
                hard.push(Hard {
                    exercise: exercise.id.clone(),
                    name: harmless(&check.name),
                    failed: *failed,
                    judged: *judged,
                    per_mille: failed * 1000 / judged.max(&1),
                });
            }
        }
    }
    hard.sort_by_key(|check| std::cmp::Reverse((check.per_mille, check.failed)));
    hard.truncate(HARDEST);
    hard
}

#[cfg(test)]
mod tests {
    use super::{hardest, histogram};
    use crate::report::samples::class;

    #[test]
    fn who_could_not_be_decided_is_in_no_bin() {
        let class = class();
        let totals: Vec<_> = class.students.iter().map(|student| class.total(student)).collect();
        assert_eq!(totals, [Some(4), Some(10), None, None, Some(0), Some(10)], "as in the tables of grades");
        let counts: Vec<_> = histogram(&class).bins.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [0, 0, 0, 0, 1, 0, 0, 0, 0, 2], "nor is who handed in nothing");
    }

    #[test]
    fn the_hardest_checks_are_those_that_fail_among_those_judged() {
        let hard = hardest(&class());
        assert_eq!(hard.len(), 1);
        assert_eq!((hard[0].failed, hard[0].judged, hard[0].per_mille), (1, 1, 1000));
    }
}
