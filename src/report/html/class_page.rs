use serde::Serialize;
use serde_json::json;

use super::assets::{Script, render};
use super::charts::{hardest, histogram};
use crate::check::verdict::Verdict;
use crate::report::class::{Class, Student, Submission, grade, result_path};
use crate::report::{Standing, harmless, words};

/// The most characters of a name or a cause.
const MOST: usize = 300;

/// The page of a class. Links lead to `results/STUDENT/EXERCISE.html`, from the folder that the page stands in.
pub fn class_page(class: &Class) -> String {
    let mut students: Vec<&Student> = class.students.iter().collect();
    students.sort_by_cached_key(|student| (student.name.to_lowercase(), student.id.clone()));
    let data = json!({
        "course": harmless(&class.course),
        "when": format!("Graded {} by grade {}", class.graded_at, class.version),
        "numbers": numbers(class),
        "histogram": histogram(class),
        "hardest": hardest(class),
        "chips": chips(class),
        "exercises": class.exercises.iter().map(|exercise| json!({
            "id": harmless(&exercise.id), "title": harmless(&exercise.title),
        })).collect::<Vec<_>>(),
        "students": students.iter().map(|student| row(class, student)).collect::<Vec<_>>(),
        "lists": lists(class),
    });
    render("class.html", &harmless(&class.course), Script::Class, &data)
}

#[derive(Serialize)]
struct Number {
    name: &'static str,
    value: usize,
    class: &'static str,
}

fn numbers(class: &Class) -> Vec<Number> {
    let with = |wanted: fn(Verdict) -> bool| {
        class.submissions().filter(|(_, submission)| wanted(submission.result.verdict)).count()
    };
    let undecided = with(|verdict| matches!(verdict, Verdict::Inconclusive | Verdict::GraderError));
    let mut numbers = vec![
        Number { name: "students", value: class.students.len(), class: "" },
        Number { name: "submissions", value: class.submissions().count(), class: "" },
        Number { name: "passed", value: with(|verdict| verdict == Verdict::Passed), class: "" },
        Number {
            name: "not passed",
            value: with(|verdict| matches!(verdict, Verdict::Failed | Verdict::BuildFailed)),
            class: "",
        },
    ];
    for (name, value, class) in [
        ("to be graded again", undecided, "open"),
        ("missing", class.missing().count(), "open"),
        ("the same content", class.duplicates.len(), "bad"),
        ("not tried", class.refused.iter().filter(|file| file.not_attempted).count(), "open"),
        ("refused", class.refused.iter().filter(|file| !file.not_attempted).count(), "bad"),
    ] {
        if value > 0 {
            numbers.push(Number { name, value, class });
        }
    }
    numbers
}

#[derive(Serialize)]
struct Chip {
    key: &'static str,
    name: &'static str,
    count: usize,
}

fn chips(class: &Class) -> Vec<Chip> {
    [
        ("failed", "not passed"),
        ("open", "to be graded again"),
        ("missing", "missing"),
        ("refused", "refused"),
        ("late", "late"),
        ("same", "same content"),
        ("unlisted", "not on the roster"),
    ]
    .into_iter()
    .map(|(key, name)| Chip {
        key,
        name,
        count: class.students.iter().filter(|student| fates(class, student).contains(&key)).count(),
    })
    .filter(|chip| chip.count > 0)
    .collect()
}

/// By what a student can be filtered.
fn fates(class: &Class, student: &Student) -> Vec<&'static str> {
    let any = |wanted: &dyn Fn(&Submission) -> bool| student.submissions.iter().any(wanted);
    let failed = any(&|one| matches!(one.result.verdict, Verdict::Failed | Verdict::BuildFailed));
    let open = any(&|one| grade(&one.result).is_none());
    let same = class.duplicates.iter().any(|same| same.students.contains(&student.id));
    [
        ("failed", failed),
        ("open", open),
        ("missing", class.exercises.iter().all(|one| class.standing(student, &one.id) == Standing::Missing)),
        ("refused", class.exercises.iter().any(|one| matches!(class.standing(student, &one.id), Standing::Refused(_)))),
        ("late", any(&|one| one.late)),
        ("same", same),
        ("unlisted", !class.roster.is_empty() && student.roster.is_none()),
    ]
    .into_iter()
    .filter_map(|(key, is)| is.then_some(key))
    .collect()
}

#[derive(Serialize)]
struct Row {
    name: String,
    id: String,
    sort: String,
    search: String,
    fate: String,
    cells: Vec<Cell>,
    total: String,
    total_value: String,
}

#[derive(Serialize)]
struct Cell {
    class: &'static str,
    text: String,
    why: String,
    value: String,
    link: Option<String>,
}

fn row(class: &Class, student: &Student) -> Row {
    let name = shown(&student.name);
    let id = shown(&student.id);
    let origins: Vec<&str> = student.submissions.iter().map(|submission| submission.origin.as_str()).collect();
    let sum = class.total(student);
    Row {
        search: harmless(&format!("{name} {id} {}", origins.join(" "))).to_lowercase(),
        sort: name.to_lowercase(),
        fate: fates(class, student).join(" "),
        cells: class.exercises.iter().map(|exercise| cell(class, student, &exercise.id)).collect(),
        total: sum.map_or_else(
            || if student.submissions.is_empty() { String::new() } else { "?".to_owned() },
            |sum| sum.to_string(),
        ),
        total_value: sum.map_or_else(String::new, |sum| sum.to_string()),
        name,
        id,
    }
}

