use super::{cell, table};
use crate::report::class::{Class, Student, grade};
use crate::report::{Standing, words};

/// The plain table: a row a student; for each exercise the points and what they mean; the sum; remarks.
///
/// `status` of an exercise is a verdict (`passed`, `failed`, `build-failed`, `inconclusive`, `grader-error`), with `late`
/// behind it when it came late, or why there is none: `refused` (what was handed in cannot be graded), `not-attempted`
/// (it is the starter, or empty), `pending` (the batch is not finished), `missing`. The sum is empty for a student of whom
/// something that was handed in has no grade, since what is left would be too little; what is missing counts nothing in it.
/// `remarks` say which file was refused, and why.
pub fn plain(class: &Class) -> String {
    let mut header = vec!["student".to_owned(), "name".to_owned()];
    for exercise in &class.exercises {
        header.push(cell(&exercise.id));
        header.push(cell(&format!("{} status", exercise.id)));
    }
    header.extend(["total", "max", "remarks"].map(str::to_owned));
    let most: u32 = class.exercises.iter().map(|exercise| exercise.max_score).sum();
    table(std::iter::once(header).chain(class.students.iter().map(|student| row(class, student, most))))
}

fn row(class: &Class, student: &Student, most: u32) -> Vec<String> {
    let mut row = vec![cell(&student.id), cell(&student.name)];
    let mut remarks: Vec<String> = Vec::new();
    for exercise in &class.exercises {
        let standing = class.standing(student, &exercise.id);
        for reason in standing.reasons() {
            if !remarks.contains(&reason) {
                remarks.push(reason);
            }
        }
        let Standing::Graded(submission) = standing else {
            row.extend([String::new(), standing.key().unwrap_or_default().to_owned()]);
            continue;
        };
        let points = grade(&submission.result);
        row.push(points.map_or_else(String::new, |points| points.to_string()));
        let late = if submission.late { " late" } else { "" };
        row.push(format!("{}{late}", words::verdict_key(submission.result.verdict)));
    }
    row.push(class.total(student).map_or_else(String::new, |total| total.to_string()));
    row.push(most.to_string());
    row.push(cell(&remarks.join("; ")));
    row
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::plain;
    use crate::report::class::{Pending, Refused};
    use crate::report::samples::class;

    #[test]
    fn what_could_not_be_decided_is_an_empty_cell() {
        assert_snapshot!(plain(&class()).replace("\r\n", "\n"), @r#"
        student,name,ex07_race,ex07_race status,total,max,remarks
        ann,Ann Ames,4,failed,4,10,
        bob,"Bob, Jr.",10,passed late,10,10,
        cleo,Cleo,,inconclusive,,10,
        dan,Dan,,grader-error,,10,
        eve,"'=HYPERLINK(""http://evil.example"";""Eve"")",,missing,0,10,
        finn,Finn,10,passed,10,10,
        "#);
    }

    #[test]
    fn a_refused_file_is_not_missing_and_the_table_says_why() {
        let mut class = class();
        class.students.retain(|student| ["ann", "bob", "eve"].contains(&student.id.as_str()));
        class.students.iter_mut().for_each(|student| student.submissions.clear());
        let refused = |student: &str, exercise: Option<&str>, origin: &str, why: &str, not_attempted| Refused {
            student: Some(student.to_owned()),
            exercise: exercise.map(str::to_owned),
            origin: origin.to_owned(),
            why: why.to_owned(),
            not_attempted,
        };
        class.refused = vec![
            refused("ann", None, "=ann.zip", "the archive cannot be read", false),
            refused("bob", Some("ex07_race"), "bob/main.rs", "it is the starter", true),
        ];
        assert_snapshot!(plain(&class).replace("\r\n", "\n"), @r#"
        student,name,ex07_race,ex07_race status,total,max,remarks
        ann,Ann Ames,,refused,,10,'=ann.zip: the archive cannot be read
        bob,"Bob, Jr.",,not-attempted,0,10,bob/main.rs: it is the starter
        eve,"'=HYPERLINK(""http://evil.example"";""Eve"")",,missing,0,10,
        "#);
        class.refused.clear();
        class.pending = vec![Pending { student: "eve".to_owned(), exercise: "ex07_race".to_owned() }];
        assert_snapshot!(plain(&class).lines().last().unwrap(), @r#"eve,"'=HYPERLINK(""http://evil.example"";""Eve"")",,pending,,10,not graded yet: the batch is not finished"#);
    }
}
