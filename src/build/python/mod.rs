//! Python submissions: read as data and checked for syntax, then run by the interpreter behind whatever shim stands in
//! `PATH`, in the course's virtual environment only when the source mentions one of its packages.
//!
//! A module that the course does not offer stays the student's own `ModuleNotFoundError` when the program runs.

mod interpreter;
mod packages;
mod syntax;

use std::sync::{Arc, Mutex};

pub(super) use interpreter::Interpreter;
pub(super) use packages::Packages;

use super::rust::once;
use super::{BuildError, BuildOutcome, Builder, Program, Submission};

/// What is found out once for a builder.
#[derive(Default)]
pub(super) struct Python {
    interpreter: Mutex<Option<Arc<Interpreter>>>,
    packages: Mutex<Option<Arc<Packages>>>,
}

impl Python {
    pub(super) fn build(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<BuildOutcome, BuildError> {
        let (interpreter, packages) = self.tools(builder, submission, source)?;
        syntax::check(builder, &interpreter, packages.as_deref(), submission, source, colour)
    }

    /// The program, if it was checked before. The interpreter and packages are made ready on the way.
    pub(super) fn find(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<Option<Program>, BuildError> {
        let (interpreter, packages) = self.tools(builder, submission, source)?;
        Ok(syntax::find(builder, &interpreter, packages.as_deref(), submission, source, colour))
    }

    fn tools(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
    ) -> Result<(Arc<Interpreter>, Option<Arc<Packages>>), BuildError> {
        let interpreter = self.interpreter(builder)?;
        let packages = if packages::are_mentioned(source) {
            Some(self.packages(builder, &interpreter, Some(&submission.exercise))?)
        } else {
            None
        };
        Ok((interpreter, packages))
    }

    pub(super) fn identity(&self, builder: &Builder<'_>, source: &[u8]) -> Result<String, BuildError> {
        let interpreter = self.interpreter(builder)?;
        let packages = packages::are_mentioned(source).then(|| packages::key(&interpreter));
        Ok(syntax::tools(&interpreter).text(packages.unwrap_or_default()).finish())
    }

    pub(super) fn prepare(&self, builder: &Builder<'_>) -> Result<(), BuildError> {
        let interpreter = self.interpreter(builder)?;
        self.packages(builder, &interpreter, None).map(drop)
    }

    fn interpreter(&self, builder: &Builder<'_>) -> Result<Arc<Interpreter>, BuildError> {
        once(&self.interpreter, || Interpreter::find(&builder.cache, &builder.search, &builder.interrupt))
    }

    fn packages(
        &self,
        builder: &Builder<'_>,
        interpreter: &Interpreter,
        exercise: Option<&str>,
    ) -> Result<Arc<Packages>, BuildError> {
        once(&self.packages, || Packages::ready(builder, interpreter, exercise))
    }
}
