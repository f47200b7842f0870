//! What `grade EXERCISE` shall do: arguments that fit together, resolved once.

use std::path::PathBuf;

use super::args::{ClockArg, Format, GradeArgs, SandboxArg};
use super::submission::Wanted;
use crate::batch::Seeds;

/// What `grade EXERCISE` shall do.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The exercises, as they were named.
    pub(crate) exercises: Vec<String>,
    /// Which file of each.
    pub(crate) wanted: Wanted,
    /// Under which schedules.
    pub(crate) seeds: Seeds,
    /// On whose clock; none: the best there is.
    pub(crate) clock: Option<ClockArg>,
    /// Whether it is contained.
    pub(crate) sandbox: SandboxArg,
    /// How results are written.
    pub(crate) format: Format,
    /// Where they are written; none: standard output.
    pub(crate) out: Option<PathBuf>,
    /// How much is done at once; none: as much as the machine has CPUs.
    pub(crate) jobs: Option<u16>,
}

impl Settings {
    /// Resolves the arguments.
    pub(crate) fn resolve(args: GradeArgs) -> Self {
        let seeds = match (args.schedules, args.schedule) {
            (Some(count), _) => Seeds::Count(count),
            (None, Some(seed)) => Seeds::Only(seed),
            (None, None) => Seeds::AsTheSpecSays,
        };
        Self {
            exercises: args.exercises,
            wanted: Wanted { file: args.file, language: args.lang.map(Into::into), solution: args.solution },
            seeds,
            clock: args.clock,
            sandbox: args.sandbox,
            format: args.format.unwrap_or_default(),
            out: args.out,
            jobs: args.jobs,
        }
    }
}
