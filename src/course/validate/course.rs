use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;

use crate::course::discover::Folder;
use crate::course::keys::COURSE;
use crate::course::model::Chapter;
use crate::course::raw::{Document, Section, Value, excerpt};
use crate::course::suggest;
use crate::diag::{Diagnostic, Mistakes, SourceFile};

/// A validated `course.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::course) struct CourseFile {
    /// The course's title.
    pub title: String,
    /// Its chapters, in order.
    pub chapters: Vec<Chapter>,
    /// Its exercises, in order.
    pub exercises: Vec<Listed>,
}

/// An exercise as the course lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::course) struct Listed {
    /// Its folder's name.
    pub id: String,
    /// Its number.
    pub number: u32,
    /// The chapter's title.
    pub chapter: String,
    /// What should be passed before.
    pub prerequisites: Vec<String>,
}

/// Reads `course.toml`, and compares it with the folders when they are known.
pub(in crate::course) fn course(
    source: &Arc<SourceFile>,
    folders: Option<&[Folder]>,
) -> (Option<CourseFile>, Vec<Diagnostic>) {
    let mistakes = Mistakes::new(Arc::clone(source));
    let document = Document::read(source.text(), &mistakes);
    let course = document.with_section(&COURSE, &mistakes, |section| read(section, folders));
    let course = course.filter(|_| !mistakes.any_error());
    (course, mistakes.into_sorted())
}

fn read(section: &Section<'_>, folders: Option<&[Folder]>) -> Option<CourseFile> {
    let mistakes = section.mistakes;
    let title = section.filled_text("title");
    let value = section.value("chapter");
    let tables = value.and_then(|value| value.sections()).unwrap_or_default();
    if let (Some(value), true) = (value, tables.is_empty()) {
        let mistake = mistakes.error(value.span(), "the course has no chapters", "this list is empty");
        mistakes.add(mistake.help("add one: `[[chapter]]`, with `title` and `exercises`"));
    }
    let mut chapters = Vec::new();
    let mut named: Vec<(Spanned<String>, String)> = Vec::new();
    for table in &tables {
        let chapter = table.filled_text("title").map(Spanned::into_inner).unwrap_or_default();
        let exercises = table.texts("exercises").unwrap_or_default();
        if let Some(value) = table.value("exercises").filter(|value| exercises.is_empty() && !value.has_bad_item()) {
            let mistake = mistakes.error(value.span(), "this chapter has no exercises", "this list is empty");
            mistakes.add(mistake.help("list the folders of its exercises, or remove the chapter"));
        }
        let ids = exercises.iter().map(|id| id.get_ref().clone()).collect();
        named.extend(exercises.into_iter().map(|id| (id, chapter.clone())));
        chapters.push(Chapter { title: chapter, exercises: ids });
    }
    let numbers: Vec<Option<u32>> = named.iter().map(|(id, _)| id_rule(id, mistakes)).collect();
    refuse_duplicates(&named, &numbers, mistakes);
    if let Some(folders) = folders.filter(|_| value.is_some()) {
        compare(&named, folders, mistakes);
    }
    let mut prerequisites = prerequisites(section, &named);
    let listed = named.into_iter().zip(numbers).filter_map(|((id, chapter), number)| {
        let id = id.into_inner();
        Some(Listed { prerequisites: prerequisites.remove(&id).unwrap_or_default(), number: number?, id, chapter })
    });
    let exercises = listed.collect();
    Some(CourseFile { title: title?.into_inner(), chapters, exercises })
}

