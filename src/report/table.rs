//! Moments of a run as a small table: when, which thread, what.

use std::fmt::Write as _;

use anstyle::Style;

use super::harmless;
use crate::check::verdict::Evidence;
use crate::clock::VirtualInstant;

const FAINT: Style = Style::new().dimmed();

/// The lines and times that show why a check failed. Threads go by the ids that the program itself sees, as in a whole
/// trace; processes are named only where there are several.
pub(super) fn evidence(moments: &[Evidence]) -> String {
    let mut processes: Vec<u32> = moments.iter().map(|moment| moment.pid).filter(|pid| *pid != 0).collect();
    processes.sort_unstable();
    processes.dedup();
    let times: Vec<String> = moments.iter().map(|moment| VirtualInstant::from_nanos(moment.t).to_string()).collect();
    let names: Vec<String> = moments.iter().map(|moment| name(moment.pid, moment.tid, processes.len() > 1)).collect();
    let time_width = times.iter().map(String::len).max().unwrap_or(0);
    let name_width = names.iter().map(String::len).max().unwrap_or(0);
    let gap = if name_width == 0 { "" } else { "  " };
    let mut text = String::new();
    for ((moment, time), name) in moments.iter().zip(&times).zip(&names) {
        let what = harmless(&moment.text);
        let _infallible = writeln!(text, "{FAINT}{time:>time_width$}{gap}{name:<name_width$}  │{FAINT:#} {what}");
    }
    text
}

fn name(pid: u32, tid: u32, several: bool) -> String {
    match (pid, tid) {
        (0, 0) => String::new(),
        (pid, tid) if several && (pid == tid || tid == 0) => format!("process {pid}"),
        (pid, tid) if several => format!("process {pid}, thread {tid}"),
        (_, 0) => String::new(),
        (pid, tid) if pid == tid => "main thread".to_owned(),
        (_, tid) => format!("thread {tid}"),
    }
}
