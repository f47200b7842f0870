//! Rust submissions: rustc itself, past the rustup proxy, against the course's libraries that cargo built once.
//!
//! `cargo build` of a package per submission is slower by half a second and its lock serialises; calling rustc is the
//! same for the student. A submission is one file: what it reads beside itself while it is compiled is refused.

mod compile;
mod libraries;
mod toolchain;

pub(super) use libraries::Libraries;
pub(super) use toolchain::Toolchain;

use super::tools::Toolset;
use super::{BuildError, BuildOutcome, Builder, Program, Submission};

/// Rust, as building sees it.
pub(super) struct Rust;

impl Toolset for Rust {
    type Tool = Toolchain;
    type Extras = Libraries;

    fn find_tool(builder: &Builder<'_>) -> Result<Toolchain, BuildError> {
        Toolchain::find(&builder.cache, &builder.search, &builder.interrupt)
    }

    fn wants_extras(source: &[u8]) -> bool {
        libraries::are_mentioned(source)
    }

    fn make_ready(builder: &Builder<'_>, tool: &Toolchain, exercise: Option<&str>) -> Result<Libraries, BuildError> {
        Libraries::ready(builder, tool, exercise)
    }

    fn identity(tool: &Toolchain, with_extras: bool) -> String {
        let libraries = with_extras.then(|| libraries::key(tool));
        compile::tools(tool, libraries.as_deref()).finish()
    }

    fn find(
        builder: &Builder<'_>,
        (toolchain, libraries): (&Toolchain, Option<&Libraries>),
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Option<Program> {
        compile::find(builder, toolchain, libraries, submission, source, colour)
    }

    fn build(
        builder: &Builder<'_>,
        (toolchain, libraries): (&Toolchain, Option<&Libraries>),
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<BuildOutcome, BuildError> {
        compile::compile(builder, toolchain, libraries, submission, source, colour)
    }
}
