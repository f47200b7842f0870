use super::{cell, scaled, table};
use crate::report::class::{Class, ExerciseFacts, Student, grade};

/// Columns that identify a student, in the order in which Canvas' importer wants them.
const STUDENT_COLUMNS: [&str; 5] = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"];

/// Canvas' gradebook import: the columns that identify a student, then a column an exercise, with a row `Points Possible`
/// below the header.
///
/// By the importer's own source ([`gradebook_importer.rb`][importer]) the first columns must be these, a student is found by
/// `ID`, then `SIS User ID`, then `SIS Login ID`, then the name; a column `Title (123)` is the assignment 123, and any other
/// the assignment of that title or a new one. With Canvas' own export as the roster all of these are copied from it: also
/// the heading of the assignment, when its title is the exercise's id or title, and the points possible: grades are then in
/// proportion to those, since Canvas takes the number as it stands. Without it, the login is the student's folder, and
/// Canvas asks the teacher about everything that it does not find.
///
/// Cells of what could not be decided or was not handed in are empty, not `EX`: excusing somebody is the teacher's to say.
///
/// [importer]: https://github.com/instructure/canvas-lms/blob/master/lib/gradebook_importer.rb
pub fn canvas(class: &Class) -> String {
    let mut header: Vec<String> = STUDENT_COLUMNS.map(str::to_owned).to_vec();
    header.extend(class.exercises.iter().map(|exercise| cell(&heading(class, exercise))));
    // The exporter writes these words with four spaces before them; the importer looks for them anywhere in the cell.
    let mut possible = vec!["    Points Possible".to_owned()];
    possible.resize(STUDENT_COLUMNS.len(), String::new());
    possible.extend(class.exercises.iter().map(|exercise| {
        theirs(class, exercise).map_or_else(|| exercise.max_score.to_string(), |most| cell(most.trim()))
    }));
    table([header, possible].into_iter().chain(class.students.iter().map(|student| row(class, student))))
}

/// The roster's heading of an exercise: Canvas' own, with the assignment's number, where the roster has it.
fn heading(class: &Class, exercise: &ExerciseFacts) -> String {
    column(class, exercise).map_or(&exercise.id, |place| &class.roster[place]).clone()
}

/// The points possible of an exercise's assignment, as Canvas' own table has them.
fn theirs<'a>(class: &'a Class, exercise: &ExerciseFacts) -> Option<&'a str> {
    let text = class.possible.get(column(class, exercise)?)?;
    (!text.trim().is_empty()).then_some(text)
}

/// The roster's column of an exercise's assignment.
fn column(class: &Class, exercise: &ExerciseFacts) -> Option<usize> {
    let is_it = |column: &String| {
        let title = column.rsplit_once(" (").filter(|(_, id)| is_number(id.trim_end_matches(')')));
        title.is_some_and(|(title, _)| {
            [&exercise.id, &exercise.title].iter().any(|wanted| title.trim().eq_ignore_ascii_case(wanted))
        })
    };
    class.roster.iter().position(is_it)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn row(class: &Class, student: &Student) -> Vec<String> {
    let from_roster = |column: &str| {
        let place = class.roster.iter().position(|name| name.trim() == column)?;
        student.roster.as_ref()?.get(place).filter(|text| !text.trim().is_empty())
    };
    let mut row: Vec<String> = STUDENT_COLUMNS
        .iter()
        .map(|column| match (from_roster(column), *column) {
            (Some(text), _) => cell(text),
            (None, "Student") => cell(&student.name),
            (None, "SIS Login ID") if !class.roster.iter().any(|name| name == "SIS Login ID") => cell(&student.id),
            (None, _) => String::new(),
        })
        .collect();
    for exercise in &class.exercises {
        let points = student.submission(&exercise.id).and_then(|submission| grade(&submission.result));
        let most = theirs(class, exercise);
        row.push(points.map_or_else(String::new, |points| scaled(points, exercise.max_score, most)));
    }
    row
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::canvas;
    use crate::report::samples::class;

    #[test]
    fn without_a_roster_of_canvas_the_login_is_the_students_folder() {
        assert_snapshot!(canvas(&class()).replace("\r\n", "\n"), @r#"
        Student,ID,SIS User ID,SIS Login ID,Section,ex07_race
            Points Possible,,,,,10
        Ann Ames,,,ann,,4
        "Bob, Jr.",,,bob,,10
        Cleo,,,cleo,,
        Dan,,,dan,,
        "'=HYPERLINK(""http://evil.example"";""Eve"")",,,eve,,
        Finn,,,finn,,10
        "#);
    }

    #[test]
    fn canvas_own_export_as_the_roster_comes_back_with_grades_in_it() {
        let mut class = class();
        class.roster = ["Student", "ID", "SIS Login ID", "Section", "Essay (7)", "The lost update (4711)"]
            .map(str::to_owned)
            .to_vec();
        class.students.truncate(1);
        class.students[0].roster = Some(["Ames, Ann", "99", "ann@uni", "Monday", "3", ""].map(str::to_owned).to_vec());
        assert_snapshot!(canvas(&class).replace("\r\n", "\n"), @r#"
        Student,ID,SIS User ID,SIS Login ID,Section,The lost update (4711)
            Points Possible,,,,,10
        "Ames, Ann",99,,ann@uni,Monday,4
        "#);
        class.possible = ["    Points Possible", "", "", "", "5", "50.00"].map(str::to_owned).to_vec();
        assert_snapshot!(canvas(&class).replace("\r\n", "\n"), @r#"
        Student,ID,SIS User ID,SIS Login ID,Section,The lost update (4711)
            Points Possible,,,,,50.00
        "Ames, Ann",99,,ann@uni,Monday,20
        "#);
    }
}
