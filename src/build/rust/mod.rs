//! Rust submissions: rustc itself, past the rustup proxy, against the course's libraries that cargo built once.
//!
//! `cargo build` of a package per submission is slower by half a second and its lock serialises; calling rustc is the
//! same for the student. A submission is one file: what it reads beside itself while it is compiled is refused.

mod compile;
mod libraries;
mod toolchain;

use std::sync::{Arc, Mutex, PoisonError};

pub(super) use libraries::Libraries;
pub(super) use toolchain::Toolchain;

use super::{BuildError, BuildOutcome, Builder, Program, Submission};

/// What is found out once for a builder.
#[derive(Default)]
pub(super) struct Rust {
    toolchain: Mutex<Option<Arc<Toolchain>>>,
    libraries: Mutex<Option<Arc<Libraries>>>,
}

impl Rust {
    pub(super) fn build(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<BuildOutcome, BuildError> {
        let (toolchain, libraries) = self.tools(builder, submission, source)?;
        compile::compile(builder, &toolchain, libraries.as_deref(), submission, source, colour)
    }

    /// The program, if it was built before. Tools and libraries are made ready on the way.
    pub(super) fn find(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<Option<Program>, BuildError> {
        let (toolchain, libraries) = self.tools(builder, submission, source)?;
        Ok(compile::find(builder, &toolchain, libraries.as_deref(), submission, source, colour))
    }

    fn tools(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
    ) -> Result<(Arc<Toolchain>, Option<Arc<Libraries>>), BuildError> {
        let toolchain = self.toolchain(builder)?;
        let libraries = if libraries::are_mentioned(source) {
            Some(self.libraries(builder, &toolchain, Some(&submission.exercise))?)
        } else {
            None
        };
        Ok((toolchain, libraries))
    }

    pub(super) fn identity(&self, builder: &Builder<'_>, source: &[u8]) -> Result<String, BuildError> {
        let toolchain = self.toolchain(builder)?;
        let libraries = libraries::are_mentioned(source).then(|| libraries::key(&toolchain));
        Ok(compile::tools(&toolchain, libraries.as_deref()).finish())
    }

    pub(super) fn prepare(&self, builder: &Builder<'_>) -> Result<(), BuildError> {
        let toolchain = self.toolchain(builder)?;
        self.libraries(builder, &toolchain, None).map(drop)
    }

    fn toolchain(&self, builder: &Builder<'_>) -> Result<Arc<Toolchain>, BuildError> {
        once(&self.toolchain, || Toolchain::find(&builder.cache, &builder.search, &builder.interrupt))
    }

    fn libraries(
        &self,
        builder: &Builder<'_>,
        toolchain: &Toolchain,
        exercise: Option<&str>,
    ) -> Result<Arc<Libraries>, BuildError> {
        once(&self.libraries, || Libraries::ready(builder, toolchain, exercise))
    }
}

/// The value, made by the first who asks while the others wait. An error is not kept: the next one tries again.
pub(super) fn once<T>(
    slot: &Mutex<Option<Arc<T>>>,
    make: impl FnOnce() -> Result<T, BuildError>,
) -> Result<Arc<T>, BuildError> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = &*slot {
        return Ok(Arc::clone(value));
    }
    let value = Arc::new(make()?);
    *slot = Some(Arc::clone(&value));
    Ok(value)
}
