//! What belongs to an exercise and is verified.

use std::path::PathBuf;

use crate::cli::catalogue;
use crate::cli::place::Place;
use crate::course::model::{Engines, Exercise, Language};

/// One submission that is verified.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What it is called in the list.
    pub(crate) name: String,
    /// Its language.
    pub(crate) language: Language,
    /// Its file.
    pub(crate) file: PathBuf,
    /// What it is, and so what it must do.
    pub(crate) role: Role,
    /// Which engine can tell.
    pub(crate) engine: Engines,
    /// Why it cannot be graded at all.
    pub(crate) missing: Option<String>,
}

/// What a submission is, and so what it must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It passes.
    Reference,
    /// It runs and does not pass.
    Starter,
    /// It fails these checks, and no other.
    Wrong(Vec<String>),
}

/// All that belongs to an exercise, in one of its languages or in all.
pub(crate) fn items(place: &Place, exercise: &Exercise, only: Option<Language>) -> Vec<Item> {
    let languages: Vec<Language> =
        exercise.languages().into_iter().filter(|language| only.is_none_or(|only| only == *language)).collect();
    let mut items = Vec::new();
    for &language in &languages {
        let solution = exercise.solution.join(language.file_name());
        items.push(Item {
            missing: (!solution.is_file()).then(|| format!("there is no {}", super::super::shown(&solution))),
            ..item(format!("{language} reference"), language, solution, Role::Reference)
        });
        items.push(starter(place, exercise, language));
    }
    for wrong in exercise.spec.wrong.iter().filter(|wrong| only.is_none_or(|only| only == wrong.language)) {
        let file = exercise.grader.join("wrong").join(&wrong.file);
        items.push(Item {
            missing: (!file.is_file()).then(|| format!("there is no {}", super::super::shown(&file))),
            engine: wrong.engine,
            ..item(wrong.file.clone(), wrong.language, file, Role::Wrong(wrong.fails.clone()))
        });
    }
    items
}

/// The starter as recorded, else as given; in a checkout both must be the same.
fn starter(place: &Place, exercise: &Exercise, language: Language) -> Item {
    let given = exercise.task.join(language.file_name());
    let recorded = place.starter(exercise, language);
    let file = recorded.clone().unwrap_or_else(|| given.clone());
    let differs = recorded
        .as_ref()
        .is_some_and(|recorded| given.is_file() && std::fs::read(recorded).ok() != std::fs::read(&given).ok());
    let missing = if !file.is_file() {
        Some(format!("there is no {}", super::super::shown(&file)))
    } else if differs {
        Some(format!(
            "{} is not the recorded starter: `grade bless` records it, `grade reset {}` brings it back",
            super::super::shown(&given),
            catalogue::short(exercise)
        ))
    } else {
        None
    };
    Item { missing, ..item(format!("{language} starter"), language, file, Role::Starter) }
}

fn item(name: String, language: Language, file: PathBuf, role: Role) -> Item {
    Item { name, language, file, role, engine: Engines::Any, missing: None }
}
