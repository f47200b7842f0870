use tree_sitter::{Node, Parser};

use super::names::{Scope, Use, children, is_keyword, text};
use super::written::{Written, resolved};

/// Every name that a Rust source uses; none when it cannot be parsed at all.
pub(super) fn uses(source: &str) -> Option<Vec<Use>> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_rust::LANGUAGE.into()).ok()?;
    let tree = parser.parse(source, None)?;
    let mut scope = Scope::default();
    let mut written = Vec::new();
    // A stack of our own: a hostile source nests deeper than a thread's stack.
    let mut open = vec![tree.root_node()];
    while let Some(node) = open.pop() {
        match node.kind() {
            "line_comment" | "block_comment" | "string_literal" | "raw_string_literal" | "char_literal" => {}
            "use_declaration" => {
                if let Some(argument) = node.child_by_field_name("argument") {
                    imports(argument, source, &mut scope, &mut written);
                }
            }
            "extern_crate_declaration" => {
                if let (Some(name), Some(alias)) = (node.child_by_field_name("name"), node.child_by_field_name("alias"))
                {
                    scope.alias(text(alias, source), vec![text(name, source).to_owned()]);
                    written.push(Written::whole(vec![text(name, source).to_owned()], node));
                }
            }
            "scoped_identifier" | "scoped_type_identifier" => {
                let (path, base) = flatten(node, source);
                let called = is_called(node);
                written.push(Written { path, node, called, whole: false });
                open.extend(base);
                // `Vec::<thread::Thread>::new`: types inside of the path are names, too.
            }
            "identifier" | "type_identifier" | "field_identifier" | "shorthand_field_identifier" => {
                if !is_definition(node) {
                    let whole = node.kind() == "field_identifier";
                    let path = vec![plain(text(node, source)).to_owned()];
                    written.push(Written { path, node, called: is_called(node), whole });
                }
            }
            "token_tree" => {
                tokens(node, source, &mut written);
                open.extend(children(node).into_iter().filter(|child| child.kind() == "token_tree"));
            }
            kind => {
                let nested = children(node);
                if is_keyword(node) {
                    written.push(Written::whole(vec![kind.to_owned()], node));
                }
                if is_item(kind)
                    && let Some(name) = node.child_by_field_name("name")
                {
                    scope.define(text(name, source));
                }
                open.extend(nested);
            }
        }
    }
    Some(resolved(&written, &scope, source))
}

/// The names of an import tree: `std::{thread::{self, spawn as go}, sync::*}`.
fn imports<'t>(argument: Node<'t>, source: &str, scope: &mut Scope, written: &mut Vec<Written<'t>>) {
    let mut open = vec![(argument, Vec::<String>::new(), None::<String>)];
    while let Some((node, base, alias)) = open.pop() {
        let field = |name| node.child_by_field_name(name);
        match node.kind() {
            "use_as_clause" => {
                if let (Some(path), Some(alias)) = (field("path"), field("alias")) {
                    open.push((path, base, Some(plain(text(alias, source)).to_owned())));
                }
            }
            "use_list" => {
                let named = children(node).into_iter().filter(Node::is_named);
                open.extend(named.map(|child| (child, base.clone(), None)));
            }
            "scoped_use_list" => {
                let inner = field("path").map(|path| joined(&base, path, source)).unwrap_or(base);
                open.extend(field("list").map(|list| (list, inner, None)));
            }
            "use_wildcard" => {
                let path = children(node).into_iter().find(Node::is_named);
                let path = path.map(|path| joined(&base, path, source)).unwrap_or(base);
                written.push(Written::whole(path.clone(), node));
                scope.wildcard(path);
            }
            "line_comment" | "block_comment" => {}
            _ => {
                let mut path = joined(&base, node, source);
                if path.last().is_some_and(|last| last == "self") {
                    path.pop();
                }
                let Some(last) = path.last() else { continue };
                let name = alias.unwrap_or_else(|| last.clone());
                scope.alias(&name, path.clone());
                // Not `whole`: an import may begin with another import's alias.
                written.push(Written { path, node, called: false, whole: false });
            }
        }
    }
}

