//! Python submissions: read as data and checked for syntax, then run by the interpreter behind whatever shim stands in
//! `PATH`: in a bare virtual environment, or in the course's own when the source mentions one of its packages.
//!
//! A module that the course does not offer stays the student's own `ModuleNotFoundError` when the program runs.

mod bare;
mod interpreter;
mod packages;
mod syntax;

pub(super) use bare::Bare;
pub(super) use interpreter::Interpreter;
pub(super) use packages::Packages;

use super::tools::Toolset;
use super::{BuildError, BuildOutcome, Builder, Program, Submission};

/// Python, as building sees it.
pub(super) struct Python;

impl Toolset for Python {
    type Tool = Bare;
    type Extras = Packages;

    fn find_tool(builder: &Builder<'_>) -> Result<Bare, BuildError> {
        let interpreter = Interpreter::find(&builder.cache, &builder.search, &builder.interrupt)?;
        Ok(Bare::of(&builder.cache, interpreter))
    }

    fn wants_extras(source: &[u8]) -> bool {
        packages::are_mentioned(source)
    }

    fn make_ready(builder: &Builder<'_>, tool: &Bare, exercise: Option<&str>) -> Result<Packages, BuildError> {
        Packages::ready(builder, &tool.interpreter, exercise)
    }

    fn identity(tool: &Bare, with_extras: bool) -> String {
        let packages = with_extras.then(|| packages::key(&tool.interpreter));
        syntax::tools(&tool.interpreter).text(packages.unwrap_or_default()).finish()
    }

    fn find(
        builder: &Builder<'_>,
        (bare, packages): (&Bare, Option<&Packages>),
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Option<Program> {
        syntax::find(builder, bare, packages, submission, source, colour)
    }

    fn build(
        builder: &Builder<'_>,
        (bare, packages): (&Bare, Option<&Packages>),
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<BuildOutcome, BuildError> {
        syntax::check(builder, bare, packages, submission, source, colour)
    }
}
