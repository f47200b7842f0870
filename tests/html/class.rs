//! The page of a class: what it shows, sorts and finds, and where it leads.

use std::path::{Path, PathBuf};

use grade::check::verdict::{Status, Verdict};
use grade::report::Single;
use grade::report::class::{Class, Duplicate, Refused, Student, Submission, result_path};
use grade::report::html::{Whose, class_page, submission_page};
use serde_json::json;

use crate::browser::Browser;
use crate::{Page, stories};

/// A class of so many, of every fate.
pub(crate) fn of(students: usize) -> Class {
    let story = stories::lost_update();
    let student = |number: usize| {
        let mut result = story.result.clone();
        match number % 7 {
            0 => result.verdict = Verdict::Inconclusive,
            3 => {
                result.verdict = Verdict::GraderError;
                result.notes.push("a worker died twice".to_owned());
            }
            1 | 2 => {
                result.verdict = Verdict::Passed;
                result.score = result.max_score;
                result.checks.iter_mut().for_each(|check| check.status = Status::Passed);
            }
            _ => {}
        }
        let submission = Submission {
            exercise: "ex07_race".to_owned(),
            origin: format!("s {number}/ex07_race/main.rs"),
            late: number.is_multiple_of(5),
            digest: "ab".repeat(32),
            result,
        };
        Student {
            id: format!("s {number}#%"),
            name: if number == 5 {
                "<script>window.pwned=1</script>\u{202e}".to_owned()
            } else {
                format!("Student {number}")
            },
            roster: (!number.is_multiple_of(9)).then(Vec::new),
            submissions: if number % 6 == 5 { Vec::new() } else { vec![submission] },
        }
    };
    let students: Vec<Student> = (0..students).map(student).collect();
    Class {
        course: "Concurrency".to_owned(),
        graded_at: "2026-11-20T10:00:00Z".to_owned(),
        version: "0.1.0".to_owned(),
        roster: vec!["student".to_owned()],
        possible: Vec::new(),
        exercises: vec![story.facts],
        duplicates: vec![Duplicate {
            exercise: "ex07_race".to_owned(),
            digest: "ab".repeat(32),
            students: students.iter().take(2).map(|student| student.id.clone()).collect(),
        }],
        refused: vec![Refused {
            student: None,
            exercise: None,
            origin: "<b>x</b>.zip".to_owned(),
            why: "it is no archive".to_owned(),
            not_attempted: false,
        }],
        pending: Vec::new(),
        students,
    }
}

/// The largest class that a page must bear: everybody handed in each of 22 exercises, as [`of`] has them for one, and one in
/// twenty a file more that was refused.
fn large() -> Class {
    let small = of(1_000);
    let exercise = |number: usize| format!("ex{number:02}_of_the_course");
    let handed_in = |student: &Student| {
        let one = student.submissions.first();
        let of_exercise =
            |number| one.map(|one| Submission { exercise: exercise(number), digest: "cd".repeat(32), ..one.clone() });
        (1..=22).filter_map(of_exercise).collect()
    };
    let facts = (1..=22).map(|number| grade::report::class::ExerciseFacts {
        id: exercise(number),
        title: format!("The exercise {number}"),
        ..small.exercises[0].clone()
    });
    let refused = small.students.iter().step_by(20).map(|student| Refused {
        student: Some(student.id.clone()),
        exercise: None,
        origin: format!("{}.zip", student.id),
        why: "it is no archive".to_owned(),
        not_attempted: false,
    });
    Class {
        exercises: facts.collect(),
        refused: refused.collect(),
        students: small
            .students
            .iter()
            .map(|student| Student { submissions: handed_in(student), ..student.clone() })
            .collect(),
        ..small
    }
}

