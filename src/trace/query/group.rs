use super::{Lives, Match};
use crate::trace::{Pid, Tid};

/// By what lines are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping<'a> {
    /// All lines of the run are one group.
    Whole,
    /// By the thread that wrote the line.
    Thread,
    /// By the process that wrote the line.
    Process,
    /// By the value of this field.
    Field(&'a str),
}

/// One group of lines. A thread or process is told from a later one with the same id by its place among the births.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The whole run.
    Whole,
    /// A thread.
    Thread {
        /// Its place among all threads, by birth.
        birth: usize,
        /// Its process.
        pid: Pid,
        /// Its id.
        tid: Tid,
    },
    /// A process.
    Process {
        /// Its place among all processes, by birth.
        birth: usize,
        /// Its id.
        pid: Pid,
    },
    /// The lines whose field has this value; empty when the line has no such field.
    Field(String),
}

impl Group {
    /// The group that a line belongs to.
    pub fn of(line: &Match<'_>, grouping: Grouping<'_>, lives: &Lives) -> Self {
        match grouping {
            Grouping::Whole => Self::Whole,
            Grouping::Thread => {
                Self::Thread { birth: lives.thread_at(line.tid, line.at.seq), pid: line.pid, tid: line.tid }
            }
            Grouping::Process => Self::Process { birth: lives.process_at(line.pid, line.at.seq), pid: line.pid },
            Grouping::Field(name) => Self::Field((*line.fields.get(name).unwrap_or(&"")).to_owned()),
        }
    }
}

/// Each line with its group, in the same order.
pub fn groups<'t>(found: &[Match<'t>], grouping: Grouping<'_>, lives: &Lives) -> Vec<(Group, Match<'t>)> {
    found.iter().map(|line| (Group::of(line, grouping, lives), line.clone())).collect()
}
