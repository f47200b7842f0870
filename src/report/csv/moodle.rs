use super::{cell, scaled, table};
use crate::report::class::{Class, ExerciseFacts, Student, grade};
use crate::report::{Standing, harmless, words};

/// Columns of Moodle's exports that say who somebody is, or that its importer wants back.
const KEPT: [&str; 10] = [
    "Identifier",
    "Full name",
    "First name",
    "Last name",
    "Username",
    "ID number",
    "Email address",
    "Status",
    "Last modified (submission)",
    "Last modified (grade)",
];

/// The most characters of a comment.
const MOST_COMMENT: usize = 8_000;

/// The grades of one exercise for Moodle: an assignment's grading worksheet, or *Grades → Import → CSV file*.
///
/// By the importers' own sources a worksheet ([`importgradeslib.php`][worksheet]) needs the columns `Identifier`, `Grade` and
/// `Last modified (grade)`, and takes `Feedback comments`; the gradebook ([`load_data.php`][gradebook]) asks which column
/// identifies the user (`Username`, `ID number`, `Email address`) and which is the grade, and takes an empty grade for none.
/// So all columns of the roster that Moodle itself writes are kept as they stand, and these are put behind them:
/// `Grade`, `Maximum Grade`, `Feedback comments`. Without such a roster `Username` is the student's folder.
///
/// Where the roster has a `Maximum Grade` (Moodle's own is 100), grades are in proportion to it: Moodle takes the number as
/// it stands.
///
/// The grade of what could not be decided or was not handed in is empty, and the comment says why.
///
/// [worksheet]: https://github.com/moodle/moodle/blob/main/mod/assign/feedback/offline/importgradeslib.php
/// [gradebook]: https://github.com/moodle/moodle/blob/main/grade/import/csv/classes/load_data.php
pub fn moodle(class: &Class, exercise: &ExerciseFacts) -> String {
    let kept: Vec<usize> =
        (0..class.roster.len()).filter(|place| KEPT.contains(&class.roster[*place].trim())).collect();
    let identified = kept
        .iter()
        .any(|place| ["Identifier", "Username", "ID number", "Email address"].contains(&class.roster[*place].trim()));
    let mut header: Vec<String> = kept.iter().map(|place| cell(class.roster[*place].trim())).collect();
    if !identified {
        header.insert(0, "Username".to_owned());
    }
    header.extend(["Grade", "Maximum Grade", "Feedback comments"].map(str::to_owned));
    let rows = class.students.iter().filter(|student| !identified || student.roster.is_some()).map(|student| {
        let cells = student.roster.as_deref().unwrap_or_default();
        let mut row: Vec<String> =
            kept.iter().map(|place| cells.get(*place).map_or_else(String::new, |text| cell(text))).collect();
        if !identified {
            row.insert(0, cell(&student.id));
        }
        let most = class.roster.iter().position(|name| name.trim() == "Maximum Grade");
        let most = most.and_then(|place| cells.get(place)).map(|text| text.trim()).filter(|text| !text.is_empty());
        let (points, comment) = graded(class, student, exercise, most);
        row.extend([
            points,
            most.map_or_else(|| exercise.max_score.to_string(), cell),
            cell(words::cut(&comment, MOST_COMMENT).0),
        ]);
        row
    });
    table(std::iter::once(header).chain(rows))
}

/// The grade, out of `most` where Moodle has a maximum of its own, and the comment.
fn graded(class: &Class, student: &Student, exercise: &ExerciseFacts, most: Option<&str>) -> (String, String) {
    let Some(submission) = student.submission(&exercise.id) else {
        let standing = class.standing(student, &exercise.id);
        let why: Vec<String> = match standing {
            Standing::Pending => standing.reasons(),
            _ => standing.reasons().iter().map(|reason| format!("not graded: {}", harmless(reason))).collect(),
        };
        return (String::new(), if why.is_empty() { "nothing was handed in".to_owned() } else { why.join("\n") });
    };
    let result = &submission.result;
    let mut comment = words::summary(result);
    if !result.build.ok {
        comment.push_str(&words::build_output(result));
    }
    for check in &result.checks {
        let explained = words::explanation(check);
        if !explained.is_empty() && result.build.ok {
            comment.push_str(&format!("\n{} ({}/{})\n{explained}", check.name, check.points, check.max_points));
        }
    }
    let points = grade(result).map_or_else(String::new, |points| scaled(points, exercise.max_score, most));
    (points, comment)
}

#[cfg(test)]
mod tests {
    use super::moodle;
    use crate::report::class::{Class, Refused};
    use crate::report::samples::class;

    fn rows(class: &Class) -> Vec<Vec<String>> {
        let text = moodle(class, &class.exercises[0]);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|record| record.expect("a row").iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn without_a_roster_of_moodle_the_username_is_the_students_folder() {
        let rows = rows(&class());
        assert_eq!(rows[0], ["Username", "Grade", "Maximum Grade", "Feedback comments"]);
        assert_eq!(rows[1][..3], ["ann", "4", "10"]);
        assert!(rows[1][3].contains("expected  2"), "{}", rows[1][3]);
        assert_eq!(rows[3][..2], ["cleo", ""]);
        assert!(rows[3][3].contains("this is no zero"), "{}", rows[3][3]);
    }

    #[test]
    fn who_has_no_grade_is_told_why() {
        let mut class = class();
        for student in &mut class.students {
            student.submissions.clear();
        }
        class.refused = vec![Refused {
            student: Some(class.students[0].id.clone()),
            exercise: Some(class.exercises[0].id.clone()),
            origin: "ann.zip".to_owned(),
            why: "the archive cannot be read".to_owned(),
            not_attempted: false,
        }];
        let rows = rows(&class);
        assert_eq!(rows[1][1..], ["", "10", "not graded: ann.zip: the archive cannot be read"]);
        assert_eq!(rows[2][1..], ["", "10", "nothing was handed in"]);
    }

    #[test]
    fn moodles_worksheet_comes_back_with_grades_in_it() {
        let mut class = class();
        class.roster =
            ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"]
                .map(str::to_owned)
                .to_vec();
        class.students.truncate(1);
        class.students[0].roster =
            Some(["Participant 12", "Ann Ames", "", "10.00", "-", ""].map(str::to_owned).to_vec());
        let rows = rows(&class);
        assert_eq!(
            rows[0],
            ["Identifier", "Full name", "Last modified (grade)", "Grade", "Maximum Grade", "Feedback comments"]
        );
        assert_eq!(rows[1][..5], ["Participant 12", "Ann Ames", "-", "4", "10.00"]);
        class.students[0].roster.as_mut().unwrap()[3] = "100.00".to_owned();
        let rows = self::rows(&class);
        assert_eq!(rows[1][..5], ["Participant 12", "Ann Ames", "-", "40", "100.00"], "4 of 10, of 100");
        assert!(rows[1][5].contains("4 of 10"), "{}", rows[1][5]);
    }
}
