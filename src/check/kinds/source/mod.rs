//! What the source uses, by its syntax tree: names that it must or must not use.
//!
//! A name is a path such as `thread::spawn` or `time.sleep`. It is used where the code calls, imports or names it, also
//! under another name (`use … as`, `import … as`) and inside of a macro's arguments. Comments, strings and the names of the
//! student's own definitions do not count. This does not follow values: a function that is kept in a variable is seen where it is
//! named, not where it is called.

mod names;
mod python;
mod rust;
mod written;

use names::{Use, holds};

use crate::check::finding::{Failure, Finding};
use crate::check::judge::SourceText;
use crate::check::verdict::Evidence;
use crate::course::model::{Language, Source};

/// What the source uses.
pub(crate) fn check(asked: &Source, source: &SourceText<'_>) -> Finding {
    if source.language == Language::Python
        && let Some(encoding) = python::other_encoding(source.text)
    {
        // Another text runs than the one that is looked at.
        let failure = Failure::new(format!("the source must be UTF-8, but {} declares `{encoding}`", source.path));
        return Finding::Failed(Box::new(failure.expected("UTF-8").actual(encoding)));
    }
    let (rules, uses) = match source.language {
        Language::Rust => (&asked.rust, rust::uses(source.text)),
        Language::Python => (&asked.python, python::uses(source.text)),
    };
    let Some(uses) = uses else {
        return Finding::Inconclusive("The source could not be read as a syntax tree.".to_owned());
    };
    for name in &rules.must_not {
        let wanted = names::segments(name);
        let found: Vec<&Use> = uses.iter().filter(|used| holds(&used.path, &wanted)).collect();
        if let Some(first) = found.first() {
            let (line, column) = (first.line, first.column);
            let failure = Failure::new(format!(
                "the source must not use `{name}`, but it does at {}:{line}:{column}",
                source.path
            ))
            .expected(format!("no `{name}`"))
            .actual(shown(first, source.language))
            .evidence(found.iter().map(|used| evidence(used, source)));
            return Finding::Failed(Box::new(failure));
        }
    }
    for name in &rules.must {
        let wanted = names::segments(name);
        if !uses.iter().any(|used| holds(&used.path, &wanted)) {
            let failure = Failure::new(format!(
                "the source must use `{name}`, but {} never does; comments and strings do not count",
                source.path
            ))
            .expected(format!("`{name}`"))
            .actual("not used");
            return Finding::Failed(Box::new(failure));
        }
    }
    Finding::Held
}

fn evidence(used: &Use, source: &SourceText<'_>) -> Evidence {
    let text = format!("{}:{}:{}: `{}`", source.path, used.line, used.column, shown(used, source.language));
    Evidence { t: 0, pid: 0, tid: 0, text }
}

fn shown(used: &Use, language: Language) -> String {
    used.path.join(if language == Language::Rust { "::" } else { "." })
}

#[cfg(test)]
mod tests;
