//! What killed graders left: groups that are named like ours and that nobody holds.

use std::fs;
use std::path::Path;

use super::group::end_members;
use crate::folder::lock;

/// How the names of a run's groups begin.
pub(super) const RUN: &str = "grade-run-";
/// How the name of the group begins that a grader has moved into.
pub(super) const ITSELF: &str = "grade-itself-";

/// Removes them, in each hierarchy by itself: of a group beside ours another grader may know less. A run's processes die with
/// their grader; if any is left, it ends with its group.
pub(super) fn sweep(parent: &Path) {
    for name in names(parent) {
        let group = parent.join(&name);
        if let Ok(Some(_held)) = lock(&group) {
            if name.starts_with(RUN) {
                end_members(&group);
            }
            let _left_when_somebody_is_in_it = fs::remove_dir(&group);
        }
    }
}

fn names(parent: &Path) -> Vec<String> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.starts_with(RUN) || name.starts_with(ITSELF)).collect()
}