/// The number in `exNN_name`.
pub(in crate::course) fn number_of(id: &str) -> Option<u32> {
    let (number, name) = id.strip_prefix("ex")?.split_once('_')?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let named = !name.is_empty() && name.bytes().all(plain);
    let numbered = (2..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    (named && numbered).then(|| number.parse().ok()).flatten()
}

fn id_rule(id: &Spanned<String>, mistakes: &Mistakes) -> Option<u32> {
    let number = number_of(id.get_ref());
    if number.is_none() {
        let message = format!("{} cannot be the name of an exercise", excerpt(id.get_ref()));
        let mistake = mistakes.error(id.span(), message, "not `ex`, two digits, `_` and a name in small letters");
        mistakes.add(mistake.help("call its folders like `ex07_race`"));
    }
    number
}

fn refuse_duplicates(named: &[(Spanned<String>, String)], numbers: &[Option<u32>], mistakes: &Mistakes) {
    for (place, (id, _)) in named.iter().enumerate() {
        if let Some((first, _)) = named[..place].iter().find(|(other, _)| other.get_ref() == id.get_ref()) {
            let message = format!("the exercise {} is listed twice", excerpt(id.get_ref()));
            let mistake = mistakes.error(id.span(), message, "again here").see(first.span(), "first here");
            mistakes.add(mistake.help("keep it in one place"));
            continue;
        }
        let Some(number) = numbers[place] else { continue };
        if let Some(first) = numbers[..place].iter().position(|other| *other == Some(number)) {
            let message = format!("two exercises have the number {number}");
            let mistake = mistakes.error(id.span(), message, "again here").see(named[first].0.span(), "first here");
            mistakes.add(mistake.help("give the folders of one of them another number"));
        }
    }
}

/// Compares what is listed with what is there.
fn compare(named: &[(Spanned<String>, String)], folders: &[Folder], mistakes: &Mistakes) {
    let listed: Vec<&str> = named.iter().map(|(id, _)| id.get_ref().as_str()).collect();
    let there: Vec<&str> = folders.iter().map(|folder| folder.id.as_str()).collect();
    let mut misspelt = Vec::new();
    for (id, _) in named {
        let Some(folder) = folders.iter().find(|folder| folder.id == *id.get_ref()) else {
            let free: Vec<&str> = there.iter().copied().filter(|name| !listed.contains(name)).collect();
            let message = format!("there is no exercise {}", excerpt(id.get_ref()));
            let mistake = mistakes.error(id.span(), message, "no folder has this name");
            let near = suggest::nearest(id.get_ref(), &free);
            misspelt.extend(near);
            let id = id.get_ref();
            mistakes.add(mistake.help(match near.or_else(|| suggest::nearest(id, &there)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("make the folders `exercises/{id}`, `solutions/{id}` and `graders/{id}`"),
            }));
            continue;
        };
        for missing in &folder.missing {
            let message = format!("the exercise `{}` has no {}", folder.id, missing.what);
            let mistake = mistakes.error(id.span(), message, format!("`{}` is missing", missing.path));
            mistakes.add(mistake.help(missing.help.clone()));
        }
    }
    let end = mistakes.source().text().trim_end().len();
    for id in there.iter().filter(|id| !listed.contains(id) && !misspelt.contains(id)) {
        let message = format!("the course does not list the exercise `{id}`");
        let mistake = mistakes.error(end..end, message, "no chapter names it, yet its folder is there");
        mistakes.add_relative(mistake.help(format!(
            "add it to the `exercises` of a chapter, or remove `graders/{id}`, `exercises/{id}` and `solutions/{id}`"
        )));
    }
}

/// What should be passed before each exercise. It stands earlier in the course, so there are no circles.
fn prerequisites(section: &Section<'_>, named: &[(Spanned<String>, String)]) -> BTreeMap<String, Vec<String>> {
    let mistakes = section.mistakes;
    let ids: Vec<&str> = named.iter().map(|(id, _)| id.get_ref().as_str()).collect();
    let place = |id: &Spanned<String>| {
        let place = ids.iter().position(|other| other == id.get_ref());
        if place.is_none() {
            let message = format!("unknown exercise {}", excerpt(id.get_ref()));
            let mistake = mistakes.error(id.span(), message, "no chapter lists it");
            mistakes.add_relative(mistake.help(suggest::nearest_or_all(id.get_ref(), &ids, "the exercises are")));
        }
        place
    };
    let mut all = BTreeMap::new();
    for field in section.value("prerequisites").and_then(|value| value.fields()).unwrap_or_default() {
        let later = place(&field.name);
        let items = field.value.and_then(|value| value.items()).unwrap_or_default();
        let mut before: Vec<String> = Vec::new();
        for item in items.iter().filter_map(Value::text) {
            if before.contains(item.get_ref()) {
                let message = format!("the exercise {} is named twice", excerpt(item.get_ref()));
                mistakes.add(mistakes.error(item.span(), message, "again here").help("name it once"));
                continue;
            }
            if let (Some(earlier), Some(later)) = (place(&item), later)
                && earlier >= later
            {
                let (message, label) = if earlier == later {
                    (format!("the exercise `{}` needs itself", item.get_ref()), "nobody could begin it".to_owned())
                } else {
                    let message = format!("`{}` comes after `{}` in the course", item.get_ref(), field.name.get_ref());
                    (message, "a prerequisite comes earlier".to_owned())
                };
                let mistake = mistakes.error(item.span(), message, label);
                mistakes.add(mistake.help("change the order of the exercises, or remove this prerequisite"));
            }
            before.push(item.into_inner());
        }
        all.insert(field.name.into_inner(), before);
    }
    all
}
