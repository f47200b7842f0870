//! What `grade EXERCISE` shall do: arguments that fit together, resolved once.

use std::path::PathBuf;

use super::args::{ClockArg, FormatArg, GradeArgs, SandboxArg};
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

/// A way of writing results that this version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// `grade/result/v1`, an object a line.
    Json,
    /// `JUnit` XML.
    Junit,
    /// Gradescope's `results.json`.
    Gradescope,
    /// Classroom 50's `result.json`.
    Classroom50,
    /// Exercism's `results.json`.
    Exercism,
    /// GitHub's annotations and step summary.
    Github,
    /// Markdown.
    Markdown,
    /// A web page.
    Html,
}

impl Format {
    /// Whether each result is written as soon as it is there, rather than one document of all at the end.
    pub(crate) const fn is_written_at_once(self) -> bool {
        matches!(self, Self::Human | Self::Json)
    }
}

impl Settings {
    /// Resolves the arguments.
    pub(crate) fn resolve(args: GradeArgs) -> Self {
        let format = match args.format.unwrap_or_default() {
            FormatArg::Human => Format::Human,
            FormatArg::Json => Format::Json,
            FormatArg::Junit => Format::Junit,
            FormatArg::Gradescope => Format::Gradescope,
            FormatArg::Classroom50 => Format::Classroom50,
            FormatArg::Exercism => Format::Exercism,
            FormatArg::Github => Format::Github,
            FormatArg::Markdown => Format::Markdown,
            FormatArg::Html => Format::Html,
        };
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
            format,
            out: args.out,
            jobs: args.jobs,
        }
    }
}
