use crate::check::finding::{Finding, Found};
use crate::check::run::Run;
use crate::course::model::SnapshotCheck;
use crate::trace::snapshot::SnapshotSource;

/// The whole trace against the reference's.
pub(crate) fn check(run: &Run<'_>, _: &SnapshotCheck, snapshots: &dyn SnapshotSource) -> Found {
    snapshots.snapshot(&run.case.name)?;
    Ok(Finding::Inconclusive("Snapshots cannot be compared yet.".to_owned()))
}
