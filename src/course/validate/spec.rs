use std::sync::Arc;

use super::events::Events;
use super::{cases, checks, scalar, wrong};
use crate::clock::VirtualDuration;
use crate::course::keys::SPEC;
use crate::course::model::{CheckKind, Limits, Spec};
use crate::course::raw::{Document, Section};
use crate::diag::{Diagnostic, Mistakes, SourceFile};

/// What a spec's text alone does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecContext {
    /// The names of the files in the folder `wrong` beside the spec; none when nobody has looked.
    pub wrong_files: Option<Vec<String>>,
}

/// Less memory than any program can start in.
const LEAST_MEMORY: u64 = 1 << 20;

/// Reads a spec: the model, unless there is an error, and all mistakes and warnings sorted by place.
pub(in crate::course) fn spec(source: &Arc<SourceFile>, context: &SpecContext) -> (Option<Spec>, Vec<Diagnostic>) {
    let mistakes = Mistakes::new(Arc::clone(source));
    let document = Document::read(source.text(), &mistakes);
    let spec = document.with_section(&SPEC, &mistakes, |section| read(section, context));
    let spec = spec.filter(|_| !mistakes.any_error());
    (spec, mistakes.into_sorted())
}

fn read(section: &Section<'_>, context: &SpecContext) -> Option<Spec> {
    let title = section.filled_text("title");
    let schedules = match section.integer("schedules") {
        Some(schedules) => u32::try_from(*schedules.get_ref()).ok(),
        None => Some(1),
    };
    let limits = section.value("limits").and_then(|limits| limits.section()).map(|limits| read_limits(&limits));
    let limits = limits.unwrap_or_default();
    let events = Events::read(section);
    let cases = cases::read(section);
    let checks = checks::read(section, &events, &cases, &limits);
    checks::refuse_duplicates(&checks.ids, section);
    let wrong = wrong::read(section, &checks, context);
    // A snapshot looks at all events.
    if !checks.good.iter().any(|check| matches!(check.kind, CheckKind::Snapshot(_))) {
        events.warn_of_unused(section.mistakes);
    }
    Some(Spec {
        title: title?.into_inner(),
        schedules: schedules?,
        limits,
        events: events.into_patterns(),
        cases: cases.into_iter().map(|known| known.case).collect(),
        checks: checks.good,
        wrong,
    })
}

fn read_limits(section: &Section<'_>) -> Limits {
    let mut limits = Limits::default();
    for (name, limit) in [("time", &mut limits.time), ("cpu", &mut limits.cpu)] {
        if let Some(duration) = scalar::duration_of(section, name) {
            if *duration.get_ref() == VirtualDuration::ZERO {
                let mistake = section.mistakes.error(
                    duration.span(),
                    format!("the limit on {name} is no time at all"),
                    "nothing can run in it",
                );
                section
                    .mistakes
                    .add(mistake.help(format!("for example `{name} = \"20s\"`; without it the default holds")));
                continue;
            }
            *limit = duration.into_inner();
        }
    }
    for (name, least, limit) in [("memory", LEAST_MEMORY, &mut limits.memory), ("output", 1, &mut limits.output)] {
        if let Some(size) = scalar::size_of(section, name) {
            if *size.get_ref() < least {
                let message = format!("the limit on {name} is too small");
                let mistake = section.mistakes.error(size.span(), message, "no program can run in it");
                section.mistakes.add(
                    mistake.help(format!(
                        "for example `{name} = \"{}\"`",
                        if name == "memory" { "512MiB" } else { "1MiB" }
                    )),
                );
                continue;
            }
            *limit = size.into_inner();
        }
    }
    if let Some(processes) = section.integer("processes") {
        limits.processes = u32::try_from(*processes.get_ref()).unwrap_or(u32::MAX);
    }
    if let Some(processors) = section.integer("processors") {
        limits.processors = u32::try_from(*processors.get_ref()).unwrap_or(u32::MAX);
    }
    limits
}
