use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::cases::KnownCase;
use super::events::Events;
use super::needs;
use super::scene::Scene;
use crate::course::model::{Check, CheckKind, Limits};
use crate::course::raw::{Section, excerpt};
use crate::course::suggest;

/// The checks of a spec.
pub(super) struct Checks {
    /// Those without a mistake.
    pub good: Vec<Check>,
    /// The ids of all, also of mistaken ones, for `fails` to refer to.
    pub ids: Vec<Spanned<String>>,
    /// False when a check's id could not be read, so that an unknown id may be its.
    pub complete: bool,
}

/// Reads every `[[check]]`.
pub(super) fn read(spec: &Section<'_>, events: &Events, cases: &[KnownCase], limits: &Limits) -> Checks {
    let mistakes = spec.mistakes;
    let value = spec.value("check");
    let sections = value.and_then(|value| value.sections()).unwrap_or_default();
    if let (Some(value), true) = (value, sections.is_empty()) {
        let mistake = mistakes.error(value.span(), "the spec has no checks", "this list is empty");
        mistakes
            .add(mistake.help("add one: `[[check]]`, with `id`, `name`, `points` and its kind, such as `exit = 0`"));
    }
    let ids: Vec<Option<Spanned<String>>> = sections.iter().map(id).collect();
    let complete = ids.iter().all(Option::is_some) && !spec.is_broken("check");
    let known: Vec<Spanned<String>> = ids.iter().flatten().cloned().collect();
    let mut needed = Vec::new();
    let mut good = Vec::new();
    for (section, id) in sections.iter().zip(ids) {
        let needs = references(section, "needs", &known, complete);
        if let (Some(id), Some(needs)) = (&id, &needs) {
            needed.push((id.clone(), needs.clone()));
        }
        good.extend(check(section, id, needs, events, cases, limits));
    }
    needs::refuse_cycles(&needed, mistakes);
    let total: u32 = good.iter().map(|check| check.points).sum();
    if total == 0 && !sections.is_empty() && good.len() == sections.len() {
        let last = sections.last().and_then(|section| section.key_span("points")).unwrap_or(0..0);
        let mistake = mistakes.error(last, "all checks together are worth no points", "the sum of all is 0");
        mistakes.add(mistake.help("give points to at least one check"));
    }
    Checks { good, ids: known, complete }
}

fn check(
    section: &Section<'_>,
    id: Option<Spanned<String>>,
    needs: Option<Vec<Spanned<String>>>,
    events: &Events,
    cases: &[KnownCase],
    limits: &Limits,
) -> Option<Check> {
    let name = section.filled_text("name");
    let points = section.integer("points");
    let seen = seen_cases(section, cases);
    let scene_cases: Vec<&KnownCase> = match &seen {
        Some(names) if !names.is_empty() => cases.iter().filter(|case| names.contains(&case.case.name)).collect(),
        Some(_) => cases.iter().collect(),
        None => Vec::new(),
    };
    let scene = Scene { mistakes: section.mistakes, events, cases: &scene_cases, limits };
    let kind = kind(section, &scene);
    Some(Check {
        id: id?.into_inner(),
        name: name?.into_inner(),
        points: u32::try_from(*points?.get_ref()).ok()?,
        hint: section.text("hint").map(Spanned::into_inner).unwrap_or_default(),
        needs: needs?.into_iter().map(Spanned::into_inner).collect(),
        cases: seen?,
        kind: kind?,
    })
}

