use std::ops::Range;
use std::sync::Arc;

use super::SourceFile;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file cannot be used as it is.
    Error,
    /// The file can be used, but does hardly what its author meant.
    Warning,
}

/// A place in a source and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place, in bytes.
    pub span: Range<usize>,
    /// What is said about it; may be empty.
    pub text: String,
}

/// One mistake: where it is, what it is, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file that it is in.
    pub source: Arc<SourceFile>,
    /// What is wrong, in one line.
    pub message: String,
    /// The place; none when the whole file is meant, or a file that is not there.
    pub primary: Option<Label>,
    /// Other places that matter, such as the first of two definitions.
    pub context: Vec<Label>,
    /// The ways out, each a line.
    pub helps: Vec<String>,
}

impl Diagnostic {
    /// A mistake that makes the file useless.
    pub fn error(source: &Arc<SourceFile>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, source, message)
    }

    /// A mistake with which the file can still be used.
    pub fn warning(source: &Arc<SourceFile>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, source, message)
    }

    fn new(severity: Severity, source: &Arc<SourceFile>, message: impl Into<String>) -> Self {
        Self {
            severity,
            source: Arc::clone(source),
            message: message.into(),
            primary: None,
            context: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// Says where; the text may be empty.
    pub fn at(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.primary = Some(Label { span: self.source.clamp(span), text: text.into() });
        self
    }

    /// Points at another place that matters.
    pub fn see(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.context.push(Label { span: self.source.clamp(span), text: text.into() });
        self
    }

    /// Adds a way out.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }

    /// Line and column, both from 1, when the place is known.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.primary.as_ref().map(|label| self.source.position(label.span.start))
    }

    /// The key by which diagnostics are sorted: file, then place.
    pub(super) fn order(&self) -> (&str, usize, Severity) {
        (self.source.name(), self.primary.as_ref().map_or(0, |label| label.span.start), self.severity)
    }
}
