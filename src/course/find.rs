use super::model::{Course, Exercise};
use super::suggest;
use super::validate::number_of;

/// Nobody knows which exercise was meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct NoSuchExercise {
    /// What was asked for.
    pub wanted: String,
    /// The exercise that was most likely meant.
    pub nearest: Option<String>,
    /// The exercises that it could be, when it could be several; else empty.
    pub candidates: Vec<String>,
}

impl NoSuchExercise {
    fn sentence(&self) -> String {
        let wanted = super::raw::excerpt(&self.wanted);
        if !self.candidates.is_empty() {
            let names: Vec<&str> = self.candidates.iter().map(String::as_str).collect();
            return format!("find one exercise called {wanted}: it could be {}", suggest::list(&names));
        }
        match &self.nearest {
            Some(nearest) => format!("find the exercise {wanted}: did you mean `{nearest}`?"),
            None => format!("find the exercise {wanted}: `grade list` shows all of them"),
        }
    }
}

/// The exercise of a course that a person calls `ex07`, `ex7`, `7`, `race` or `ex07_race`.
///
/// # Errors
/// When there is none, with the nearest name; or when there are several.
pub fn find_exercise<'a>(course: &'a Course, wanted: &str) -> Result<&'a Exercise, NoSuchExercise> {
    let ids: Vec<&str> = course.exercises.iter().map(|exercise| exercise.id.as_str()).collect();
    find_id(&ids, wanted).map(|place| &course.exercises[place])
}

/// The place of the exercise among these ids.
pub(super) fn find_id(ids: &[&str], wanted: &str) -> Result<usize, NoSuchExercise> {
    let asked = wanted.trim().trim_end_matches('/').to_lowercase().replace('-', "_");
    let number: Option<u32> = asked.strip_prefix("ex").unwrap_or(&asked).parse().ok();
    let tests: [&dyn Fn(&str) -> bool; 4] = [
        &|id| id == asked,
        &|id| number.is_some() && number_of(id) == number,
        &|id| name_of(id) == asked,
        // The beginning of a name is enough when it is the beginning of one only.
        &|id| !asked.is_empty() && (name_of(id).starts_with(&asked) || (asked.len() > 2 && id.starts_with(&asked))),
    ];
    for test in tests {
        let found: Vec<usize> = (0..ids.len()).filter(|place| test(ids[*place])).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok(*one),
            several => {
                let candidates = several.iter().map(|place| ids[*place].to_owned()).collect();
                return Err(NoSuchExercise { wanted: wanted.to_owned(), nearest: None, candidates });
            }
        }
    }
    let names: Vec<&str> = ids.iter().map(|id| name_of(id)).collect();
    let by_name = suggest::nearest(&asked, &names).and_then(|name| names.iter().position(|other| *other == name));
    let by_id = || suggest::nearest(&asked, ids).and_then(|id| ids.iter().position(|other| *other == id));
    let by_number = || {
        let number = i64::from(number?);
        (0..ids.len()).min_by_key(|place| (i64::from(number_of(ids[*place]).unwrap_or(0)) - number).abs())
    };
    let nearest = by_name.or_else(by_id).or_else(by_number).map(|place| ids[place].to_owned());
    Err(NoSuchExercise { wanted: wanted.to_owned(), nearest, candidates: Vec::new() })
}

fn name_of(id: &str) -> &str {
    id.split_once('_').map_or(id, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::find_id;

    const IDS: [&str; 5] = ["ex01_threads", "ex02_thread_pool", "ex07_race", "ex21_fetch", "ex22_fetch_all"];

    #[test]
    fn an_exercise_is_found_by_all_its_names() {
        for wanted in ["ex07", "ex7", "7", "07", "race", "ex07_race", "EX07_race", "ex07-race", "ex07_race/", "rac"] {
            assert_eq!(find_id(&IDS, wanted), Ok(2), "{wanted}");
        }
        assert_eq!(find_id(&IDS, "fetch"), Ok(3), "a whole name wins over the beginning of another");
    }

    #[test]
    fn a_name_that_could_be_several_lists_them() {
        let error = find_id(&IDS, "thread").unwrap_err();
        assert_eq!(error.candidates, ["ex01_threads", "ex02_thread_pool"]);
        assert_eq!(
            error.to_string(),
            "find one exercise called `thread`: it could be `ex01_threads` and `ex02_thread_pool`"
        );
    }

    #[test]
    fn a_name_that_nobody_has_gets_the_nearest() {
        for (wanted, nearest) in [
            ("raze", Some("ex07_race")),
            ("ex07_rice", Some("ex07_race")),
            ("8", Some("ex07_race")),
            ("zebra", None),
            ("", None),
        ] {
            assert_eq!(find_id(&IDS, wanted).unwrap_err().nearest.as_deref(), nearest, "{wanted}");
        }
    }
}
