use crate::course::model::{Bounds, CheckKind, CpuOf, GroupBy, Needs, Operand, Order, Selector, SnapshotMode};

/// What an engine must be able to observe for a check of this kind to mean anything.
pub fn needs(kind: &CheckKind) -> Needs {
    let mut needs = Needs::default();
    match kind {
        CheckKind::Exit(_)
        | CheckKind::Elapsed(_)
        | CheckKind::Never(_)
        | CheckKind::Source(_)
        | CheckKind::Count(_) => {}
        CheckKind::Order(Order::Events { by, .. }) => group(&mut needs, by.as_ref()),
        CheckKind::Order(Order::Values { values, .. }) => values.iter().for_each(|value| writer(&mut needs, value)),
        CheckKind::Before(before) => group(&mut needs, before.by.as_ref()),
        CheckKind::Gap(gap) => {
            group(&mut needs, gap.by.as_ref());
            bounds(&mut needs, &gap.bounds);
        }
        CheckKind::Overlap(overlap) => {
            group(&mut needs, overlap.by.as_ref());
            overlap.only.values().for_each(|value| writer(&mut needs, value));
        }
        CheckKind::Distinct(distinct) => {
            group(&mut needs, Some(&distinct.by));
            match distinct.by {
                GroupBy::Process => needs.processes |= distinct.not_main,
                GroupBy::Thread | GroupBy::Field(_) => needs.threads |= distinct.not_main,
            }
        }
        CheckKind::Threads(_) => needs.threads = true,
        CheckKind::Processes(_) | CheckKind::Parallel(_) | CheckKind::Zombies(_) => needs.processes = true,
        CheckKind::Cpu(cpu) => needs.processes = cpu.of != CpuOf::Tree,
        CheckKind::Field(field) => {
            let bounds = [&field.equals, &field.at_least, &field.at_most];
            bounds.into_iter().flatten().chain(&field.one_of).for_each(|operand| writer(&mut needs, operand));
        }
        CheckKind::Requests(_) => needs.http = true,
        CheckKind::Deadlock(_) => needs.deadlock = true,
        CheckKind::Snapshot(snapshot) => match snapshot.mode {
            SnapshotMode::Times | SnapshotMode::Order | SnapshotMode::Exact => {
                (needs.threads, needs.processes) = (true, true);
            }
        },
    }
    if let Some(select) = selector(kind) {
        select.only.values().for_each(|value| writer(&mut needs, value));
    }
    needs
}

/// What is missing, in words; none when the engine observes all that is needed.
pub(crate) fn missing(needs: Needs, observes: Needs) -> Option<String> {
    let kinds = [
        (needs.threads && !observes.threads, "which thread does what"),
        (needs.processes && !observes.processes, "which process does what"),
        (needs.deadlock && !observes.deadlock, "whether the run is stuck for ever"),
        (needs.http && !observes.http, "what the HTTP server was asked"),
    ];
    let missing: Vec<&str> = kinds.into_iter().filter_map(|(missing, what)| missing.then_some(what)).collect();
    (!missing.is_empty()).then(|| missing.join(" and "))
}

fn selector(kind: &CheckKind) -> Option<&Selector> {
    match kind {
        CheckKind::Count(count) => Some(&count.select),
        CheckKind::Order(Order::Values { select, .. }) => Some(select),
        CheckKind::Elapsed(elapsed) => elapsed.until.as_ref(),
        CheckKind::Distinct(distinct) => Some(&distinct.select),
        CheckKind::Field(field) => Some(&field.select),
        CheckKind::Never(never) => Some(&never.select),
        _ => None,
    }
}

fn group(needs: &mut Needs, by: Option<&GroupBy>) {
    match by {
        Some(GroupBy::Thread) => needs.threads = true,
        Some(GroupBy::Process) => needs.processes = true,
        Some(GroupBy::Field(_)) | None => {}
    }
}

fn bounds(needs: &mut Needs, bounds: &Bounds) {
    [&bounds.equals, &bounds.at_least, &bounds.at_most]
        .into_iter()
        .flatten()
        .for_each(|operand| writer(needs, operand));
}

/// `$pid` and `$tid` are the kernel's word on who wrote a line.
fn writer(needs: &mut Needs, operand: &Operand) {
    if operand.needs_writer() {
        (needs.threads, needs.processes) = (true, true);
    }
}
