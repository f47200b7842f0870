use std::collections::BTreeMap;

use crate::check::finding::{Failure, Finding, Found, SpecFault, line_evidence};
use crate::check::run::{Run, of_group, same_value};
use crate::course::model::{GroupBy, Operand, Order, Selector};
use crate::trace::query::{Group, Match};

/// In which order events, or one event's values, come.
pub(crate) fn check(run: &Run<'_>, order: &Order) -> Found {
    match order {
        Order::Events { events, by } => events_in_order(run, events, by.as_ref()),
        Order::Values { select, field, values } => values_in_order(run, select, field, values),
    }
}

/// Each group's lines are the events in their order, each once or several times in a row, and perhaps the whole round
/// again: a worker that does two jobs is in order. An unfinished round is not.
fn events_in_order(run: &Run<'_>, events: &[String], by: Option<&GroupBy>) -> Found {
    let expected = events.iter().map(|event| format!("`{event}`")).collect::<Vec<_>>().join(", then ");
    let mut groups: BTreeMap<Group, Vec<(usize, Match<'_>)>> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        let lines = run.event(event)?;
        if lines.is_empty() {
            return run.missing(event).expected(expected).found();
        }
        for (group, line) in run.grouped(lines, by) {
            groups.entry(group).or_default().push((place, line));
        }
    }
    let mut by_birth: Vec<_> = groups.into_iter().collect();
    for (_, lines) in &mut by_birth {
        // A line that is two of the events counts as both, in their order.
        lines.sort_by_key(|(place, line)| (line.at.seq, *place));
    }
    by_birth.sort_by_key(|(_, lines)| lines[0].1.at.seq);
    for (group, lines) in &by_birth {
        let of = of_group(group, by);
        let mut stage: Option<usize> = None;
        for (at, (place, line)) in lines.iter().enumerate() {
            let next = stage.map_or(0, |stage| (stage + 1) % events.len());
            if *place != next && stage != Some(*place) {
                let message = match stage {
                    None => format!("`{}` came first{of}, before any `{}`", events[*place], events[0]),
                    Some(stage) => {
                        format!(
                            "`{}` came right after `{}`{of}, before `{}`",
                            events[*place], events[stage], events[next]
                        )
                    }
                };
                return Failure::new(format!("{message} (at {})", line.at.t))
                    .expected(expected)
                    .actual(seen(events, lines))
                    .evidence(lines[at.saturating_sub(2)..].iter().take(5).map(|(_, line)| line_evidence(line)))
                    .found();
            }
            stage = Some(*place);
        }
        if let Some(stage) = stage.filter(|stage| *stage + 1 < events.len()) {
            return Failure::new(format!("`{}` never came{of} after `{}`", events[stage + 1], events[stage]))
                .open()
                .expected(expected)
                .actual(seen(events, lines))
                .evidence(lines.iter().rev().take(4).map(|(_, line)| line_evidence(line)))
                .found();
        }
    }
    Ok(Finding::Held)
}

fn seen(events: &[String], lines: &[(usize, Match<'_>)]) -> String {
    const MOST: usize = 12;
    let mut text = lines.iter().take(MOST).map(|(place, _)| events[*place].as_str()).collect::<Vec<_>>().join(", ");
    if lines.len() > MOST {
        text.push_str(", …");
    }
    text
}

/// The values of a field, line by line, are just these.
fn values_in_order(run: &Run<'_>, select: &Selector, field: &str, values: &[Operand]) -> Found {
    let mut wanted: Vec<String> = Vec::new();
    for operand in values {
        wanted.extend(words_of(run, operand)?);
    }
    let lines = run.select(select)?;
    if lines.is_empty() && !wanted.is_empty() {
        return run.missing_selected(select)?.expected(wanted.join(" ")).found();
    }
    let found: Vec<&str> = lines.iter().map(|line| *line.fields.get(field).unwrap_or(&"")).collect();
    let what = run.describe(select);
    let differs = (0..wanted.len().max(found.len())).find(|&at| match (wanted.get(at), found.get(at)) {
        (Some(wanted), Some(found)) => !same_value(wanted, found),
        _ => true,
    });
    let Some(at) = differs else { return Ok(Finding::HeldSoFar) };
    let number = at + 1;
    let failure = match (wanted.get(at), found.get(at)) {
        (Some(wanted), Some(found)) => {
            Failure::new(format!("the `{field}` of {what} line {number} should be {wanted}, but it is {found}"))
        }
        (Some(wanted), None) => {
            Failure::new(format!("there is no {what} line {number}, whose `{field}` should be {wanted}")).open()
        }
        (None, _) => Failure::new(format!("there should be {} {what} lines, but there are more", wanted.len())),
    };
    failure
        .expected(wanted.join(" "))
        .actual(found.join(" "))
        .evidence(lines[at.min(lines.len()).saturating_sub(2)..].iter().take(5).map(line_evidence))
        .found()
}

fn words_of(run: &Run<'_>, operand: &Operand) -> Result<Vec<String>, SpecFault> {
    Ok(run.resolve(operand, None)?.split_whitespace().map(str::to_owned).collect())
}
