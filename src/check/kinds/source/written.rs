use std::cmp::Reverse;

use tree_sitter::Node;

use super::names::{Scope, Use, place};

/// A path as it is written, before aliases are resolved.
pub(super) struct Written<'t> {
    pub(super) path: Vec<String>,
    pub(super) node: Node<'t>,
    /// Whether it stands where only a function can.
    pub(super) called: bool,
    /// What is no name of this file's at its beginning: a keyword, a method, a field, and most imports.
    pub(super) whole: bool,
}

impl<'t> Written<'t> {
    /// What stands for itself, whatever the file imports.
    pub(super) fn whole(path: Vec<String>, node: Node<'t>) -> Self {
        Self { path, node, called: false, whole: true }
    }
}

/// All that the written names can stand for, in the order of the source; of one place the longest first.
pub(super) fn resolved(written: &[Written<'_>], scope: &Scope, source: &str) -> Vec<Use> {
    let mut uses: Vec<Use> = written
        .iter()
        .flat_map(|name| {
            let (line, column) = place(name.node, source);
            let paths = if name.whole { [name.path.clone()].into() } else { scope.resolve(&name.path, name.called) };
            paths.into_iter().map(move |path| Use { path, line, column })
        })
        .collect();
    uses.sort_by_key(|used| (used.line, used.column, Reverse(used.path.len())));
    uses
}
