//! A table of small traces for every kind of check: what passes, what fails and with which words.

mod lines;
mod times;
mod tree;

use crate::check::testing::judged;
use crate::check::verdict::{CheckResult, Status};
use crate::course::model::CheckKind;
use crate::trace::{Builder, Trace};

/// What should come out: it passes, or it fails with a message that says this.
enum Out {
    Pass,
    Fail(&'static str),
    Unclear,
}
use Out::{Fail, Pass, Unclear};

fn table(kind: &CheckKind, rows: Vec<(&str, Trace, Out)>) {
    for (what, trace, out) in rows {
        let result = judged(kind.clone(), trace);
        expect(what, &result, &out);
    }
}

fn expect(what: &str, result: &CheckResult, out: &Out) {
    match out {
        Pass => assert_eq!(result.status, Status::Passed, "{what}: {}", result.message),
        Unclear => assert_eq!(result.status, Status::Inconclusive, "{what}: {}", result.message),
        Fail(part) => {
            assert_eq!(result.status, Status::Failed, "{what}");
            assert!(
                result.message.to_lowercase().contains(&part.to_lowercase()),
                "{what}: `{}` does not say `{part}`",
                result.message
            );
            assert!(result.evidence.len() <= 6, "{what}");
            assert!(result.hint.is_some(), "{what}");
        }
    }
}

fn new() -> Builder {
    Builder::new()
}

/// Ten threads of their own, 11 to 20.
fn threads() -> Builder {
    (11..=20).fold(new(), Builder::spawn_thread)
}
