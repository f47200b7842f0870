//! Python submissions: read as data and checked for syntax, then run by the interpreter behind whatever shim stands in
//! `PATH`, in the course's virtual environment only when the source mentions one of its packages.
//!
//! A module that the course does not offer stays the student's own `ModuleNotFoundError` when the program runs.

mod interpreter;
mod packages;
mod syntax;

pub(super) use interpreter::Interpreter;
pub(super) use packages::Packages;

use super::tools::Toolset;
use super::{BuildError, BuildOutcome, Builder, Program, Submission};

/// Python, as building sees it.
pub(super) struct Python;

impl Toolset for Python {
    type Tool = Interpreter;
    type Extras = Packages;

    fn find_tool(builder: &Builder<'_>) -> Result<Interpreter, BuildError> {
        Interpreter::find(&builder.cache, &builder.search, &builder.interrupt)
    }

    fn wants_extras(source: &[u8]) -> bool {
        packages::are_mentioned(source)
    }

    fn make_ready(builder: &Builder<'_>, tool: &Interpreter, exercise: Option<&str>) -> Result<Packages, BuildError> {
        Packages::ready(builder, tool, exercise)
    }

    fn identity(tool: &Interpreter, with_extras: bool) -> String {
        let packages = with_extras.then(|| packages::key(tool));
        syntax::tools(tool).text(packages.unwrap_or_default()).finish()
    }

    fn find(
        builder: &Builder<'_>,
        (interpreter, packages): (&Interpreter, Option<&Packages>),
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Option<Program> {
        syntax::find(builder, interpreter, packages, submission, source, colour)
    }

    fn build(
        builder: &Builder<'_>,
        (interpreter, packages): (&Interpreter, Option<&Packages>),
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<BuildOutcome, BuildError> {
        syntax::check(builder, interpreter, packages, submission, source, colour)
    }
}