fn cell(class: &Class, student: &Student, exercise: &str) -> Cell {
    let standing = class.standing(student, exercise);
    let Standing::Graded(submission) = standing else {
        let (class, text) = match &standing {
            Standing::Missing | Standing::Graded(_) => ("missing", "–"),
            Standing::NotAttempted(_) => ("missing", "not tried"),
            Standing::Refused(_) => ("refused", "refused"),
            Standing::Pending => ("pending", "not yet"),
        };
        let why = shown(&standing.reasons().join("; "));
        return Cell { class, text: text.to_owned(), why, value: String::new(), link: None };
    };
    let result = &submission.result;
    let points = grade(result);
    let late = if submission.late { " · late" } else { "" };
    Cell {
        class: words::verdict_key(result.verdict),
        text: match (result.verdict, points) {
            (Verdict::BuildFailed, Some(points)) => format!("{points} · no build{late}"),
            (_, Some(points)) => format!("{points} of {}{late}", result.max_score),
            (Verdict::GraderError, None) => format!("our fault{late}"),
            (_, None) => format!("undecided{late}"),
        },
        why: String::new(),
        value: points.map_or_else(String::new, |points| points.to_string()),
        link: Some(link(&student.id, exercise)),
    }
}

/// A submission's page, as a link from the class's.
fn link(student: &str, exercise: &str) -> String {
    let mut link = String::new();
    for byte in result_path(student, exercise, "html").bytes() {
        if byte.is_ascii_alphanumeric() || b"/._~-".contains(&byte) {
            link.push(char::from(byte));
        } else {
            link.push_str(&format!("%{byte:02X}"));
        }
    }
    link
}

#[derive(Serialize)]
struct List {
    title: &'static str,
    why: &'static str,
    rows: Vec<ListRow>,
}

#[derive(Serialize)]
struct ListRow {
    head: String,
    text: String,
    link: Option<String>,
}

/// What the teacher has to look at.
fn lists(class: &Class) -> Vec<List> {
    let name = |id: &String| shown(class.student(id).map_or(id, |student| &student.name));
    let undecided = class.submissions().filter(|(_, one)| grade(&one.result).is_none()).map(|(student, one)| ListRow {
        head: format!("{}, {}", shown(&student.name), one.exercise),
        text: shown(one.result.notes.first().map_or(words::verdict(one.result.verdict), String::as_str)),
        link: Some(link(&student.id, &one.exercise)),
    });
    let missing =
        class.missing().map(|student| ListRow { head: shown(&student.name), text: String::new(), link: None });
    let same = class.duplicates.iter().map(|same| ListRow {
        head: same.exercise.clone(),
        text: same.students.iter().map(name).collect::<Vec<_>>().join(", "),
        link: None,
    });
    let refused = |not_attempted: bool| {
        let those = class.refused.iter().filter(move |file| file.not_attempted == not_attempted);
        those.map(|file| ListRow { head: shown(&file.origin), text: shown(&file.why), link: None }).collect()
    };
    [
        List {
            title: "To be graded again",
            why: "The measurement could not decide, or the fault was ours. Nobody has a zero for it.",
            rows: undecided.collect(),
        },
        List { title: "Missing", why: "On the roster, and nothing was handed in.", rows: missing.collect() },
        List {
            title: "The same content",
            why: "Several students handed in the same file, byte for byte. What that means is yours to judge.",
            rows: same.collect(),
        },
        List { title: "Refused", why: "Files that were not graded.", rows: refused(false) },
        List { title: "Not tried", why: "The starter as it was, or nothing but blanks.", rows: refused(true) },
    ]
    .into_iter()
    .filter(|list| !list.rows.is_empty())
    .collect()
}

fn shown(text: &str) -> String {
    words::cut(&harmless(text), MOST).0.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{lists, numbers};
    use crate::report::class::Refused;
    use crate::report::samples::class;

    #[test]
    fn a_starter_that_nobody_touched_is_not_refused() {
        let mut class = class();
        let starter = Refused { origin: "eve.py".to_owned(), not_attempted: true, ..class.refused[0].clone() };
        class.refused.push(starter);
        let numbers = numbers(&class);
        let number = |name| numbers.iter().find(|number| number.name == name).map(|number| number.value);
        assert_eq!((number("refused"), number("not tried")), (Some(1), Some(1)));
        let listed: Vec<_> = lists(&class)
            .into_iter()
            .filter(|list| ["Refused", "Not tried"].contains(&list.title))
            .map(|list| (list.title, list.rows.into_iter().map(|row| row.head).collect::<Vec<_>>()))
            .collect();
        assert_eq!(listed, [("Refused", vec!["finn.zip".to_owned()]), ("Not tried", vec!["eve.py".to_owned()])]);
    }
}
