use std::cmp::Ordering;

use crate::check::finding::{Failure, Finding, Found, SpecFault, line_evidence};
use crate::check::run::{Run, compare_numbers, same_value};
use crate::course::model::{FieldCheck, Operand, Which};
use crate::trace::query::Match;

/// The value of an event's field, in the lines that are meant.
pub(crate) fn check(run: &Run<'_>, field: &FieldCheck) -> Found {
    let lines = run.select(&field.select)?;
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        let failure = run.missing_selected(&field.select)?;
        return match expected(run, field, None) {
            Ok(expected) => failure.expected(expected).found(),
            // The writer of a line that never came has no id.
            Err(SpecFault::Operand(_)) => failure.found(),
            Err(fault) => Err(fault),
        };
    };
    let what = run.describe(&field.select);
    let name = &field.name;
    let meant: Vec<&Match<'_>> = match field.which {
        Which::All | Which::Any => lines.iter().collect(),
        Which::First => vec![first],
        Which::Last => vec![last],
    };
    let mut wrong = Vec::new();
    for &line in &meant {
        if !holds(run, field, line)? {
            wrong.push(line);
        }
    }
    let held = if field.which == Which::Any { wrong.len() < meant.len() } else { wrong.is_empty() };
    if held {
        let settled = matches!(field.which, Which::First | Which::Any);
        return Ok(if settled { Finding::Held } else { Finding::HeldSoFar });
    }
    let line = wrong[0];
    let expected = expected(run, field, Some(line))?;
    let value = line.fields.get(name.as_str()).copied();
    let actual = value.map_or("no value".to_owned(), str::to_owned);
    let failure = match field.which {
        Which::Any => Failure::new(format!("no {what} line has a `{name}` that is {expected}")).open(),
        Which::Last => Failure::new(format!(
            "the `{name}` of the last {what} line should be {expected}, but it is {actual} (at {})",
            line.at.t
        ))
        .open(),
        Which::All | Which::First => Failure::new(format!(
            "the `{name}` of a {what} line should be {expected}, but it is {actual} (at {})",
            line.at.t
        )),
    };
    failure.expected(expected).actual(actual).evidence(wrong.into_iter().map(line_evidence)).found()
}

fn holds(run: &Run<'_>, field: &FieldCheck, line: &Match<'_>) -> Result<bool, SpecFault> {
    let Some(value) = line.fields.get(field.name.as_str()).copied() else { return Ok(false) };
    let resolve = |operand: &Operand| run.resolve(operand, Some(line));
    if let Some(equals) = &field.equals
        && !same_value(value, &resolve(equals)?)
    {
        return Ok(false);
    }
    if !field.one_of.is_empty() {
        let mut any = false;
        for operand in &field.one_of {
            any |= same_value(value, &resolve(operand)?);
        }
        if !any {
            return Ok(false);
        }
    }
    if field.matches.as_ref().is_some_and(|regex| !regex.is_match(value)) {
        return Ok(false);
    }
    // A bound that is no number is its author's mistake; a value that is none is the student's.
    for (bound, wrong) in [(&field.at_least, Ordering::Less), (&field.at_most, Ordering::Greater)] {
        let Some(bound) = bound else { continue };
        let bound = resolve(bound)?;
        if compare_numbers(&bound, "0").is_none() {
            return Err(SpecFault::NotANumber(bound));
        }
        if compare_numbers(value, &bound).is_none_or(|side| side == wrong) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn expected(run: &Run<'_>, field: &FieldCheck, line: Option<&Match<'_>>) -> Result<String, SpecFault> {
    let mut parts = Vec::new();
    if let Some(equals) = &field.equals {
        parts.push(run.resolve(equals, line)?);
    }
    if !field.one_of.is_empty() {
        let values: Result<Vec<_>, _> = field.one_of.iter().map(|operand| run.resolve(operand, line)).collect();
        parts.push(format!("one of {}", values?.join(", ")));
    }
    if let Some(regex) = &field.matches {
        parts.push(format!("a text that matches `{}`", regex.as_str()));
    }
    if let Some(least) = &field.at_least {
        parts.push(format!("at least {}", run.resolve(least, line)?));
    }
    if let Some(most) = &field.at_most {
        parts.push(format!("at most {}", run.resolve(most, line)?));
    }
    Ok(parts.join(" and "))
}
