use std::sync::LazyLock;

use icu_normalizer::ComposingNormalizerBorrowed;
use regex::Regex;
use tree_sitter::{Node, Parser};

use super::names::{Scope, Use, children, is_keyword, text};
use super::written::{Written, resolved};

/// Every name that a Python source uses; none when it cannot be parsed at all.
pub(super) fn uses(source: &str) -> Option<Vec<Use>> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).ok()?;
    let tree = parser.parse(source, None)?;
    let mut scope = Scope::default();
    let mut written = Vec::new();
    // A stack of our own: a hostile source nests deeper than a thread's stack.
    let mut open = vec![tree.root_node()];
    while let Some(node) = open.pop() {
        match node.kind() {
            "comment" | "string_content" => {}
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                imports(node, source, &mut scope, &mut written);
            }
            "attribute" => {
                let (path, base) = flatten(node, source);
                written.push(Written { path, node, called: is_called(node), whole: base.is_some() });
                open.extend(base);
            }
            "identifier" => {
                if !is_definition(node) {
                    let path = vec![name(node, source)];
                    written.push(Written { path, node, called: is_called(node), whole: false });
                }
            }
            kind => {
                let nested = children(node);
                if is_keyword(node) {
                    written.push(Written::whole(vec![kind.to_owned()], node));
                }
                if matches!(kind, "function_definition" | "class_definition")
                    && let Some(name) = node.child_by_field_name("name")
                {
                    scope.define(&self::name(name, source));
                }
                open.extend(nested);
            }
        }
    }
    Some(resolved(&written, &scope, source))
}

/// `import a.b`, `import a.b as c`, `from a import b, c as d`, `from a import *`.
fn imports<'t>(node: Node<'t>, source: &str, scope: &mut Scope, written: &mut Vec<Written<'t>>) {
    let module = node.child_by_field_name("module_name");
    let base = module.map(|module| dotted(module, source)).unwrap_or_default();
    if let Some(module) = module {
        written.push(Written::whole(base.clone(), module));
    }
    for child in children(node).into_iter().filter(|child| Some(*child) != module) {
        let (name, alias) = match child.kind() {
            "dotted_name" => (child, None),
            "aliased_import" => match (child.child_by_field_name("name"), child.child_by_field_name("alias")) {
                (Some(name), Some(alias)) => (name, Some(self::name(alias, source))),
                _ => continue,
            },
            "wildcard_import" => {
                scope.wildcard(base.clone());
                continue;
            }
            _ => continue,
        };
        let path: Vec<String> = base.iter().cloned().chain(dotted(name, source)).collect();
        match alias {
            Some(alias) => scope.alias(&alias, path.clone()),
            // `import a.b` names `a`; `from a import b` names `b`.
            None if module.is_some() => {
                if let Some(last) = path.last() {
                    scope.alias(&last.clone(), path.clone());
                }
            }
            None => {}
        }
        written.push(Written { path, node: name, called: false, whole: true });
    }
}

/// A name as the interpreter reads it: letters of other forms (`𝐭𝐢𝐦𝐞`, `ｔｉｍｅ`) are the plain ones (NFKC, by the language's reference).
fn name(node: Node<'_>, source: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text(node, source)).into_owned()
}

/// The encoding that a source declares by which its text is another than what stands there; none for those that hold ASCII as it is.
/// It stands in a comment of the first two lines (PEP 263).
pub(super) fn other_encoding(source: &str) -> Option<String> {
    static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[ \t\x0c\u{feff}]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)").expect("it is an expression")
    });
    // A line may end with CR, LF or both, which here has an empty one between.
    let mut lines = source.split(['\n', '\r']).take(4);
    let declared = lines.find_map(|line| Some(DECLARED.captures(line)?[1].to_owned()))?;
    let plain = declared.to_ascii_lowercase().replace('_', "-");
    let known = ["utf-8", "utf8", "ascii", "us-ascii", "latin-1", "latin1", "iso-8859-", "cp125", "windows-125"];
    let holds_ascii = known.iter().any(|known| plain == *known || known.len() > 4 && plain.starts_with(known));
    (!holds_ascii).then_some(declared)
}

fn dotted(node: Node<'_>, source: &str) -> Vec<String> {
    name(node, source).split('.').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The parts of `a.b.c`, and what it begins with when that is no name: `f().b.c` is `b.c` of something.
fn flatten<'t>(node: Node<'t>, source: &str) -> (Vec<String>, Option<Node<'t>>) {
    let mut parts = Vec::new();
    let mut rest = Some(node);
    let mut base = None;
    while let Some(node) = rest {
        rest = None;
        match node.kind() {
            "attribute" => {
                parts.extend(node.child_by_field_name("attribute").map(|part| name(part, source)));
                rest = node.child_by_field_name("object");
            }
            "identifier" => parts.push(name(node, source)),
            // `(a).b` is `a.b`.
            "parenthesized_expression" => match children(node).into_iter().find(Node::is_named) {
                Some(inner) if matches!(inner.kind(), "attribute" | "identifier") => rest = Some(inner),
                _ => base = Some(node),
            },
            _ => base = Some(node),
        }
    }
    parts.reverse();
    (parts, base)
}

fn is_called(node: Node<'_>) -> bool {
    node.parent().is_some_and(|parent| match parent.kind() {
        "call" => parent.child_by_field_name("function") == Some(node),
        "attribute" | "decorator" => true,
        _ => false,
    })
}

/// Whether a name is the one that a function, a class or a keyword argument has, rather than one that is used.
fn is_definition(node: Node<'_>) -> bool {
    node.parent().is_some_and(|parent| {
        matches!(parent.kind(), "function_definition" | "class_definition" | "keyword_argument")
            && parent.child_by_field_name("name") == Some(node)
    })
}
