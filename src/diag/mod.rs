//! A mistake in something that an author wrote: which file, where, what, and the way out; drawn once, here.
//!
//! A [`Diagnostic`] is plain data, so that whoever finds a mistake need not know how it will look, and so that all
//! mistakes of a file can be gathered and sorted before any is shown. This room does not look for mistakes, and it
//! does not print.

mod diagnostic;
mod mistakes;
mod render;
mod source;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use mistakes::Mistakes;
pub use render::{Style, render};
pub use source::SourceFile;
