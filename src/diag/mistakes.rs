use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use super::{Diagnostic, Severity, SourceFile};

/// The mistakes found so far in one file.
///
/// Shared by reference between all who look, because each reads another part of the same file.
#[derive(Debug)]
pub struct Mistakes {
    source: Arc<SourceFile>,
    found: RefCell<Vec<Diagnostic>>,
    damaged: RefCell<Vec<Range<usize>>>,
}

impl Mistakes {
    /// None yet.
    pub fn new(source: Arc<SourceFile>) -> Self {
        Self { source, found: RefCell::default(), damaged: RefCell::default() }
    }

    /// The file.
    pub fn source(&self) -> &Arc<SourceFile> {
        &self.source
    }

    /// Starts a diagnostic at a place of this file.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&self.source, message).at(span, label)
    }

    /// Starts a warning at a place of this file.
    pub fn warning(&self, span: Range<usize>, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(&self.source, message).at(span, label)
    }

    /// Takes a mistake that can be judged by its own place alone.
    pub fn add(&self, diagnostic: Diagnostic) {
        let mut found = self.found.borrow_mut();
        if !found.contains(&diagnostic) {
            found.push(diagnostic);
        }
    }

    /// Takes a mistake that depends on other parts of the file (something is missing, or never defined). It is dropped
    /// when parts of the file could not be read, since it may be no mistake at all.
    pub fn add_relative(&self, diagnostic: Diagnostic) {
        if self.damaged.borrow().is_empty() {
            self.add(diagnostic);
        }
    }

    /// Takes a reference to something that does not exist: surely a mistake when something is called nearly so, else
    /// relative to what could be read.
    pub fn add_reference(&self, diagnostic: Diagnostic, something_is_near: bool) {
        if something_is_near {
            self.add(diagnostic);
        } else {
            self.add_relative(diagnostic);
        }
    }

    /// Takes a mistake of something that is missing in `part` of the file. It is dropped when a piece of that part could
    /// not be read, since that may be what seems missing.
    pub fn add_missing(&self, part: &Range<usize>, diagnostic: Diagnostic) {
        let damaged = self.damaged.borrow();
        let inside = |piece: &Range<usize>| piece.start < part.end && part.start < piece.end;
        if !damaged.iter().any(inside) {
            drop(damaged);
            self.add(diagnostic);
        }
    }

    /// Notes that a piece of the file could not be read.
    pub fn set_damaged(&self, piece: Range<usize>) {
        self.damaged.borrow_mut().push(piece);
    }

    /// Whether any of them makes the file useless.
    pub fn any_error(&self) -> bool {
        self.found.borrow().iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// All of them, sorted by place.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        found.sort_by(|a, b| a.order().cmp(&b.order()));
        found
    }
}
