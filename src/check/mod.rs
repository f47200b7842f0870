//! Judges what a submission did. A check sees traces (and, for `source`, the syntax tree), never a running program.
//!
//! Each kind of check looks at one run and finds that it holds, that it holds as far as the run went, that it fails (what
//! was expected, what was seen, where), or that the measurement cannot decide. The judge puts the runs together: a check holds
//! only if it holds in every case and schedule. A mistake of the spec's author is a [`SpecFault`], never a failure of the student's.

mod bounds;
mod finding;
mod judge;
mod kinds;
mod likeness;
mod nearest;
mod needs;
mod noise;
mod run;
#[cfg(test)]
mod testing;
pub mod verdict;

pub use finding::SpecFault;
pub use judge::{CaseRun, Fault, Judgement, SourceText, depends_on_schedule, is_settled, judge, score, verdict_of};
pub use kinds::normal_form;
pub use likeness::likeness;
pub use needs::needs;

/// A fragment as a sentence: a capital letter and a full stop.
fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let mut text: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}