fn joined(base: &[String], node: Node<'_>, source: &str) -> Vec<String> {
    base.iter().cloned().chain(flatten(node, source).0).collect()
}

/// The parts of `a::b::c`, without generics and without `crate`, `self` and `super` before it, and nodes of which the
/// path holds more names (its generic arguments, the type it begins with).
fn flatten<'t>(node: Node<'t>, source: &str) -> (Vec<String>, Vec<Node<'t>>) {
    let mut parts = Vec::new();
    let mut others = Vec::new();
    let mut rest = Some(node);
    while let Some(node) = rest {
        rest = None;
        match node.kind() {
            "scoped_identifier" | "scoped_type_identifier" => {
                parts.extend(node.child_by_field_name("name").map(|name| plain(text(name, source)).to_owned()));
                rest = node.child_by_field_name("path");
            }
            "generic_type" | "generic_type_with_turbofish" => {
                others.extend(node.child_by_field_name("type_arguments"));
                rest = node.child_by_field_name("type");
            }
            "crate" | "super" | "metavariable" => {}
            "identifier" | "type_identifier" | "self" | "primitive_type" => {
                parts.push(plain(text(node, source)).to_owned());
            }
            _ => others.push(node),
        }
    }
    parts.reverse();
    // `self::name` is a name of this module; `{self}` alone is the path that it stands in.
    if parts.len() > 1 && parts[0] == "self" {
        parts.remove(0);
    }
    (parts, others)
}

/// The paths in a macro's arguments, which are tokens without syntax: `a :: b`, `. method`, `name`.
fn tokens<'t>(tree: Node<'t>, source: &str, written: &mut Vec<Written<'t>>) {
    let nodes = children(tree);
    let is_colons = |at: usize| nodes.get(at).is_some_and(|node| node.kind() == "::");
    let is_name = |at: usize| {
        nodes
            .get(at)
            .is_some_and(|node| matches!(node.kind(), "identifier" | "crate" | "super" | "self" | "primitive_type"))
    };
    let mut at = 0;
    while at < nodes.len() {
        if !is_name(at) {
            let node = nodes[at];
            if is_keyword(node) {
                written.push(Written::whole(vec![node.kind().to_owned()], node));
            }
            at += 1;
            continue;
        }
        let node = nodes[at];
        let whole = at > 0 && nodes[at - 1].kind() == ".";
        let mut path = vec![plain(text(node, source)).to_owned()];
        while is_colons(at + 1) && is_name(at + 2) {
            path.push(plain(text(nodes[at + 2], source)).to_owned());
            at += 2;
        }
        while path.len() > 1 && matches!(path[0].as_str(), "crate" | "self" | "super") {
            path.remove(0);
        }
        let called = nodes.get(at + 1).is_some_and(|next| next.kind() == "token_tree" || next.kind() == "!");
        written.push(Written { path, node, called, whole });
        at += 1;
    }
}

fn is_called(node: Node<'_>) -> bool {
    let parent = node.parent();
    let parent = match parent {
        Some(generic) if generic.kind() == "generic_function" => generic.parent(),
        other => other,
    };
    parent.is_some_and(|parent| matches!(parent.kind(), "call_expression" | "macro_invocation" | "scoped_identifier"))
}

/// Whether a name is the one that an item, a field or a parameter is given, rather than one that is used.
fn is_definition(node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else { return false };
    let named =
        is_item(parent.kind()) || matches!(parent.kind(), "field_declaration" | "enum_variant" | "type_parameter");
    named && parent.child_by_field_name("name") == Some(node)
}

fn is_item(kind: &str) -> bool {
    matches!(
        kind,
        "function_item"
            | "function_signature_item"
            | "struct_item"
            | "enum_item"
            | "union_item"
            | "trait_item"
            | "type_item"
            | "const_item"
            | "static_item"
            | "mod_item"
            | "macro_definition"
    )
}

fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}
