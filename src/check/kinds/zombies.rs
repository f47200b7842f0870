use crate::check::finding::{Failure, Finding, Found, end_evidence, event_evidence};
use crate::check::run::{Run, plural};
use crate::course::model::Zombies;
use crate::trace::EventKind;

/// Whether the program ended and left children behind that had ended before it and that it never waited for.
pub(crate) fn check(run: &Run<'_>, zombies: Zombies) -> Found {
    let mut found = Vec::new();
    for event in &run.trace.events {
        if let EventKind::Zombie { parent } = event.kind {
            let text = format!("process {} had ended, and its parent {parent} had not waited for it", event.pid);
            found.push(event_evidence(event, text));
        }
    }
    match (zombies.expected, found.is_empty()) {
        (true, false) => Ok(Finding::Held),
        (false, true) => Ok(Finding::HeldSoFar),
        (true, true) => Failure::new("a child should be left as a zombie here, but none was")
            .open()
            .expected("zombies")
            .actual("none")
            .evidence([end_evidence(run.trace, "the end of the run")])
            .found(),
        (false, false) => {
            let who = plural(found.len(), "child that had ended was", "children that had ended were");
            Failure::new(format!("{who} never waited for by the parent"))
                .expected("no zombies")
                .actual(plural(found.len(), "zombie", "zombies"))
                .evidence(found)
                .found()
        }
    }
}