/// The one kind that a check has.
fn kind(section: &Section<'_>, scene: &Scene<'_>) -> Option<CheckKind> {
    let mistakes = section.mistakes;
    let written: Vec<(&'static str, Range<usize>)> =
        section.shape.one_of.iter().filter_map(|key| Some((key.name, section.key_span(key.name)?))).collect();
    // All are read, so that mistakes in any of them are found.
    let kinds: Vec<Option<CheckKind>> =
        written.iter().map(|(key, _)| scene.kind(key, section.value(key)?, section)).collect();
    match written.as_slice() {
        [] => {
            if !section.has_unknown_keys() {
                let names: Vec<&str> = section.shape.one_of.iter().map(|key| key.name).collect();
                let mistake = mistakes.error(section.span.clone(), "this check has no kind", "what does it look for?");
                section.add_missing(mistake.help(format!("add one of {}", suggest::list(&names))));
            }
            None
        }
        [_] => kinds.into_iter().next().flatten(),
        [first, others @ ..] => {
            for (name, span) in others {
                let message = format!("a check has one kind, this one has `{}` and `{name}`", first.0);
                let mistake =
                    mistakes.error(span.clone(), message, "one too many").see(first.1.clone(), "the first kind");
                mistakes.add(mistake.help("write a second `[[check]]` with an id, a name and points of its own"));
            }
            None
        }
    }
}

/// The names of the cases that a check looks at. None when any is mistaken.
fn seen_cases(section: &Section<'_>, cases: &[KnownCase]) -> Option<Vec<String>> {
    let mistakes = section.mistakes;
    let Some(value) = section.value("cases") else { return (!section.has("cases")).then(Vec::new) };
    let names = section.texts("cases")?;
    if names.is_empty() && !value.has_bad_item() {
        let mistake = mistakes.error(value.span(), "`cases` is empty", "the check would look at nothing");
        mistakes.add(mistake.help("name a case, or remove `cases`: then the check looks at all of them"));
        return None;
    }
    let known: Vec<&str> = cases.iter().filter_map(|case| Some(case.name.as_ref()?.get_ref().as_str())).collect();
    let mut good = !value.has_bad_item();
    for (place, name) in names.iter().enumerate() {
        if let Some(first) = names[..place].iter().find(|other| other.get_ref() == name.get_ref()) {
            let message = format!("the case {} is named twice", excerpt(name.get_ref()));
            mistakes.add(
                mistakes.error(name.span(), message, "again here").see(first.span(), "first here").help("name it once"),
            );
        } else if !known.contains(&name.get_ref().as_str()) {
            good = false;
            let message = format!("unknown case {}", excerpt(name.get_ref()));
            let mistake = mistakes.error(name.span(), message, "no `[[case]]` has this name");
            let help = suggest::nearest_or_all(name.get_ref(), &known, "the cases are");
            mistakes.add_reference(mistake.help(help), suggest::nearest(name.get_ref(), &known).is_some());
        }
    }
    good.then(|| names.into_iter().map(Spanned::into_inner).collect())
}

/// The ids of checks that a key names. None when any is mistaken.
pub(super) fn references(
    section: &Section<'_>,
    key: &'static str,
    known: &[Spanned<String>],
    complete: bool,
) -> Option<Vec<Spanned<String>>> {
    let mistakes = section.mistakes;
    let Some(value) = section.value(key) else { return (!section.has(key)).then(Vec::new) };
    let named = section.texts(key)?;
    let ids: Vec<&str> = known.iter().map(|id| id.get_ref().as_str()).collect();
    let mut good = !value.has_bad_item();
    for (place, name) in named.iter().enumerate() {
        if let Some(first) = named[..place].iter().find(|other| other.get_ref() == name.get_ref()) {
            let message = format!("the check {} is named twice", excerpt(name.get_ref()));
            mistakes.add(
                mistakes.error(name.span(), message, "again here").see(first.span(), "first here").help("name it once"),
            );
        } else if !ids.contains(&name.get_ref().as_str()) {
            good = false;
            let near = suggest::nearest(name.get_ref(), &ids);
            if complete || near.is_some() {
                let message = format!("unknown check {}", excerpt(name.get_ref()));
                let mistake = mistakes.error(name.span(), message, "no `[[check]]` has this id");
                let help = suggest::nearest_or_all(name.get_ref(), &ids, "the checks are");
                mistakes.add_reference(mistake.help(help), near.is_some());
            }
        }
    }
    good.then_some(named)
}

/// A check's id; reports one that breaks the rule. One that was used before is reported by [`refuse_duplicates`].
fn id(section: &Section<'_>) -> Option<Spanned<String>> {
    let id = section.filled_text("id")?;
    if kebab(id.get_ref()).as_deref() != Some(id.get_ref()) {
        let message = format!("{} cannot be the id of a check", excerpt(id.get_ref()));
        let mistake =
            section.mistakes.error(id.span(), message, "small letters, digits and single hyphens only, a letter first");
        section.mistakes.add(match kebab(id.get_ref()) {
            Some(better) => mistake.help(format!("write `{better}`")),
            None => mistake.help("for example `no-lost-update`"),
        });
    }
    Some(id)
}

/// Reports ids that two checks share.
pub(super) fn refuse_duplicates(ids: &[Spanned<String>], spec: &Section<'_>) {
    let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    for id in ids {
        if let Some(first) = seen.insert(id.get_ref(), id) {
            let message = format!("two checks have the id {}", excerpt(id.get_ref()));
            let mistake =
                spec.mistakes.error(id.span(), message, "used again here").see(first.span(), "first used here");
            spec.mistakes.add(mistake.help("give each check an id of its own"));
        }
    }
}

/// The text in small letters, digits and single hyphens, a letter first; none when nothing is left of it.
pub(super) fn kebab(text: &str) -> Option<String> {
    let mut id = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && id.ends_with(|last: char| last.is_ascii_lowercase()) {
                id.push('-');
            }
            id.push(c.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let id = id.trim_matches('-').trim_start_matches(|c: char| !c.is_ascii_lowercase());
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::kebab;

    #[test]
    fn an_id_is_bent_into_kebab_case() {
        for (text, id) in [
            ("no-lost-update", Some("no-lost-update")),
            ("NoLostUpdate", Some("no-lost-update")),
            ("no_lost  update!", Some("no-lost-update")),
            ("2nd", Some("nd")),
            ("--", None),
            ("проверка", None),
        ] {
            assert_eq!(kebab(text).as_deref(), id, "{text}");
        }
    }
}
