use super::{Filter, SubmissionsError};
use crate::course::model::{Course, Language};

/// The exercises that files may be for, and what their starters look like.
#[derive(Debug)]
pub(super) struct Exercises {
    known: Vec<Known>,
    /// The one that is meant where a file's name tells none.
    pub(super) only: Option<String>,
}

#[derive(Debug)]
struct Known {
    id: String,
    number: u32,
    wanted: bool,
    starters: Vec<(Language, Vec<u8>)>,
}

impl Exercises {
    /// What the course has and the filter asks for.
    ///
    /// # Errors
    /// When the filter asks for what the course does not have, or a starter cannot be read.
    pub(super) fn of(course: &Course, filter: &Filter) -> Result<Self, SubmissionsError> {
        if let Some(id) = filter.exercises.iter().find(|id| course.exercises.iter().all(|known| known.id != **id)) {
            return Err(SubmissionsError::NoSuchExercise(id.clone()));
        }
        let mut known = Vec::new();
        for exercise in &course.exercises {
            let mut starters = Vec::new();
            for language in Language::ALL {
                let recorded = exercise.grader.join("starter").join(language.file_name());
                let given = exercise.task.join(language.file_name());
                let Some(path) = [recorded, given].into_iter().find(|path| path.is_file()) else { continue };
                let text = std::fs::read(&path).map_err(SubmissionsError::io("read the starter", &path))?;
                starters.push((language, text));
            }
            let wanted = filter.wants_exercise(&exercise.id);
            known.push(Known { id: exercise.id.clone(), number: exercise.number, wanted, starters });
        }
        let mut wanted = known.iter().filter(|exercise| exercise.wanted);
        let only = wanted.next().filter(|_| wanted.next().is_none()).map(|exercise| exercise.id.clone());
        Ok(Self { known, only })
    }

    /// Whether an exercise is asked for.
    pub(super) fn is_wanted(&self, id: &str) -> bool {
        self.known.iter().any(|exercise| exercise.id == id && exercise.wanted)
    }

    /// The exercise that a word says and nothing else: `ex07_race`, `ex07`, `ex7`, `race`, in any case, with `-` for
    /// `_`.
    pub(super) fn exactly(&self, word: &str) -> Option<&str> {
        let word = plain(word);
        let number = number(&word).filter(|(_, rest)| rest.is_empty()).map(|(number, _)| number);
        self.find(|exercise| {
            exercise.id == word
                || number == Some(exercise.number)
                || exercise.id.split_once('_').is_some_and(|(_, name)| name == word)
        })
    }

    /// The exercise that the name of a file or folder says: as [`Self::exactly`], and its number may be followed by
    /// anything: `ex07_race_final`, `ex7 my solution`.
    pub(super) fn said_by(&self, name: &str) -> Option<&str> {
        self.exactly(name).or_else(|| {
            let word = plain(name);
            let (number, _) = number(&word).filter(|(_, rest)| rest.starts_with('_'))?;
            self.find(|exercise| exercise.number == number)
        })
    }

    /// Whether a text is the starter, but for line ends and blanks at the end.
    pub(super) fn is_starter(&self, id: &str, language: Language, text: &[u8]) -> bool {
        let starters = self.known.iter().filter(|exercise| exercise.id == id).flat_map(|exercise| &exercise.starters);
        starters.filter(|(of, _)| *of == language).any(|(_, starter)| lines(starter).eq(lines(text)))
    }

    fn find(&self, is_it: impl Fn(&Known) -> bool) -> Option<&str> {
        self.known.iter().find(|exercise| is_it(exercise)).map(|exercise| exercise.id.as_str())
    }

    #[cfg(test)]
    pub(super) fn for_tests(ids: &[&str]) -> Self {
        let known = ids.iter().map(|id| Known {
            id: (*id).to_owned(),
            number: number(id).map_or(0, |(number, _)| number),
            wanted: true,
            starters: Vec::new(),
        });
        Self { known: known.collect(), only: None }
    }
}

/// `ex07_race` as 7 and `_race`.
fn number(word: &str) -> Option<(u32, &str)> {
    let digits = word.strip_prefix("ex")?.trim_start_matches('_');
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    Some((digits[..end].parse().ok()?, &digits[end..]))
}

fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['-', ' ', '.'], "_")
}

/// The lines of a text without blanks at their ends, without blank lines at the end.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.trim_ascii_end().split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end)
}
