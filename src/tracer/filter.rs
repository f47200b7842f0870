//! The seccomp filters that bring the interesting system calls to the tracer, made from the table.

use std::collections::BTreeMap;

use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

use super::calls::{Condition, Test, Treatment, When};
use super::error::Unsupported;
use super::regs::{CALLS, FILTER_ARCH, ORDERING};
use crate::sandbox::program;

/// Which calls a run wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// Everything that the table knows.
    Virtual,
    /// And what orders threads: they run under a schedule.
    Turns,
    /// Only what is observed: time is the machine's.
    Wall,
}

fn unsupported(error: impl std::fmt::Display) -> Unsupported {
    Unsupported { what: "a seccomp filter", why: error.to_string() }
}

fn condition(condition: &Condition) -> Result<SeccompCondition, Unsupported> {
    let length = if condition.wide { SeccompCmpArgLen::Qword } else { SeccompCmpArgLen::Dword };
    let (operator, value) = match condition.test {
        Test::Is(value) => (SeccompCmpOp::Eq, value),
        Test::IsNot(value) => (SeccompCmpOp::Ne, value),
        Test::Masked(mask, value) => (SeccompCmpOp::MaskedEq(mask), value),
        Test::AtLeast(value) => (SeccompCmpOp::Ge, value),
    };
    SeccompCondition::new(condition.argument, length, operator, value).map_err(unsupported)
}

fn rules(when: When) -> Result<Vec<SeccompRule>, Unsupported> {
    when.iter()
        .map(|all| {
            let conditions = all.iter().map(condition).collect::<Result<_, _>>()?;
            SeccompRule::new(conditions).map_err(unsupported)
        })
        .collect()
}

fn filter(calls: impl Iterator<Item = (i64, When)>, action: SeccompAction) -> Result<Option<BpfProgram>, Unsupported> {
    let rules =
        calls.map(|(number, when)| Ok((number, rules(when)?))).collect::<Result<BTreeMap<_, _>, Unsupported>>()?;
    if rules.is_empty() {
        return Ok(None);
    }
    program(rules, action, SeccompAction::Allow, FILTER_ARCH).map(Some).map_err(unsupported)
}

/// The filters of a run: one that refuses, one an error; one that traces.
///
/// # Errors
/// When the table cannot be made a filter on this machine.
pub(super) fn filters(sight: Sight) -> Result<Vec<BpfProgram>, Unsupported> {
    let traced = CALLS.iter().filter_map(|(number, _, treatment)| match treatment {
        Treatment::Observed(_, when) => Some((*number, *when)),
        Treatment::Virtualised(_, when) if sight != Sight::Wall => Some((*number, *when)),
        _ => None,
    });
    let ordering = if sight == Sight::Turns { ORDERING } else { &[] };
    // Of a call that stands in both lists, the second rule counts.
    let traced = traced.chain(ordering.iter().copied());
    let mut programs = Vec::from_iter(filter(traced, SeccompAction::Trace(0))?);
    let errors: std::collections::BTreeSet<i32> =
        CALLS.iter().filter_map(|(_, _, treatment)| refused(treatment).map(|(error, _)| error)).collect();
    for error in errors {
        let refused = CALLS.iter().filter_map(|(number, _, treatment)| {
            refused(treatment).filter(|(of, _)| *of == error).map(|(_, when)| (*number, when))
        });
        programs.extend(filter(refused, SeccompAction::Errno(error.unsigned_abs()))?);
    }
    Ok(programs)
}

/// A filter that brings more calls to the tracer from now on.
///
/// # Errors
/// When it cannot be made a filter on this machine.
pub(super) fn tracing(calls: &[(i64, When)]) -> Result<BpfProgram, Unsupported> {
    filter(calls.iter().copied(), SeccompAction::Trace(0))?.ok_or_else(|| unsupported("no calls"))
}

fn refused(treatment: &Treatment) -> Option<(i32, When)> {
    match treatment {
        Treatment::Refused(error, when) => Some((*error, when)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Sight, filters};
    use crate::tracer::regs::CALLS;

    #[test]
    fn the_table_becomes_filters() {
        let all = filters(Sight::Virtual).unwrap();
        let observed = filters(Sight::Wall).unwrap();
        assert!(all[0].len() > observed[0].len());
        assert!(all.iter().all(|program| program.len() < 4096));
    }

    #[test]
    fn no_call_stands_twice_in_the_table() {
        assert!(CALLS.is_sorted_by(|one, next| one.0 < next.0));
    }
}
