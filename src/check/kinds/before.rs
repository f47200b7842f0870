use std::collections::BTreeMap;

use crate::check::finding::{Failure, Finding, Found, line_evidence};
use crate::check::run::{Run, of_group};
use crate::course::model::Before;
use crate::trace::query::{Group, Match};

/// Every `then` of a group comes after every `first` of it; a group with a `then` has a `first`.
pub(crate) fn check(run: &Run<'_>, before: &Before) -> Found {
    let (first, then) = (&before.first, &before.then);
    let expected = format!("`{first}` before `{then}`");
    for event in [first, then] {
        if run.event(event)?.is_empty() {
            return run.missing(event).expected(expected).found();
        }
    }
    let by = before.by.as_ref();
    let mut last_first: BTreeMap<Group, Match<'_>> = BTreeMap::new();
    for (group, line) in run.grouped(run.event(first)?, by) {
        last_first.insert(group, line);
    }
    for (group, line) in run.grouped(run.event(then)?, by) {
        let of = of_group(&group, by);
        let Some(other) = last_first.get(&group) else {
            return Failure::new(format!("`{then}` came{of} at {}, but no `{first}`{of} ever did", line.at.t))
                .open()
                .expected(expected)
                .actual(format!("no `{first}`"))
                .evidence([line_evidence(&line)])
                .found();
        };
        if line.at.seq < other.at.seq {
            return Failure::new(format!("`{then}` came{of} at {}, before a `{first}` at {}", line.at.t, other.at.t))
                .expected(expected)
                .actual(format!("`{then}` before `{first}`"))
                .evidence([line_evidence(&line), line_evidence(other)])
                .found();
        }
    }
    Ok(Finding::Held)
}
