//! GitHub Actions: annotations on a student's file, and the summary of a step.
//!
//! Both are by GitHub's [workflow commands][commands]: `::error file=…,line=…,title=…::message`, with `%`, CR and LF escaped in
//! the message and `:` and `,` in a property as well. A step shows [ten annotations of a level][limits]; a summary may
//! have 1 MiB.
//!
//! [commands]: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
//! [limits]: https://github.com/orgs/community/discussions/26680

mod annotations;
mod summary;

pub use annotations::annotations;
pub use summary::{MOST_SUMMARY, summary};
