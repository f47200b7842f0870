use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Node;

/// A name that the source uses, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// The path, with aliases resolved.
    pub(super) path: Vec<String>,
    /// The line, from 1.
    pub(super) line: usize,
    /// The column, from 1.
    pub(super) column: usize,
}

/// The parts of a name in a rule: `thread::spawn`, `time.sleep`, `println!`.
pub(super) fn segments(name: &str) -> Vec<&str> {
    name.split([':', '.', '!']).map(str::trim).filter(|segment| !segment.is_empty()).collect()
}

/// Whether a path holds a name: `std::thread::spawn` holds `std::thread`, `thread::spawn` and `spawn`.
pub(super) fn holds(path: &[String], name: &[&str]) -> bool {
    !name.is_empty() && path.windows(name.len()).any(|part| part.iter().zip(name).all(|(have, want)| have == want))
}

/// What one name stands for, by the imports of the whole file. Scopes are not told apart: who imports a name somewhere
/// means to use it.
#[derive(Debug, Default)]
pub(super) struct Scope {
    aliases: BTreeMap<String, BTreeSet<Vec<String>>>,
    wildcards: BTreeSet<Vec<String>>,
    defined: BTreeSet<String>,
}

/// Aliases of aliases are followed this far.
const DEEPEST: usize = 8;

/// A name with more meanings than these is not looked into further: aliases of aliases multiply.
const MOST_MEANINGS: usize = 64;

impl Scope {
    /// `name` stands for `path`.
    pub(super) fn alias(&mut self, name: &str, path: Vec<String>) {
        if path.len() != 1 || path[0] != name {
            self.aliases.entry(name.to_owned()).or_default().insert(path);
        }
    }

    /// Everything in `path` is named without it.
    pub(super) fn wildcard(&mut self, path: Vec<String>) {
        self.wildcards.insert(path);
    }

    /// The file defines this name itself.
    pub(super) fn define(&mut self, name: &str) {
        self.defined.insert(name.to_owned());
    }

    /// All that a path can stand for. `called`: it stands where only a function can, so that what a wildcard import may have
    /// brought counts, too.
    pub(super) fn resolve(&self, path: &[String], called: bool) -> BTreeSet<Vec<String>> {
        let mut found = BTreeSet::new();
        let mut open = vec![(path.to_vec(), DEEPEST)];
        while let Some((path, depth)) = open.pop() {
            if found.len() >= MOST_MEANINGS {
                break;
            }
            let Some((first, rest)) = path.split_first() else { continue };
            let aliases = self.aliases.get(first).filter(|_| depth > 0);
            for alias in aliases.into_iter().flatten() {
                open.push((alias.iter().chain(rest).cloned().collect(), depth - 1));
            }
            if aliases.is_none() && called && !self.defined.contains(first) {
                for base in &self.wildcards {
                    found.insert(base.iter().chain(&path).cloned().collect());
                }
            }
            found.insert(path);
        }
        found
    }
}

/// The text of a node.
pub(super) fn text<'s>(node: Node<'_>, source: &'s str) -> &'s str {
    source.get(node.byte_range()).unwrap_or("")
}

/// A node's place as people count: line and column from 1, the column in characters.
pub(super) fn place(node: Node<'_>, source: &str) -> (usize, usize) {
    let start = node.start_position();
    let line_start = node.start_byte() - start.column;
    let column = source.get(line_start..node.start_byte()).map_or(start.column, |before| before.chars().count());
    (start.row + 1, column + 1)
}

/// A node's children, in order.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

/// Whether a node is a word of the language itself, such as `async` or `yield`: a rule may name those, too.
pub(super) fn is_keyword(node: Node<'_>) -> bool {
    !node.is_named() && node.child_count() == 0 && node.kind().bytes().all(|byte| byte.is_ascii_lowercase())
}
