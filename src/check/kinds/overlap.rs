use crate::check::bounds::{Side, numbers};
use crate::check::finding::{Failure, Finding, Found, line_evidence};
use crate::check::run::Run;
use crate::course::model::{GroupBy, Overlap, Selector};
use crate::trace::query::{intervals, peak};

/// The peak of intervals that are open at once. One that is never closed is open until the end; at least one must be
/// closed, else nothing was measured.
pub(crate) fn check(run: &Run<'_>, overlap: &Overlap) -> Found {
    let range = numbers(run, &overlap.bounds)?;
    let of = |event: &String| Selector { event: event.clone(), only: overlap.only.clone() };
    let (from, to) = (of(&overlap.from), of(&overlap.to));
    let (opening, closing) = (run.select(&from)?, run.select(&to)?);
    for (selector, lines) in [(&from, &opening), (&to, &closing)] {
        if lines.is_empty() {
            return run.missing_selected(selector)?.expected(range.words()).found();
        }
    }
    let by = overlap.by.as_ref();
    let from = run.grouped(&opening, by);
    let to = run.grouped(&closing, by);
    let found = intervals(&from, &to);
    if found.iter().all(|interval| interval.closed.is_none()) {
        let of = match by {
            None => "",
            Some(GroupBy::Thread) => " of the same thread",
            Some(GroupBy::Process) => " of the same process",
            Some(GroupBy::Field(_)) => " with the same value",
        };
        return Failure::new(format!("no `{}` came after a `{}`{of}", overlap.to, overlap.from))
            .open()
            .expected(range.words())
            .evidence(from.iter().chain(&to).map(|(_, line)| line_evidence(line)))
            .found();
    }
    let spans: Vec<_> = found.iter().map(|interval| (interval.opened, interval.closed)).collect();
    let highest = peak(&spans);
    let side = range.side(highest.height as u64);
    if side == Side::Within {
        return Ok(if range.most().is_none() { Finding::Held } else { Finding::HeldSoFar });
    }
    let last_opened = highest.open.last().copied().unwrap_or(0);
    let between = format!("between `{}` and `{}`", overlap.from, overlap.to);
    let (one, many) = match by {
        Some(GroupBy::Thread) => ("one thread was", "threads were"),
        Some(GroupBy::Process) => ("one process was", "processes were"),
        _ => ("one piece of work was", "pieces of work were"),
    };
    let count = if highest.height == 1 { one.to_owned() } else { format!("{} {many}", highest.height) };
    let at = found[last_opened].opened.t;
    let failure = if side == Side::Above {
        Failure::new(format!("{count} {between} at {at}, but there should be {} at once", range.words()))
    } else {
        Failure::new(format!("never more than {count} {between} at once, but there should be {}", range.words())).open()
    };
    // The lines that opened and closed what was open at the peak, those around its moment first.
    let mut lines = Vec::new();
    for place in highest.open.iter().rev() {
        let interval = &found[*place];
        lines.push(line_evidence(&from[interval.from].1));
        lines.extend(interval.to.map(|to_at| line_evidence(&to[to_at].1)));
    }
    if side == Side::Below {
        lines = found
            .iter()
            .flat_map(|interval| {
                [Some(&from[interval.from].1), interval.to.map(|at| &to[at].1)].into_iter().flatten().map(line_evidence)
            })
            .collect();
    }
    failure.expected(range.words()).actual(highest.height.to_string()).evidence(lines).found()
}
