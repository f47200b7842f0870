//! What killed graders left: groups that are named like ours and that nobody holds.

use std::fs;
use std::path::Path;

use super::group::end_members;
use crate::folder::lock;

/// How the names of a run's groups begin.
pub(super) const RUN: &str = "grade-run-";
/// How the name of the group begins that a grader has moved into.
pub(super) const ITSELF: &str = "grade-itself-";

/// Removes them. A run's processes die with their grader; if any is left, it ends with its group.
pub(super) fn sweep(memory: &Path, processes: Option<&Path>) {
    for name in names(memory) {
        let group = memory.join(&name);
        if let Ok(Some(_held)) = lock(&group) {
            if name.starts_with(RUN) {
                end_members(&group);
                processes.inspect(|parent| drop(fs::remove_dir(parent.join(&name))));
            }
            let _left_when_somebody_is_in_it = fs::remove_dir(&group);
        }
    }
    // One is made after the other, and goes before it: alone it is nobody's.
    for (parent, name) in processes.iter().flat_map(|parent| names(parent).into_iter().map(move |name| (parent, name)))
    {
        if !memory.join(&name).exists() {
            let _left_when_somebody_is_in_it = fs::remove_dir(parent.join(&name));
        }
    }
}

fn names(parent: &Path) -> Vec<String> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.starts_with(RUN) || name.starts_with(ITSELF)).collect()
}
