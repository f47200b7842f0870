use std::cmp::Reverse;

use super::exercises::Exercises;
use crate::course::model::Language;

/// Folders that hold what nobody wrote, or nobody handed in.
const IGNORED: [&str; 6] = ["target", "node_modules", "__pycache__", "__macosx", "venv", "site-packages"];

/// Folders of the course itself that a clone of it has beside the student's work.
const ASIDE: [&str; 7] = ["solutions", "graders", "tests", "wrong", "starter", "old", "backup"];

/// What a file is for, told by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The exercise's id.
    pub(super) exercise: String,
    /// The language.
    pub(super) language: Language,
    /// How well it fits.
    pub(super) rank: Rank,
    /// The file's name without its ending and version.
    pub(super) stem: String,
}

/// How well a file fits among those for the same exercise and language: the smaller the better. Two of the same `fit`
/// in one folder are a question, not an answer, when the fit is by folder only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// True in a folder such as `solutions`.
    pub(super) aside: bool,
    /// By what it fits.
    pub(super) fit: Fit,
    /// How deep it lies.
    depth: usize,
    /// The number that a platform put behind its name when the student handed it in again.
    version: Reverse<u32>,
    /// The platform's number of the upload.
    pub(super) upload: Reverse<u64>,
}

/// By what a file fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// `ex07_race/main.rs` or `ex07_race.rs`.
    Named,
    /// `ex07_race/src/main.rs`.
    Package,
    /// `main.rs`, where only one exercise can be meant.
    Main,
    /// `ex07_race/something.rs`.
    InFolder,
    /// `something.rs`, where only one exercise can be meant.
    Only,
}

impl Fit {
    /// Whether two of it are ambiguous.
    pub(super) const fn is_weak(self) -> bool {
        matches!(self, Self::InFolder | Self::Only)
    }
}

/// Whether the name of a folder says that nothing in it is handed in.
pub(super) fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || IGNORED.contains(&name.to_lowercase().as_str())
}

/// The language of a program by the name of its file.
pub(super) fn language_of(name: &str) -> Option<Language> {
    let (stem, extension) = name.rsplit_once('.')?;
    let named = !stem.is_empty() && !name.starts_with('.');
    Language::ALL.into_iter().find(|language| named && extension.eq_ignore_ascii_case(language.extension()))
}

/// What a file is for, by its path below the student; `hint` is the exercise that is meant where nothing says another.
pub(super) fn place(path: &[String], exercises: &Exercises, hint: Option<&str>) -> Option<Place> {
    let (file, folders) = path.split_last()?;
    let language = language_of(file)?;
    if folders.iter().any(|folder| is_ignored(folder)) {
        return None;
    }
    let whole = file.rsplit_once('.')?.0;
    let is_main = |stem: &str| stem.eq_ignore_ascii_case("main");
    let (stem, version) = match version_of(whole) {
        (stem, version) if is_main(stem) || exercises.said_by(stem).is_some() => (stem, version),
        // `ex-07` is no seventh version of `ex`.
        _ if exercises.said_by(whole).is_some() => (whole, 0),
        split => split,
    };
    let is_main = is_main(stem);
    let in_folder = folders.iter().rev().enumerate().find_map(|(up, folder)| Some((up, exercises.said_by(folder)?)));
    let (exercise, fit) = match (exercises.said_by(stem), in_folder) {
        (_, Some((0, exercise))) if is_main => (exercise, Fit::Named),
        (_, Some((1, exercise))) if is_main && folders.last().is_some_and(|last| last == "src") => {
            (exercise, Fit::Package)
        }
        (Some(exercise), None) => (exercise, Fit::Named),
        // `ex07_race/race.py` is named, `ex07_race/ex10_primes.py` is not clear, so its folder counts.
        (Some(named), Some((_, exercise))) if named == exercise => (exercise, Fit::Named),
        (_, Some((_, exercise))) => (exercise, Fit::InFolder),
        (None, None) => (hint?, if is_main { Fit::Main } else { Fit::Only }),
    };
    let aside = folders.iter().any(|folder| ASIDE.contains(&folder.to_lowercase().as_str()));
    let rank = Rank { aside, fit, depth: folders.len(), version: Reverse(version), upload: Reverse(0) };
    Some(Place { exercise: exercise.to_owned(), language, rank, stem: stem.to_lowercase() })
}

/// A name without the number that Canvas (`main-2`) or a browser (`main (2)`) puts behind it, and that number.
fn version_of(stem: &str) -> (&str, u32) {
    let (name, number) = match stem.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((name, number)) => (name.trim_end(), number),
        None => match stem.rsplit_once('-') {
            Some(split) => split,
            None => return (stem, 0),
        },
    };
    let digits = !number.is_empty() && number.len() <= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    match number.parse() {
        Ok(version) if digits && !name.is_empty() => (name, version),
        _ => (stem, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::exercises::Exercises;
    use super::{Fit, place};

    fn fit(path: &str, hint: Option<&str>) -> Option<(String, Fit)> {
        let exercises = Exercises::for_tests(&["ex01_threads", "ex07_race", "ex10_primes"]);
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        place(&path, &exercises, hint).map(|place| (place.exercise, place.rank.fit))
    }

    #[test]
    fn paths_say_what_they_are_for() {
        for (path, exercise, expected) in [
            ("ex07_race/main.rs", "ex07_race", Fit::Named),
            ("EX07-Race.PY", "ex07_race", Fit::Named),
            ("ex7.rs", "ex07_race", Fit::Named),
            ("ex-07.rs", "ex07_race", Fit::Named),
            ("ex7 final version-3.py", "ex07_race", Fit::Named),
            ("race (2).rs", "ex07_race", Fit::Named),
            ("a/ex07_race/src/main.rs", "ex07_race", Fit::Package),
            ("ex07_race/solution.rs", "ex07_race", Fit::InFolder),
            ("ex07_race/ex10_primes.rs", "ex07_race", Fit::InFolder),
        ] {
            assert_eq!(fit(path, None), Some((exercise.to_owned(), expected)), "{path}");
        }
        for path in
            ["main.rs", "ex77_other.rs", "racecar.py", "ex07_race/main.c", "ex07_race/target/main.rs", ".rs", "ex.rs"]
        {
            assert_eq!(fit(path, None), None, "{path}");
        }
    }

    #[test]
    fn a_hint_counts_only_where_nothing_else_is_said() {
        assert_eq!(fit("main.py", Some("ex10_primes")), Some(("ex10_primes".to_owned(), Fit::Main)));
        assert_eq!(fit("homework.py", Some("ex10_primes")), Some(("ex10_primes".to_owned(), Fit::Only)));
        assert_eq!(fit("ex07.py", Some("ex10_primes")), Some(("ex07_race".to_owned(), Fit::Named)));
    }
}
