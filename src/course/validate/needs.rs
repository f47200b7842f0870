//! Checks that need each other in a circle would all be skipped.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use crate::diag::Mistakes;

/// Reports each circle once, at the `needs` entry that closes it.
pub(super) fn refuse_cycles(needed: &[(Spanned<String>, Vec<Spanned<String>>)], mistakes: &Mistakes) {
    let edges: BTreeMap<&str, &[Spanned<String>]> =
        needed.iter().map(|(id, needs)| (id.get_ref().as_str(), needs.as_slice())).collect();
    let mut done = BTreeSet::new();
    for (id, _) in needed {
        walk(id.get_ref(), &edges, &mut Vec::new(), &mut done, mistakes);
    }
}

fn walk<'a>(
    id: &'a str,
    edges: &BTreeMap<&'a str, &'a [Spanned<String>]>,
    path: &mut Vec<&'a Spanned<String>>,
    done: &mut BTreeSet<&'a str>,
    mistakes: &Mistakes,
) {
    if done.contains(id) {
        return;
    }
    for need in edges.get(id).copied().unwrap_or_default() {
        let target = need.get_ref().as_str();
        // The path holds the entries walked along; `id` itself is where the last of them leads.
        let closes =
            if target == id { Some(path.len()) } else { path.iter().position(|entry| entry.get_ref() == target) };
        let closes = closes.or_else(|| (starts_at(path, id, edges) == Some(target)).then_some(0));
        if let Some(from) = closes {
            report(need, id, &path[from..], mistakes);
            continue;
        }
        if path.len() < edges.len() {
            path.push(need);
            walk(target, edges, path, done, mistakes);
            path.pop();
        }
    }
    done.insert(id);
}

/// The check whose `needs` holds the first entry of the path.
fn starts_at<'a>(
    path: &[&'a Spanned<String>],
    id: &'a str,
    edges: &BTreeMap<&'a str, &'a [Spanned<String>]>,
) -> Option<&'a str> {
    let Some(first) = path.first() else { return Some(id) };
    edges.iter().find(|(_, needs)| needs.iter().any(|need| need.span() == first.span())).map(|(id, _)| *id)
}

fn report(closing: &Spanned<String>, id: &str, path: &[&Spanned<String>], mistakes: &Mistakes) {
    let target = closing.get_ref();
    let mut mistake = if target == id {
        mistakes.error(closing.span(), format!("the check `{id}` needs itself"), "it would always be skipped")
    } else {
        let mut circle = vec![target.as_str()];
        circle.extend(path.iter().map(|entry| entry.get_ref().as_str()).filter(|entry| entry != target));
        if circle.last() != Some(&id) {
            circle.push(id);
        }
        circle.push(target);
        let message = format!("these checks need each other: {}", circle.join(" → "));
        mistakes.error(closing.span(), message, "this closes the circle: all of them would be skipped")
    };
    for entry in path.iter().filter(|entry| entry.get_ref() != target) {
        mistake = mistake.see(entry.span(), "part of the circle");
    }
    mistakes.add(mistake.help("remove one of these `needs`"));
}
