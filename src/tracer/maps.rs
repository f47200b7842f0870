//! What a process has mapped, as `/proc/PID/maps` tells it (`proc_pid_maps(5)`).

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

/// What is mapped: the device and the inode.
pub(super) type Inode = (u64, u64);

/// A piece of a process's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) range: Range<u64>,
    pub(super) readable: bool,
    pub(super) writable: bool,
    pub(super) executable: bool,
    /// Whether others that map the same see what is written.
    pub(super) shared: bool,
    pub(super) inode: Inode,
    /// Where in the file it begins.
    pub(super) offset: u64,
}

/// All pieces of a process; none for one that is gone.
pub(super) fn of(pid: i32) -> Vec<Mapping> {
    text(pid).lines().filter_map(mapping).collect()
}

/// The file that a process runs, and the pieces that are of it; none for a process that is gone.
pub(super) fn of_program(pid: i32) -> Option<(PathBuf, Vec<Mapping>)> {
    let program = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    let name = program.to_string_lossy();
    let pieces = text(pid).lines().filter(|line| line.ends_with(&*name)).filter_map(mapping).collect();
    Some((program, pieces))
}

fn text(pid: i32) -> String {
    fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default()
}

fn mapping(line: &str) -> Option<Mapping> {
    let mut words = line.split_ascii_whitespace();
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let (from, to) = words.next()?.split_once('-')?;
    let rights = words.next()?;
    let offset = hex(words.next()?)?;
    let (major, minor) = words.next()?.split_once(':')?;
    let inode = words.next()?.parse().ok()?;
    Some(Mapping {
        range: hex(from)?..hex(to)?,
        readable: rights.contains('r'),
        writable: rights.contains('w'),
        executable: rights.contains('x'),
        shared: rights.ends_with('s'),
        inode: (hex(major)? << 32 | hex(minor)?, inode),
        offset,
    })
}

#[cfg(test)]
mod tests {
    use super::{Mapping, mapping};

    #[test]
    fn a_line_tells_where_a_piece_is_what_it_is_of_and_who_may_do_what() {
        let shared = "7f0c40000000-7f0c40001000 rw-s 00002000 00:01 2071                       /dev/zero (deleted)";
        let expected = Mapping {
            range: 0x7f0c_4000_0000..0x7f0c_4000_1000,
            readable: true,
            writable: true,
            executable: false,
            shared: true,
            inode: (1, 2071),
            offset: 0x2000,
        };
        assert_eq!(mapping(shared), Some(expected));
        let code = mapping("55550000-55551000 r-xp 00000000 08:01 9 /usr/bin/a program").expect("a piece");
        assert!(code.executable && !code.writable && !code.shared && code.inode == (8 << 32 | 1, 9));
        assert_eq!((mapping(""), mapping("no piece of memory")), (None, None));
    }
}
