use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::finding::{Failure, SpecFault, line_evidence, shorten};
use super::nearest::nearest_line;
use crate::course::model::{Case, GroupBy, Operand, Scope, Selector, Spec};
use crate::trace::query::{Group, Grouping, Lives, Match, groups, matches};
use crate::trace::{End, Ended, LimitKind, Trace};

/// One case under one schedule, with what several checks ask of it read once.
pub(crate) struct Run<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) case: &'a Case,
    pub(crate) trace: &'a Trace,
    pub(crate) lives: Lives,
    args: Vec<String>,
    found: BTreeMap<&'a str, Vec<Match<'a>>>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(spec: &'a Spec, case: &'a Case, trace: &'a Trace) -> Self {
        let found = spec.events.iter().map(|(name, event)| (name.as_str(), matches(trace, &event.regex))).collect();
        Self { spec, case, trace, lives: Lives::of(trace), args: real_args(case, trace), found }
    }

    /// The lines that are this event.
    pub(crate) fn event(&self, name: &str) -> Result<&[Match<'a>], SpecFault> {
        self.found.get(name).map(Vec::as_slice).ok_or_else(|| SpecFault::NoEvent(name.to_owned()))
    }

    /// The lines that a selector means.
    pub(crate) fn select(&self, selector: &Selector) -> Result<Vec<Match<'a>>, SpecFault> {
        let mut chosen = Vec::new();
        'lines: for line in self.event(&selector.event)? {
            for (name, operand) in &selector.only {
                let wanted = operand.resolve(self.scope(Some(line)))?;
                if !line.fields.get(name.as_str()).is_some_and(|value| same_value(value, &wanted)) {
                    continue 'lines;
                }
            }
            chosen.push(line.clone());
        }
        Ok(chosen)
    }

    /// What operands are resolved against, for a line or for the case alone.
    pub(crate) fn scope(&self, line: Option<&Match<'_>>) -> Scope<'_> {
        let writer = line.filter(|line| line.pid != 0).map(|line| (line.pid, line.tid));
        Scope { args: &self.args, vars: &self.case.vars, writer }
    }

    pub(crate) fn resolve(&self, operand: &Operand, line: Option<&Match<'_>>) -> Result<String, SpecFault> {
        Ok(operand.resolve(self.scope(line))?)
    }

    /// Lines with the group that each belongs to.
    pub(crate) fn grouped(&self, lines: &[Match<'a>], by: Option<&GroupBy>) -> Vec<(Group, Match<'a>)> {
        groups(lines, grouping(by), &self.lives)
    }

    /// A failure because no line is what it should be, with the nearest that was printed.
    pub(crate) fn missing(&self, event: &str) -> Failure {
        let pattern = self.spec.events.get(event).map_or("", |event| event.regex.as_str());
        let failure = Failure::new(String::new()).open();
        let mut message = format!("no `{event}` line was printed (a line that matches `{pattern}`)");
        let failure = match nearest_line(self.trace, pattern) {
            Some(nearest) => {
                let _ = write!(message, "; the nearest line was `{}`", shorten(nearest.text));
                failure.evidence([line_evidence(&nearest)])
            }
            None => failure,
        };
        Failure { message, ..failure }.actual("none")
    }

    /// The same, where a selector asks for certain field values.
    pub(crate) fn missing_selected(&self, selector: &Selector) -> Result<Failure, SpecFault> {
        let all = self.event(&selector.event)?;
        if all.is_empty() || selector.only.is_empty() {
            return Ok(self.missing(&selector.event));
        }
        let wanted = self.describe(selector);
        let message = format!(
            "no {wanted} line was printed, though {} with other values",
            plural(all.len(), "line was", "lines were")
        );
        Ok(Failure::new(message).open().actual("none").evidence(all.iter().map(line_evidence)))
    }

    /// A selector in words: "`result` (n = 3)".
    pub(crate) fn describe(&self, selector: &Selector) -> String {
        let only: Vec<String> = selector
            .only
            .iter()
            .map(|(name, operand)| match operand.resolve(self.scope(None)) {
                Ok(value) => format!("{name} = {value}"),
                Err(_) => format!("{name} = the writer's own id"),
            })
            .collect();
        let event = &selector.event;
        if only.is_empty() { format!("`{event}`") } else { format!("`{event}` ({})", only.join(", ")) }
    }

    /// How the run was cut short, in words; none when the program ended by itself, well or badly.
    pub(crate) fn cut_short(&self) -> Option<String> {
        let end = &self.trace.end;
        let at = crate::clock::VirtualInstant::from_nanos(end.elapsed);
        match end.ended {
            Ended::Exit | Ended::Signal => None,
            Ended::Stuck => Some(format!("the run got stuck (a deadlock) at {at}: nothing could ever move again")),
            Ended::NoProgress => {
                Some(format!("the run was ended at {at}: it went on polling without getting anywhere"))
            }
            Ended::Limit => Some(format!("the run was ended at {at}: {}", limit_words(self.spec, end))),
            Ended::Interrupted => Some(format!("the run was interrupted at {at}")),
        }
    }

    /// Whether more time could have shown more: true of every end but the program's own and a deadlock.
    pub(crate) fn could_go_on(&self) -> bool {
        matches!(self.trace.end.ended, Ended::NoProgress | Ended::Limit | Ended::Interrupted)
    }

    /// Whether the run was cut short by us or the machine, not by anything that the program surely did.
    pub(crate) fn cut_by_us(&self) -> bool {
        let end = &self.trace.end;
        end.ended == Ended::Interrupted || (end.ended == Ended::Limit && end.limit == Some(LimitKind::RealTime))
    }
}

/// A spec's grouping in the words of the trace.
pub(crate) fn grouping(by: Option<&GroupBy>) -> Grouping<'_> {
    match by {
        None => Grouping::Whole,
        Some(GroupBy::Thread) => Grouping::Thread,
        Some(GroupBy::Process) => Grouping::Process,
        Some(GroupBy::Field(name)) => Grouping::Field(name),
    }
}

