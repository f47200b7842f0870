//! `JUnit` XML, as continuous integration reads it: a suite a graded exercise, a case a check.
//!
//! The elements are those of the [Jenkins schema][jenkins] and, suite by suite, of [Surefire's][surefire]: Jenkins' xUnit
//! plugin refuses a file that is not of its schema. A failed check is a `failure` with its message and everything that shows
//! it; one that was not looked at or cannot be seen here is `skipped`; what could not be decided, or is our own fault, is an
//! `error`: never a failure of the student's. The verdict and the points are properties of the suite, since neither schema
//! has any in a case; a suite's properties have different names, which some readers insist on. All checks judge the same
//! runs, so the suite has the time and its cases have none.
//!
//! Readers tell cases apart by class and name, so in a class the student's name is a part of the class, as a package is.
//!
//! [jenkins]: https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
//! [surefire]: https://github.com/apache/maven-surefire/blob/master/maven-surefire-plugin/src/site/resources/xsd/surefire-test-report.xsd

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::class::Class;
use super::{Standing, words};
use crate::check::verdict::{CheckResult, ExerciseResult, Status, Verdict};

/// The document of some results of one person.
pub fn document<'a>(results: impl IntoIterator<Item = &'a ExerciseResult>) -> String {
    let mut report = Report::new("grade");
    report.add_test_suites(results.into_iter().map(|result| suite(&result.exercise, &result.exercise, result)));
    written(&report)
}

/// The document of a class: a suite a submission, named `student/exercise`. What was handed in and could not be graded has
/// one with an error in it.
pub fn class_document(class: &Class) -> String {
    let mut report = Report::new(xml(&class.course));
    let pairs = class.students.iter().flat_map(|one| class.exercises.iter().map(move |exercise| (one, exercise)));
    for (student, exercise) in pairs {
        let name = format!("{}/{}", student.id, exercise.id);
        let class_name = format!("{}.{}", student.id, exercise.id);
        let standing = class.standing(student, &exercise.id);
        let mut suite = match &standing {
            Standing::Graded(submission) => suite(&name, &class_name, &submission.result),
            Standing::Refused(_) | Standing::Pending => ungraded(&name, &class_name, &exercise.id, &standing),
            Standing::NotAttempted(_) | Standing::Missing => continue,
        };
        suite.add_property(Property::new("student", xml(&student.id)));
        if let Standing::Graded(submission) = standing {
            suite.add_property(Property::new("origin", xml(&submission.origin)));
            if submission.late {
                suite.add_property(Property::new("late", "true"));
            }
        }
        report.add_test_suite(suite);
    }
    written(&report)
}

/// The suite of what was handed in and has no result: an error, as it is no failure that was seen.
fn ungraded(name: &str, class_name: &str, exercise: &str, standing: &Standing<'_>) -> TestSuite {
    let mut suite = TestSuite::new(xml(name));
    suite.add_property(Property::new("exercise", xml(exercise)));
    let key = standing.key().unwrap_or_default();
    suite.add_property(Property::new("verdict", key));
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(key);
    let reasons = xml(&standing.reasons().join("\n"));
    status.set_message(reasons.clone());
    status.set_description(reasons);
    suite.add_test_case(test_case(class_name, "it was graded", status));
    suite
}

fn test_case(class_name: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(xml(name), status);
    case.set_classname(xml(class_name));
    case.set_time(Duration::ZERO);
    case
}

