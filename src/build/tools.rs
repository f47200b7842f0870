use std::sync::{Arc, Mutex, PoisonError};

use super::{BuildError, BuildOutcome, Builder, Program, Submission};

/// A language, as building sees it: a tool, and what the course adds to it for those sources that mention it.
pub(super) trait Toolset: Sized {
    /// The compiler or interpreter.
    type Tool;
    /// The course's libraries.
    type Extras;

    /// Finds the tool on this machine.
    fn find_tool(builder: &Builder<'_>) -> Result<Self::Tool, BuildError>;

    /// Whether a source mentions any of the course's libraries.
    fn wants_extras(source: &[u8]) -> bool;

    /// The libraries, made ready; for an exercise, whose name is said, or ahead of all.
    fn make_ready(builder: &Builder<'_>, tool: &Self::Tool, exercise: Option<&str>)
    -> Result<Self::Extras, BuildError>;

    /// What decides, beside the source, which program it becomes.
    fn identity(tool: &Self::Tool, with_extras: bool) -> String;

    /// The program, if it was built before.
    fn find(
        builder: &Builder<'_>,
        tools: (&Self::Tool, Option<&Self::Extras>),
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Option<Program>;

    /// Builds the program, unless it was built before.
    fn build(
        builder: &Builder<'_>,
        tools: (&Self::Tool, Option<&Self::Extras>),
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<BuildOutcome, BuildError>;
}

/// What is found out once for a builder of a language: by the first submission that needs it, while the others wait.
pub(super) struct Tools<L: Toolset> {
    tool: Mutex<Option<Arc<L::Tool>>>,
    extras: Mutex<Option<Arc<L::Extras>>>,
}

impl<L: Toolset> Default for Tools<L> {
    fn default() -> Self {
        Self { tool: Mutex::new(None), extras: Mutex::new(None) }
    }
}

impl<L: Toolset> Tools<L> {
    pub(super) fn build(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<BuildOutcome, BuildError> {
        let (tool, extras) = self.for_source(builder, submission, source)?;
        L::build(builder, (&tool, extras.as_deref()), submission, source, colour)
    }

    /// The program, if it was built before. Tool and libraries are made ready on the way.
    pub(super) fn find(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<Option<Program>, BuildError> {
        let (tool, extras) = self.for_source(builder, submission, source)?;
        Ok(L::find(builder, (&tool, extras.as_deref()), submission, source, colour))
    }

    pub(super) fn identity(&self, builder: &Builder<'_>, source: &[u8]) -> Result<String, BuildError> {
        Ok(L::identity(&*self.tool(builder)?, L::wants_extras(source)))
    }

    pub(super) fn prepare(&self, builder: &Builder<'_>) -> Result<(), BuildError> {
        let tool = self.tool(builder)?;
        self.extras(builder, &tool, None).map(drop)
    }

    #[expect(clippy::type_complexity, reason = "a pair of what was found")]
    fn for_source(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
    ) -> Result<(Arc<L::Tool>, Option<Arc<L::Extras>>), BuildError> {
        let tool = self.tool(builder)?;
        let extras =
            if L::wants_extras(source) { Some(self.extras(builder, &tool, Some(&submission.exercise))?) } else { None };
        Ok((tool, extras))
    }

    fn tool(&self, builder: &Builder<'_>) -> Result<Arc<L::Tool>, BuildError> {
        once(&self.tool, || L::find_tool(builder))
    }

    fn extras(
        &self,
        builder: &Builder<'_>,
        tool: &L::Tool,
        exercise: Option<&str>,
    ) -> Result<Arc<L::Extras>, BuildError> {
        once(&self.extras, || L::make_ready(builder, tool, exercise))
    }
}

/// The value, made by the first who asks while the others wait. An error is not kept: the next one tries again.
fn once<T>(slot: &Mutex<Option<Arc<T>>>, make: impl FnOnce() -> Result<T, BuildError>) -> Result<Arc<T>, BuildError> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = &*slot {
        return Ok(Arc::clone(value));
    }
    let value = Arc::new(make()?);
    *slot = Some(Arc::clone(&value));
    Ok(value)
}
