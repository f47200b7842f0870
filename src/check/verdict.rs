//! What grading an exercise found: `grade/result/v1` of the contract, as plain data.

use serde::{Deserialize, Serialize};

use crate::course::model::{Check, Language};
use crate::trace::{ClockKind, Ended, LimitKind};

/// The name of the result format.
pub const SCHEMA: &str = "grade/result/v1";

/// The result of one exercise of one submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExerciseResult {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The exercise's id.
    pub exercise: String,
    /// The submission's language.
    pub language: Language,
    /// The verdict.
    pub verdict: Verdict,
    /// Points reached.
    pub score: u32,
    /// Points that can be reached.
    pub max_score: u32,
    /// Each check's outcome, in the spec's order.
    pub checks: Vec<CheckResult>,
    /// How the build went.
    pub build: BuildSummary,
    /// What the runs used; none when nothing was run.
    pub run: Option<RunSummary>,
    /// A command that shows the failure again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// Why the verdict is inconclusive or a grader error, and other things that a reader should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The verdict on one exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every check passed.
    Passed,
    /// A check failed.
    Failed,
    /// The submission does not compile.
    BuildFailed,
    /// Our measurement could not decide; never a zero.
    Inconclusive,
    /// Our fault; never a zero.
    GraderError,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CheckResult {
    /// The check's id.
    pub id: String,
    /// The check's name.
    pub name: String,
    /// Whether it passed.
    pub status: Status,
    /// Points given.
    pub points: u32,
    /// Points that can be given.
    pub max_points: u32,
    /// What was found, in a sentence; empty when it passed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What was expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// The author's hint, when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The case in which it failed. For a hidden case: `hidden case 2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The seed of the schedule under which it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<u64>,
    /// The lines and times that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

impl CheckResult {
    /// Of a check of which nothing more is to be said: no points, no finding.
    #[must_use]
    pub fn without_finding(check: &Check, status: Status) -> Self {
        Self {
            id: check.id.clone(),
            name: check.name.clone(),
            status,
            points: 0,
            max_points: check.points,
            message: String::new(),
            expected: None,
            actual: None,
            hint: None,
            case: None,
            schedule: None,
            evidence: Vec::new(),
        }
    }
}

/// Whether a check passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It holds in every case and schedule.
    Passed,
    /// It does not.
    Failed,
    /// A check that it needs failed.
    Skipped,
    /// This engine cannot see it.
    Unobserved,
    /// Our measurement could not decide.
    Inconclusive,
}

/// A moment of a trace that shows why a check failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Evidence {
    /// When, in virtual nanoseconds since the start.
    pub t: u64,
    /// The process; 0 where the engine cannot tell.
    #[serde(default)]
    pub pid: u32,
    /// The thread; 0 where the engine cannot tell.
    pub tid: u32,
    /// The line, or what happened in words.
    pub text: String,
}

/// How the build went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BuildSummary {
    /// Whether it went well.
    pub ok: bool,
    /// How long it took, in real nanoseconds; 0 when it came from the cache.
    pub ns: u64,
    /// What the compiler said, capped.
    pub output: String,
}

/// What the runs of one exercise used, all together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunSummary {
    /// How many cases were run.
    pub cases: u32,
    /// How many schedules a case was run under, at most: where others can change nothing, they are not run.
    pub schedules: u32,
    /// The longest run, in virtual nanoseconds.
    pub elapsed: u64,
    /// Real nanoseconds, all runs together.
    pub real: u64,
    /// CPU nanoseconds, all runs together.
    pub cpu: u64,
    /// Threads of the run that had most.
    pub threads: u32,
    /// Processes of the run that had most.
    pub processes: u32,
    /// Which clock the program saw.
    pub clock: ClockKind,
    /// How the program was contained: `namespaces`, `landlock` or `off`; with `, cgroup` behind it where each run was a
    /// control group.
    #[serde(default)]
    pub sandbox: String,
    /// How the worst run ended.
    pub ended: Ended,
    /// Which limit ended a run, when one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitKind>,
    /// How much of what that limit counts was used: nanoseconds, bytes, or threads and processes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// How much of it the limit allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u64>,
}
