use super::class::{Class, Refused, Student, Submission, grade};

/// How a student stands in one exercise.
#[derive(Debug, PartialEq)]
pub enum Standing<'a> {
    /// It was graded.
    Graded(&'a Submission),
    /// It was handed in and is not graded yet: the batch still runs, or was interrupted.
    Pending,
    /// Something was handed in that could not be graded: a broken archive, two languages, a link.
    Refused(Vec<&'a Refused>),
    /// What was handed in is the starter, unchanged, or nothing but blanks.
    NotAttempted(Vec<&'a Refused>),
    /// Nothing was handed in.
    Missing,
}

impl Class {
    /// How a student stands in an exercise.
    ///
    /// A refused file of which nobody knows what it is for may be for any exercise that is not graded, so it counts for
    /// each of them; one that is known to be for this exercise says more.
    pub fn standing<'a>(&'a self, student: &'a Student, exercise: &str) -> Standing<'a> {
        if let Some(submission) = student.submission(exercise) {
            return Standing::Graded(submission);
        }
        if self.pending.iter().any(|pending| pending.student == student.id && pending.exercise == exercise) {
            return Standing::Pending;
        }
        let refused: Vec<&Refused> = self.refused_of(&student.id, exercise).collect();
        let of_it: Vec<&Refused> = refused.iter().copied().filter(|file| file.exercise.is_some()).collect();
        let counted = if of_it.is_empty() { refused } else { of_it };
        if counted.is_empty() {
            Standing::Missing
        } else if counted.iter().all(|file| file.not_attempted) {
            Standing::NotAttempted(counted)
        } else {
            Standing::Refused(counted.into_iter().filter(|file| !file.not_attempted).collect())
        }
    }
}

impl Class {
    /// A student's points in all exercises, the same in every report: nothing for what was not handed in or not tried, and
    /// none when something of theirs has no grade, which may be worth something.
    pub fn total(&self, student: &Student) -> Option<u32> {
        let points = self.exercises.iter().map(|exercise| match self.standing(student, &exercise.id) {
            Standing::Graded(submission) => grade(&submission.result),
            Standing::Missing | Standing::NotAttempted(_) => Some(0),
            Standing::Refused(_) | Standing::Pending => None,
        });
        points.sum()
    }
}

impl Standing<'_> {
    /// The word for it in tables, where there is no verdict.
    pub const fn key(&self) -> Option<&'static str> {
        match self {
            Self::Graded(_) => None,
            Self::Pending => Some("pending"),
            Self::Refused(_) => Some("refused"),
            Self::NotAttempted(_) => Some("not-attempted"),
            Self::Missing => Some("missing"),
        }
    }

    /// What was refused, and why: one sentence a file.
    pub fn reasons(&self) -> Vec<String> {
        match self {
            Self::Refused(files) | Self::NotAttempted(files) => {
                files.iter().map(|file| format!("{}: {}", file.origin, file.why)).collect()
            }
            Self::Pending => vec!["not graded yet: the batch is not finished".to_owned()],
            Self::Graded(_) | Self::Missing => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;
    use crate::report::class::{Class, Pending, Refused, Student};

    fn refused(exercise: Option<&str>, origin: &str, not_attempted: bool) -> Refused {
        Refused {
            student: Some("zoe".to_owned()),
            exercise: exercise.map(str::to_owned),
            origin: origin.to_owned(),
            why: "why".to_owned(),
            not_attempted,
        }
    }

    fn key(refused: Vec<Refused>, exercise: &str) -> (Option<&'static str>, Vec<String>) {
        let student = Student { id: "zoe".to_owned(), ..Student::default() };
        let class = Class { refused, ..Class::default() };
        let standing = class.standing(&student, exercise);
        (standing.key(), standing.reasons())
    }

    #[test]
    fn a_refused_file_a_starter_and_nothing_at_all_are_three_things() {
        assert_eq!(key(Vec::new(), "ex07_race"), (Some("missing"), Vec::new()));
        let starter = || refused(Some("ex07_race"), "zoe/main.rs", true);
        assert_eq!(key(vec![starter()], "ex07_race"), (Some("not-attempted"), vec!["zoe/main.rs: why".to_owned()]));
        assert_eq!(key(vec![starter()], "ex01_threads"), (Some("missing"), Vec::new()));
        let link = refused(Some("ex07_race"), "zoe/main.py", false);
        assert_eq!(key(vec![starter(), link], "ex07_race"), (Some("refused"), vec!["zoe/main.py: why".to_owned()]));
    }

    #[test]
    fn a_file_for_nobody_knows_what_counts_where_nothing_better_is_known() {
        let archive = || refused(None, "zoe.zip", false);
        assert_eq!(key(vec![archive()], "ex07_race"), (Some("refused"), vec!["zoe.zip: why".to_owned()]));
        let starter = refused(Some("ex07_race"), "zoe/main.rs", true);
        assert_eq!(key(vec![archive(), starter], "ex07_race").0, Some("not-attempted"));
    }

    #[test]
    fn what_is_not_graded_yet_is_not_missing() {
        let student = Student { id: "zoe".to_owned(), ..Student::default() };
        let pending = Pending { student: "zoe".to_owned(), exercise: "ex07_race".to_owned() };
        let class = Class { pending: vec![pending], ..Class::default() };
        assert_eq!(class.standing(&student, "ex07_race"), Standing::Pending);
        assert_eq!(class.standing(&student, "ex01_threads"), Standing::Missing);
    }
}
