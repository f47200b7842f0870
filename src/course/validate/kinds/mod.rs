//! One function a kind of check: from its table to its part of the model.

mod amounts;
mod lines;
mod relations;
mod whole;

use super::scene::Scene;
use crate::course::model::{CheckKind, Deadlock, Zombies};
use crate::course::raw::{Section, Value};

impl Scene<'_> {
    /// Reads the value of a check's kind. None when it is mistaken.
    pub(super) fn kind(&self, key: &'static str, value: Value<'_>, check: &Section<'_>) -> Option<CheckKind> {
        let table = value.section();
        match (key, &table) {
            ("exit", _) => self.exit(value, check).map(CheckKind::Exit),
            ("deadlock", _) => Some(CheckKind::Deadlock(Deadlock { expected: value.boolean()? })),
            ("zombies", _) => Some(CheckKind::Zombies(Zombies { expected: value.boolean()? })),
            ("count", Some(table)) => self.count(table).map(CheckKind::Count),
            ("order", Some(table)) => self.order(table).map(CheckKind::Order),
            ("before", Some(table)) => self.before(table).map(CheckKind::Before),
            ("elapsed", Some(table)) => self.elapsed(table).map(CheckKind::Elapsed),
            ("gap", Some(table)) => self.gap(table).map(CheckKind::Gap),
            ("overlap", Some(table)) => self.overlap(table).map(CheckKind::Overlap),
            ("distinct", Some(table)) => self.distinct(table).map(CheckKind::Distinct),
            ("threads", Some(table)) => self.quantified(table).map(CheckKind::Threads),
            ("processes", Some(table)) => self.quantified(table).map(CheckKind::Processes),
            ("parallel", Some(table)) => self.parallel(table).map(CheckKind::Parallel),
            ("cpu", Some(table)) => self.cpu(table).map(CheckKind::Cpu),
            ("field", Some(table)) => self.field(table).map(CheckKind::Field),
            ("never", Some(table)) => self.never(table).map(CheckKind::Never),
            ("requests", Some(table)) => self.requests(table).map(CheckKind::Requests),
            ("snapshot", Some(table)) => self.snapshot(table).map(CheckKind::Snapshot),
            ("source", Some(table)) => self.source(table).map(CheckKind::Source),
            _ => None,
        }
    }
}
