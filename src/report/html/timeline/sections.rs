use regex::Regex;

use super::scale::Scale;
use super::stage::Stage;
use super::{Drawing, Mark, SECTION};
use crate::check::verdict::{ExerciseResult, Status};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::report::class::{ExerciseFacts, Section, SectionOf};
use crate::trace::query::{Group, Grouping, Interval, Lives, Match, groups, intervals, matches};

/// The most sections that are drawn.
const MOST: usize = 600;

/// Draws the critical sections that the exercise's checks speak of: one span from its opening to its closing line in the
/// lane of the thread that opened it; and, when the check failed, the stretch in which more of them were open than may be.
pub(super) fn draw(
    drawing: &mut Drawing,
    stage: &Stage<'_>,
    scale: &Scale,
    facts: &ExerciseFacts,
    result: &ExerciseResult,
) {
    let lives = Lives::of(stage.trace());
    let mut drawn: Vec<(&str, &str)> = Vec::new();
    for section in &facts.sections {
        // Several checks may speak of the same section.
        if drawn.contains(&(&section.from_pattern, &section.to_pattern)) {
            continue;
        }
        let Some((found, from)) = found(stage, section, &lives) else { continue };
        drawn.push((&section.from_pattern, &section.to_pattern));
        for interval in found.iter().take(MOST) {
            span(drawing, stage, scale, section, interval, &from[interval.from].1);
        }
        if found.len() > MOST {
            drawing.notes.push(format!(
                "{} more stretches from `{}` to `{}` are not drawn.",
                found.len() - MOST,
                section.from,
                section.to
            ));
        }
        let failed = result.checks.iter().find(|check| check.id == section.check && check.status == Status::Failed);
        if let Some(check) = failed {
            let allowed = check.expected.as_deref().and_then(most).unwrap_or(1);
            clashes(drawing, stage, scale, &found[..found.len().min(MOST)], &from, allowed);
        }
    }
}

type Lines<'a> = Vec<(Group, Match<'a>)>;

fn found<'a>(stage: &Stage<'a>, section: &Section, lives: &Lives) -> Option<(Vec<Interval>, Lines<'a>)> {
    let grouping = match &section.by {
        SectionOf::Run => Grouping::Whole,
        SectionOf::Thread => Grouping::Thread,
        SectionOf::Process => Grouping::Process,
        SectionOf::Field(name) => Grouping::Field(name),
    };
    let matched = |pattern: &str| {
        let regex = Regex::new(pattern).ok()?;
        Some(groups(&matches(stage.trace(), &regex), grouping, lives))
    };
    let (from, to) = (matched(&section.from_pattern)?, matched(&section.to_pattern)?);
    let intervals = match section.by {
        // The check counts over the whole run and cares not who closes. For the eye the one who closes is the thread that
        // opened, unless work wanders from thread to thread.
        SectionOf::Run => {
            let own = intervals(&by_thread(&from, lives), &by_thread(&to, lives));
            let whole = intervals(&from, &to);
            let open = |found: &[Interval]| found.iter().filter(|one| one.closed.is_none()).count();
            if open(&own) > open(&whole) { whole } else { own }
        }
        _ => intervals(&from, &to),
    };
    Some((intervals, from))
}

fn by_thread<'a>(found: &Lines<'a>, lives: &Lives) -> Lines<'a> {
    found.iter().map(|(_, line)| (Group::of(line, Grouping::Thread, lives), line.clone())).collect()
}

/// The number that a check expects at most: its only number, or the last.
fn most(expected: &str) -> Option<usize> {
    expected.split(|c: char| !c.is_ascii_digit()).rfind(|word| !word.is_empty())?.parse().ok()
}

fn span(
    drawing: &mut Drawing,
    stage: &Stage<'_>,
    scale: &Scale,
    section: &Section,
    interval: &Interval,
    opening: &Match<'_>,
) {
    let (from, to) = (interval.opened.t.as_nanos(), interval.closed.map_or(stage.end(), |closed| closed.t.as_nanos()));
    let Some(y) = stage.y(opening.pid, opening.tid, from) else { return };
    let name = format!("{} → {}", section.from, section.to);
    let end = match interval.closed {
        Some(closed) => format!("to {}", closed.t),
        None => "and never closed".to_owned(),
    };
    drawing.spans.push(Mark {
        class: "section".to_owned(),
        x: scale.x(from),
        y: y + SECTION.0,
        width: (scale.x(to) - scale.x(from)).max(4),
        height: SECTION.1,
        from,
        to,
        title: format!(
            "{name}: open from {} {end} ({})",
            VirtualInstant::from_nanos(from),
            VirtualDuration::from_nanos(to - from)
        ),
        event: Some(interval.opened.seq),
        ..Mark::default()
    });
}

/// Marks in each lane the stretches in which more sections were open than may be.
fn clashes(
    drawing: &mut Drawing,
    stage: &Stage<'_>,
    scale: &Scale,
    found: &[Interval],
    from: &Lines<'_>,
    allowed: usize,
) {
    let end_of = |interval: &Interval| {
        interval.closed.map_or((u64::MAX, stage.end()), |closed| (closed.seq, closed.t.as_nanos()))
    };
    let mut edges: Vec<(u64, u64)> = found.iter().map(|one| (one.opened.seq, one.opened.t.as_nanos())).collect();
    edges.extend(found.iter().map(end_of));
    edges.sort_unstable();
    edges.dedup();
    for pair in edges.windows(2) {
        let ((seq, begin), (_, end)) = (pair[0], pair[1]);
        let open: Vec<&Interval> = found.iter().filter(|one| one.opened.seq <= seq && seq < end_of(one).0).collect();
        if open.len() <= allowed || drawing.spans.len() > 4 * MOST {
            continue;
        }
        for one in &open {
            let opening = &from[one.from].1;
            let Some(y) = stage.y(opening.pid, opening.tid, begin) else { continue };
            drawing.spans.push(Mark {
                class: "clash".to_owned(),
                x: scale.x(begin),
                y: y + SECTION.0,
                width: (scale.x(end) - scale.x(begin)).max(3),
                height: SECTION.1,
                from: begin,
                to: end,
                title: format!("{} were inside at once, {allowed} may be", open.len()),
                ..Mark::default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::most;

    #[test]
    fn the_number_that_is_expected_is_read_from_its_words() {
        assert_eq!([most("1"), most("at most 3"), most("2 to 4"), most("")], [Some(1), Some(3), Some(4), None]);
    }
}
