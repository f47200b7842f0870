use super::{cell, table};
use crate::report::class::{Class, Student, grade};
use crate::report::words;

/// The plain table: a row a student; for each exercise the points and what they mean; the sum.
///
/// `status` of an exercise is a verdict (`passed`, `failed`, `build-failed`, `inconclusive`, `grader-error`), with `late`
/// behind it when it came late, or `missing`. The sum is empty for a student of whom something could not be decided, since
/// what is left would be too little; what is missing counts nothing in it.
pub fn plain(class: &Class) -> String {
    let mut header = vec!["student".to_owned(), "name".to_owned()];
    for exercise in &class.exercises {
        header.push(cell(&exercise.id));
        header.push(cell(&format!("{} status", exercise.id)));
    }
    header.extend(["total".to_owned(), "max".to_owned()]);
    let most: u32 = class.exercises.iter().map(|exercise| exercise.max_score).sum();
    table(std::iter::once(header).chain(class.students.iter().map(|student| row(class, student, most))))
}

fn row(class: &Class, student: &Student, most: u32) -> Vec<String> {
    let mut row = vec![cell(&student.id), cell(&student.name)];
    let mut total = Some(0);
    for exercise in &class.exercises {
        let Some(submission) = student.submission(&exercise.id) else {
            row.extend([String::new(), "missing".to_owned()]);
            continue;
        };
        let points = grade(&submission.result);
        total = total.zip(points).map(|(total, points)| total + points);
        row.push(points.map_or_else(String::new, |points| points.to_string()));
        let late = if submission.late { " late" } else { "" };
        row.push(format!("{}{late}", words::verdict_key(submission.result.verdict)));
    }
    row.push(total.map_or_else(String::new, |total: u32| total.to_string()));
    row.push(most.to_string());
    row
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::plain;
    use crate::report::samples::class;

    #[test]
    fn what_could_not_be_decided_is_an_empty_cell() {
        assert_snapshot!(plain(&class()).replace("\r\n", "\n"), @r#"
        student,name,ex07_race,ex07_race status,total,max
        ann,Ann Ames,4,failed,4,10
        bob,"Bob, Jr.",10,passed late,10,10
        cleo,Cleo,,inconclusive,,10
        dan,Dan,,grader-error,,10
        eve,"'=HYPERLINK(""http://evil.example"";""Eve"")",,missing,0,10
        finn,Finn,10,passed,10,10
        "#);
    }
}
