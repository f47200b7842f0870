//! The children of a test's process.

use std::fs;

/// The children that this process has, dead ones too, with what `/proc` says of each.
pub(crate) fn children() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").expect("our own threads");
    let lists = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .map(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or(pid))
        .collect()
}
