//! Web pages: one of a submission, with the timeline of its run, and one of a whole class.
//!
//! A page is one file that asks nobody for anything: styles and scripts stand in it, and its content security policy
//! allows those by their digests and nothing else, so that no text of a submission could ever run or load something.
//! Every text is escaped by the templates and made [`harmless`](super::harmless()) before. Without scripts a page shows
//! all that it has; scripts stretch, sort and search.

mod assets;
mod charts;
mod class_page;
mod events;
mod submission_page;
mod timeline;

pub use class_page::class_page;
pub use submission_page::{Whose, submission_page};
