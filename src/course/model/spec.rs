use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::{Check, Language};
use crate::clock::VirtualDuration;

/// A validated `spec.toml`.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The exercise's title.
    pub title: String,
    /// How many schedules each case is run under; 1 is the natural schedule alone.
    pub schedules: u32,
    /// What a run may use.
    pub limits: Limits,
    /// Named events: a regular expression over one output line.
    pub events: BTreeMap<String, EventPattern>,
    /// The cases, in order; at least one.
    pub cases: Vec<Case>,
    /// The checks, in order; at least one.
    pub checks: Vec<Check>,
    /// Wrong submissions and what they must fail.
    pub wrong: Vec<Wrong>,
}

impl Spec {
    /// The sum of all checks' points.
    pub fn max_score(&self) -> u32 {
        self.checks.iter().map(|check| check.points).sum()
    }
}

/// What a run may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Virtual time from start to end (wall time under the wall engine).
    pub time: VirtualDuration,
    /// CPU time of the whole tree.
    pub cpu: VirtualDuration,
    /// Memory of the whole tree, in bytes.
    pub memory: u64,
    /// Processes and threads that live at once.
    pub processes: u32,
    /// Bytes of output, both streams together.
    pub output: u64,
    /// On how many processors it really runs. One is enough, cheapest and steadiest unless processes have to compute side by
    /// side.
    pub processors: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: VirtualDuration::from_secs(60),
            cpu: VirtualDuration::from_secs(10),
            memory: 512 << 20,
            processes: 64,
            output: 1 << 20,
            processors: 1,
        }
    }
}

/// A named event: which output lines it is.
#[derive(Clone, Debug)]
pub struct EventPattern {
    /// Its name.
    pub name: String,
    /// The compiled expression; named groups are the event's fields.
    pub regex: Regex,
}

impl EventPattern {
    /// Names of the fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.regex.capture_names().flatten()
    }
}

/// One way in which the program is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The program's arguments. `$http` in one becomes the fixture's address, such as `http://127.0.0.1:40123`.
    pub args: Vec<String>,
    /// What the program reads on its standard input.
    pub stdin: String,
    /// Values that checks may use as `$name`, beside `$1`, `$2` … for the arguments.
    pub vars: BTreeMap<String, String>,
    /// Students see that it failed, not its arguments.
    pub hidden: bool,
    /// Whether the HTTP fixture runs beside the program (true when an argument or environment value uses `$http`).
    pub http: bool,
}

/// A submission that must fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Its file's name within `wrong/`.
    pub file: String,
    /// Its language, by its extension.
    pub language: Language,
    /// The ids of the checks that it must fail, and no other (checks that are skipped for them aside).
    pub fails: Vec<String>,
    /// What is wrong with it, for the author's own memory.
    pub why: String,
    /// Which engine can tell.
    pub engine: Engines,
}

/// Which engine can tell a wrong submission from a right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engines {
    /// Every engine.
    Any,
    /// Only the traced engine: it needs the kernel's word or a virtual clock.
    Traced,
}
