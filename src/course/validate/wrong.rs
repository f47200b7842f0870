use std::collections::BTreeMap;

use toml::Spanned;

use super::checks::{self, Checks};
use super::spec::SpecContext;
use crate::course::model::{Engines, Language, Wrong};
use crate::course::raw::{Section, excerpt};
use crate::course::suggest;
use crate::diag::Mistakes;

/// Reads every `[[wrong]]` and compares them with the files in the folder `wrong`.
pub(super) fn read(spec: &Section<'_>, checks: &Checks, context: &SpecContext) -> Vec<Wrong> {
    let sections = spec.value("wrong").and_then(|value| value.sections()).unwrap_or_default();
    let files: Vec<Option<Spanned<String>>> = sections.iter().map(|section| file(section, context)).collect();
    refuse_duplicates(&files, spec.mistakes);
    if let Some(on_disk) = &context.wrong_files {
        let listed: Vec<&str> = files.iter().flatten().map(|file| file.get_ref().as_str()).collect();
        unlisted(spec, on_disk, &listed);
    }
    sections.iter().zip(files).filter_map(|(section, file)| wrong(section, file, checks)).collect()
}

fn wrong(section: &Section<'_>, file: Option<Spanned<String>>, checks: &Checks) -> Option<Wrong> {
    let fails = checks::references(section, "fails", &checks.ids, checks.complete);
    if let (Some(value), Some([])) = (section.value("fails"), fails.as_deref()) {
        let mistake = section.mistakes.error(value.span(), "`fails` is empty", "a wrong submission fails something");
        section.mistakes.add(mistake.help("name the checks that it must fail: `fails = [\"not-serial\"]`"));
    }
    let engine = match section.choice("engine") {
        Some("traced") => Engines::Traced,
        None if section.has("engine") => return None,
        _ => Engines::Any,
    };
    let file = file?.into_inner();
    let language = language(&file)?;
    Some(Wrong {
        file,
        language,
        fails: fails?.into_iter().map(Spanned::into_inner).collect(),
        why: section.text("why").map(Spanned::into_inner).unwrap_or_default(),
        engine,
    })
}

fn language(file: &str) -> Option<Language> {
    let extension = file.rsplit_once('.')?.1;
    Language::ALL.into_iter().find(|language| language.extension() == extension)
}

/// The file of a wrong submission; reports a name that cannot be one, or that is not there.
fn file(section: &Section<'_>, context: &SpecContext) -> Option<Spanned<String>> {
    let mistakes = section.mistakes;
    let file = section.filled_text("file")?;
    let name = file.get_ref();
    if name.contains('/') || name.contains('\\') || name.starts_with('.') {
        let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let message = format!("{} is not the name of a file in the folder `wrong`", excerpt(name));
        let mistake = mistakes.error(file.span(), message, "a name alone is expected here");
        mistakes.add(mistake.help(format!("put the file into `wrong` and write {}", excerpt(base))));
        return Some(file);
    }
    if language(name).is_none() {
        let message = format!("{} is in no language that can be graded", excerpt(name));
        let mistake = mistakes.error(file.span(), message, "it ends neither in `.rs` nor in `.py`");
        mistakes.add(mistake.help("call the file `….rs` (Rust) or `….py` (Python)"));
    } else if let Some(on_disk) = context.wrong_files.as_ref().filter(|files| !files.contains(name)) {
        let names: Vec<&str> = on_disk.iter().map(String::as_str).collect();
        let message = format!("there is no file {} in the folder `wrong`", excerpt(name));
        let mistake = mistakes.error(file.span(), message, "no such file");
        mistakes.add(mistake.help(match suggest::nearest(name, &names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write the file `wrong/{name}`, or remove this entry"),
        }));
    }
    Some(file)
}

fn refuse_duplicates(files: &[Option<Spanned<String>>], mistakes: &Mistakes) {
    let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    for file in files.iter().flatten() {
        if let Some(first) = seen.insert(file.get_ref(), file) {
            let message = format!("the wrong submission {} is listed twice", excerpt(file.get_ref()));
            let mistake = mistakes.error(file.span(), message, "again here").see(first.span(), "first here");
            mistakes.add(mistake.help("name all checks that it must fail in one entry"));
        }
    }
}

/// Files that nobody listed prove nothing; most likely their entry was forgotten.
fn unlisted(spec: &Section<'_>, on_disk: &[String], listed: &[&str]) {
    let text = spec.mistakes.source().text();
    let end = text.trim_end().len();
    let on_disk: Vec<&str> = on_disk.iter().map(String::as_str).collect();
    for name in on_disk.iter().filter(|name| !listed.contains(name)) {
        // A misspelt entry is reported where it stands.
        if listed.iter().any(|other| !on_disk.contains(other) && suggest::nearest(other, &[*name]).is_some()) {
            continue;
        }
        let message = format!("the spec does not list the wrong submission {}", excerpt(name));
        let mistake = spec.mistakes.error(end..end, message, "no `[[wrong]]` names this file");
        spec.mistakes.add_relative(mistake.help(if language(name).is_some() {
            format!("add `[[wrong]]` with `file = \"{name}\"` and the checks that it must `fails = [\"…\"]`, or remove the file")
        } else {
            "only `.rs` and `.py` files belong into the folder `wrong`: move it away".to_owned()
        }));
    }
}