#[test]
fn a_class_of_a_thousand_in_22_exercises_is_sorted_searched_and_filtered() {
    let text = class_page(&large());
    assert!(text.len() < 5 << 20, "{} bytes", text.len());
    let mut page = Page::open("large-class", &text);
    assert_eq!((page.count("#class tbody tr"), page.count("#class thead th")), (1_000, 24));
    assert!(page.fits(), "the table scrolls by itself");
    let shown = "[...document.querySelectorAll('#class tbody tr')].filter(r => !r.hidden).map(r => r.cells[0].querySelector('bdi').textContent)";
    page.run(
        "(s => { s.value = 'student 33'; s.dispatchEvent(new Event('input')) })(document.getElementById('search'))",
    );
    let found = page.run(shown);
    assert_eq!(found.as_array().map(Vec::len), Some(19), "33 is anywhere in the name: {found}");
    page.run("(s => { s.value = ''; s.dispatchEvent(new Event('input')) })(document.getElementById('search'))");
    page.run("document.querySelectorAll('#class thead th button')[22].click()");
    page.run("document.querySelector('[data-filter=missing]').click()");
    assert_eq!(page.text("#found"), "166 of 1000 students");
    page.run("document.querySelector('[data-filter=missing]').click()");
    // Wherever one is in it, who it is and which exercise are seen.
    page.run("(w => { w.scrollTop = 9000; w.scrollLeft = 900 })(document.querySelector('.wide'))");
    let seen = "(() => { const box = document.querySelector('.wide').getBoundingClientRect(); const near = (a, b) => Math.abs(a - b) < 3; \
                const head = document.querySelectorAll('#class thead th')[12].getBoundingClientRect(); \
                const name = document.querySelectorAll('#class tbody tr')[300].cells[0].getBoundingClientRect(); \
                const corner = document.querySelector('#class thead th').getBoundingClientRect(); \
                return [box.height <= innerHeight, near(head.top, box.top), near(name.left, box.left), near(corner.top, box.top) && near(corner.left, box.left)] })()";
    assert_eq!(page.run(seen), json!([true, true, true, true]));
    page.is_quiet();
}

#[test]
fn the_class_is_sorted_searched_and_filtered() {
    let mut page = Page::open("class", &class_page(&of(40)));
    let names = "[...document.querySelectorAll('#class tbody tr')].filter(r => !r.hidden).map(r => r.cells[0].querySelector('bdi').textContent)";
    assert_eq!(page.run(names).as_array().map(Vec::len), Some(40));
    page.run(
        "(s => { s.value = 'student 33'; s.dispatchEvent(new Event('input')) })(document.getElementById('search'))",
    );
    assert_eq!(page.run(names), json!(["Student 33"]));
    assert_eq!(page.text("#found"), "1 of 40 students");
    page.run("(s => { s.value = ''; s.dispatchEvent(new Event('input')) })(document.getElementById('search'))");
    // By total: those without one stand at the end, up or down.
    let totals =
        "[...document.querySelectorAll('#class tbody tr')].map(r => r.cells[r.cells.length - 1].dataset.value)";
    for (click, up) in [(1, true), (2, false)] {
        page.run("document.querySelector('#class thead th:last-child button').click()");
        let values: Vec<String> = serde_json::from_value(page.run(totals)).expect("texts");
        let numbers: Vec<i64> =
            values.iter().take_while(|value| !value.is_empty()).map(|value| value.parse().expect("a number")).collect();
        assert!(
            numbers.len() > 20 && values[numbers.len()..].iter().all(String::is_empty),
            "click {click}: {values:?}"
        );
        assert!(numbers.windows(2).all(|pair| if up { pair[0] <= pair[1] } else { pair[0] >= pair[1] }), "{values:?}");
    }
    assert_eq!(
        page.run("document.querySelector('#class thead th:last-child').getAttribute('aria-sort')"),
        "descending"
    );
    page.run("document.querySelector('[data-filter=open]').click()");
    let open = page.run(names).as_array().map_or(0, Vec::len);
    assert!(open > 0 && open < 40, "{open}");
    assert!(page.count(".histogram rect") == 10 && page.count(".hard li") > 0);
    assert!(page.text("main").contains("The same content") && page.text("main").contains("Refused"));
    page.is_quiet();
}

#[test]
fn links_of_the_class_lead_to_pages_of_submissions_and_back() {
    let class: Class = of(3);
    let folder = tempfile::tempdir().expect("a folder");
    let story = stories::lost_update();
    for (student, submission) in class.submissions() {
        let path = result_path(&student.id, &submission.exercise, "html");
        let file = folder.path().join(&path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        let single = Single {
            facts: &story.facts,
            result: &submission.result,
            file: &submission.origin,
            shown: Some(&story.shown),
        };
        let whose = Whose { course: &class.course, student, submission, back: "../../report.html" };
        std::fs::write(file, submission_page(&single, Some(whose))).expect("a page");
    }
    std::fs::write(folder.path().join("report.html"), class_page(&class)).expect("a page");
    let mut browser = Browser::start();
    browser.open(&folder.path().join("report.html"));
    let links: Vec<String> =
        serde_json::from_value(browser.script("[...document.querySelectorAll('a.cell')].map(a => a.href)"))
            .expect("links");
    assert_eq!(links.len(), class.submissions().count());
    for link in links {
        let path = browser.script(&format!("decodeURIComponent(new URL({}).pathname)", json!(link)));
        let file = PathBuf::from(path.as_str().expect("a path"));
        assert!(file.is_file(), "{link}");
        browser.open(&file);
        let back = browser.script("decodeURIComponent(new URL(document.querySelector('.crumbs a').href).pathname)");
        assert!(Path::new(back.as_str().expect("a path")).is_file(), "{back}");
    }
}