/// A group in words, with what stands before it: " of thread 12"; empty for the whole run.
pub(crate) fn of_group(group: &Group, by: Option<&GroupBy>) -> String {
    match (group, by) {
        (Group::Whole, _) => String::new(),
        (Group::Thread { tid, .. }, _) => format!(" of thread {tid}"),
        (Group::Process { pid, .. }, _) => format!(" of process {pid}"),
        (Group::Field(value), Some(GroupBy::Field(name))) => format!(" with {name} = {value}"),
        (Group::Field(value), _) => format!(" with {value}"),
    }
}

/// `1 line was`, `3 lines were`.
pub(crate) fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Whether two texts are the same value: the same text, or the same number when both read as one.
pub(crate) fn same_value(left: &str, right: &str) -> bool {
    left == right || compare_numbers(left, right) == Some(std::cmp::Ordering::Equal)
}

/// How two numbers compare; none when one of them is no number.
pub(crate) fn compare_numbers(left: &str, right: &str) -> Option<std::cmp::Ordering> {
    if let (Ok(left), Ok(right)) = (left.trim().parse::<i128>(), right.trim().parse::<i128>()) {
        return Some(left.cmp(&right));
    }
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number(left)?.partial_cmp(&number(right)?)
}

/// The arguments that the program really got: where the case says `$http`, the fixture's address.
fn real_args(case: &Case, trace: &Trace) -> Vec<String> {
    let given = &trace.header.argv;
    match given.len().checked_sub(case.args.len()) {
        Some(first) if first > 0 && case.args.iter().any(|arg| arg.contains("$http")) => given[first..].to_vec(),
        _ => case.args.clone(),
    }
}

fn limit_words(spec: &Spec, end: &End) -> String {
    let limits = &spec.limits;
    let Some(limit) = end.limit else { return "a limit was reached".to_owned() };
    if limit == LimitKind::Time {
        return format!("its time limit of {} was over", limits.time);
    }
    let did = limit.exceeded(match limit {
        LimitKind::Time | LimitKind::RealTime => limits.time.as_nanos(),
        LimitKind::Cpu => limits.cpu.as_nanos(),
        LimitKind::Memory => limits.memory,
        LimitKind::Processes => limits.processes.into(),
        LimitKind::Output => limits.output,
    });
    match end.used {
        Some(used) => format!("it {did}: {}", limit.amount(used)),
        None => format!("it {did}"),
    }
}