fn written(report: &Report) -> String {
    let text = report.to_string().expect("plain text is written without an error");
    // The root has no such count in the schema. It is the first of the text: a quote in a name is written otherwise.
    let mut text = text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn suite(name: &str, class_name: &str, result: &ExerciseResult) -> TestSuite {
    let mut suite = TestSuite::new(xml(name));
    let mut property = |name: &str, value: &str| {
        suite.add_property(Property::new(name, xml(value)));
    };
    property("exercise", &result.exercise);
    property("language", result.language.name());
    property("verdict", words::verdict_key(result.verdict));
    if super::class::grade(result).is_some() {
        property("score", &result.score.to_string());
    }
    property("max_score", &result.max_score.to_string());
    if let Some(replay) = &result.replay {
        property("replay", replay);
    }
    if !result.notes.is_empty() {
        property("notes", &result.notes.join("\n"));
    }
    for check in result.checks.iter().filter(|check| matches!(check.status, Status::Passed | Status::Failed)) {
        property(&format!("points.{}", check.id), &format!("{} of {}", check.points, check.max_points));
    }
    suite.set_time(Duration::from_nanos(result.run.as_ref().map_or(0, |run| run.real) + result.build.ns));
    if let Some((name, status)) = grading(result) {
        suite.add_test_case(test_case(class_name, name, status));
    }
    suite.add_test_cases(result.checks.iter().map(|check| test_case(class_name, &check.name, outcome(check))));
    suite
}

/// What went wrong before any check: one case, so that no reader takes a suite of skipped cases for a good one.
fn grading(result: &ExerciseResult) -> Option<(&'static str, TestCaseStatus)> {
    let (name, kind, text) = match result.verdict {
        Verdict::BuildFailed => ("it builds", NonSuccessKind::Failure, words::build_output(result)),
        Verdict::GraderError => ("it was graded", NonSuccessKind::Error, words::summary(result)),
        Verdict::Passed | Verdict::Failed | Verdict::Inconclusive => return None,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(words::verdict_key(result.verdict));
    status.set_message(words::verdict(result.verdict));
    status.set_description(xml(&text));
    Some((name, status))
}

/// What a check's case says.
fn outcome(check: &CheckResult) -> TestCaseStatus {
    let mut status = match check.status {
        Status::Passed => return TestCaseStatus::success(),
        Status::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Status::Inconclusive => TestCaseStatus::non_success(NonSuccessKind::Error),
        Status::Skipped | Status::Unobserved => TestCaseStatus::skipped(),
    };
    if check.status == Status::Failed {
        status.set_type(xml(&check.id));
        status.set_message(xml(&check.message));
        status.set_description(xml(&words::explanation(check)));
        return status;
    }
    let reason = xml(&words::open_reason(check));
    if check.status == Status::Inconclusive {
        status.set_type(words::status_key(check.status));
        // GitLab shows the text of an element, Jenkins the message.
        status.set_description(reason.clone());
    }
    status.set_message(reason);
    status
}

/// A text that XML may hold: [`harmless`](super::harmless()) a line at a time, without the two code points of the plane
/// that are no characters in XML 1.0.
fn xml(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(super::harmless).collect();
    lines.join("\n").replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;
    use std::process::Command;

    use proptest::prelude::{any, proptest};

    use super::{class_document, document};
    use crate::check::verdict::ExerciseResult;
    use crate::report::class::Pending;
    use crate::report::samples::{
        build_failed_result, class, failed_check, failed_result, our_fault_result, result, undecided_result,
    };

    /// What a real XML parser reads: for each case `suite | case | outcome`.
    fn read(text: &str) -> Vec<String> {
        let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(document.root_element().tag_name().name(), "testsuites");
        let mut found = Vec::new();
        for suite in document.descendants().filter(|node| node.has_tag_name("testsuite")) {
            let count = |name: &str| suite.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
            for (attribute, element) in
                [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
            {
                assert_eq!(suite.attribute(attribute).unwrap_or("0"), count(element), "{attribute} in {text}");
            }
            for case in suite.children().filter(|node| node.has_tag_name("testcase")) {
                let outcome =
                    case.children().find(|node| ["failure", "error", "skipped"].contains(&node.tag_name().name()));
                found.push(format!(
                    "{} | {} | {}",
                    suite.attribute("name").expect("a name"),
                    case.attribute("name").expect("a name"),
                    outcome.map_or("passed", |node| node.tag_name().name())
                ));
            }
        }
        found
    }

    /// Holds a document against what Jenkins' and Surefire's schemas both take, by a real validator.
    fn conforms(text: &str) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("it is written");
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/junit.xsd");
        let output = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .args([&schema, file.path()])
            .output()
            .expect("xmllint validates the document in this test: apt-get install libxml2-utils");
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn documents_are_of_the_schemas_of_jenkins_and_surefire() {
        let noted = ExerciseResult { notes: vec!["one".to_owned(), "two".to_owned()], ..failed_result() };
        conforms(&document([&noted, &undecided_result(), &build_failed_result(), &our_fault_result(), &result()]));
        let mut class = class();
        class.course = r#"a course" skipped="1"#.to_owned();
        class.pending = vec![Pending { student: "eve".to_owned(), exercise: "ex07_race".to_owned() }];
        class.students[0].submissions[0].origin = "\u{1}\u{ffff}<é>".to_owned();
        conforms(&class_document(&class));
        conforms(&document([]));
    }

    #[test]
    fn no_two_cases_of_a_class_have_one_class_and_name_and_no_two_properties_of_a_suite_one_name() {
        let noted = ExerciseResult { notes: vec!["one".to_owned(), "two".to_owned()], ..failed_result() };
        for text in [class_document(&class()), document([&noted])] {
            let document = roxmltree::Document::parse(&text).expect("XML");
            let all_different = |mut names: Vec<String>| {
                let count = names.len();
                names.sort();
                names.dedup();
                assert!(count > 1 && names.len() == count, "{text}");
            };
            let attribute = |node: roxmltree::Node<'_, '_>, name| node.attribute(name).expect("it has one").to_owned();
            let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
            all_different(cases.map(|node| attribute(node, "classname") + "/" + &attribute(node, "name")).collect());
            for suite in document.descendants().filter(|node| node.has_tag_name("properties")) {
                let properties = suite.children().filter(|node| node.has_tag_name("property"));
                all_different(properties.map(|node| attribute(node, "name")).collect());
            }
        }
    }

    #[test]
    fn points_are_told_of_what_was_decided_alone() {
        let text = document([&undecided_result()]);
        assert!(text.contains(r#"name="points.ends-well" value="4 of 4""#), "{text}");
        assert!(!text.contains("points.elapsed"), "{text}");
    }

    #[test]
    fn each_status_is_what_continuous_integration_calls_it() {
        assert_eq!(
            read(&document([&failed_result(), &undecided_result(), &build_failed_result(), &our_fault_result()])),
            [
                "ex07_race | Check ends-well | passed",
                "ex07_race | The final value counts every update | failure",
                "ex07_race | Check as-recorded | skipped",
                "ex07_race | Check zero-points | passed",
                "ex07_race | Check ends-well | passed",
                "ex07_race | Check elapsed | error",
                "ex07_race | it builds | failure",
                "ex07_race | Check ends-well | skipped",
                "ex07_race | it was graded | error",
                "ex07_race | Check ends-well | error",
            ]
        );
    }

    #[test]
    fn a_failure_says_all_that_shows_it() {
        let text = document([&failed_result()]);
        let document = roxmltree::Document::parse(&text).expect("XML");
        let failure = document.descendants().find(|node| node.has_tag_name("failure")).expect("a failure");
        assert_eq!(failure.attribute("message"), Some(failed_check().message.as_str()));
        let body = failure.text().expect("a body");
        for part in ["expected  2", "seen      1", "two updates, schedule 17", "│ Final value is 1", "hint: "] {
            assert!(body.contains(part), "{part} in {body}");
        }
    }

    #[test]
    fn a_class_is_a_suite_a_submission() {
        let found = read(&class_document(&class()));
        assert!(
            found.contains(&"ann/ex07_race | The final value counts every update | failure".to_owned()),
            "{found:?}"
        );
        assert!(found.contains(&"cleo/ex07_race | Check elapsed | error".to_owned()), "{found:?}");
    }

    #[test]
    fn an_undecided_result_has_no_score() {
        let text = document([&undecided_result()]);
        assert!(!text.contains(r#"name="score""#), "{text}");
    }

    proptest! {
        #[test]
        fn whatever_a_program_prints_is_well_formed(text in any::<String>(), raw in proptest::collection::vec(any::<char>(), 0..40)) {
            let raw: String = raw.into_iter().collect();
            let mut check = failed_check();
            check.message = format!("{raw}{text}\u{ffff}\0]]>");
            check.expected = Some(text.clone());
            check.evidence[0].text.clone_from(&raw);
            let result = ExerciseResult { checks: vec![check], notes: vec![raw], ..result() };
            read(&document([&result]));
        }
    }
}
