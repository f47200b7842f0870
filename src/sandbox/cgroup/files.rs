//! The small files of a control group.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Writes a word to a file of a group.
pub(super) fn write(group: &Path, file: &str, word: &str) -> io::Result<()> {
    // Nothing is made here: the kernel has the file, or has it not.
    let opened = fs::OpenOptions::new().write(true).open(group.join(file));
    opened
        .and_then(|mut file| file.write_all(word.as_bytes()))
        .map_err(|cause| io::Error::new(cause.kind(), format!("{}: {cause}", group.join(file).display())))
}

/// The same for a file that this kernel may not have.
pub(super) fn write_if_there(group: &Path, file: &str, word: &str) -> io::Result<()> {
    match write(group, file, word) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// A whole file; empty when it cannot be read.
pub(super) fn read(group: &Path, file: &str) -> String {
    fs::read_to_string(group.join(file)).unwrap_or_default()
}

/// The number behind a name, in a file of lines with a name and a number.
pub(super) fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// Who is in a group, as far as we can see them; a thread of ours may be, and is not meant.
pub(super) fn members(group: &Path) -> Vec<i32> {
    let own = std::process::id().cast_signed();
    // Those of another process namespace are told as 0.
    let pids = read(group, "cgroup.procs");
    pids.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid > 0 && *pid != own).collect()
}

/// Whether a list of words parted by spaces has this one.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    text.split_ascii_whitespace().any(|other| other == word)
}

#[cfg(test)]
mod tests {
    use super::{field, has_word};

    #[test]
    fn a_number_is_found_by_its_whole_name() {
        let events = "low 0\noom 2\noom_kill 3\noom_group_kill 4\n";
        assert_eq!((field(events, "oom"), field(events, "oom_kill"), field(events, "oo")), (Some(2), Some(3), None));
        assert!(has_word("cpu memory pids\n", "memory") && !has_word("hugetlb\n", "memory"));
    }
}
