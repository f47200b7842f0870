use crate::check::verdict::{ExerciseResult, Status, Verdict};
use crate::report::single::Single;
use crate::report::words;

/// How many annotations of one level a step shows.
const MOST: usize = 10;
/// The most characters of a message: what is longer is not read in a margin.
const MOST_MESSAGE: usize = 4_000;

/// One annotation before it is written.
struct Annotation {
    level: &'static str,
    line: Option<u32>,
    title: String,
    message: String,
}

/// The annotations of some results, a line each: an error for what failed, a warning for what could not be decided
/// (nobody's failure), a notice for what passed. Where there are more than GitHub shows, the last says how many.
///
/// The message of what a program or compiler wrote cannot become a command: line breaks in it are escaped, and each
/// annotation is one line that begins with ours.
pub fn annotations(singles: &[Single<'_>]) -> String {
    let all: Vec<(&Single<'_>, Annotation)> =
        singles.iter().flat_map(|single| of(single.result).into_iter().map(move |found| (single, found))).collect();
    let mut text = String::new();
    for level in ["error", "warning", "notice"] {
        let found: Vec<_> = all.iter().filter(|(_, annotation)| annotation.level == level).collect();
        let shown = if found.len() > MOST { MOST - 1 } else { found.len() };
        for (single, annotation) in &found[..shown] {
            let line = annotation.line.map_or_else(String::new, |line| format!(",line={line}"));
            let file = property(single.file);
            let title = property(&annotation.title);
            let message = data(words::cut(&annotation.message, MOST_MESSAGE).0.trim_end());
            text.push_str(&format!("::{level} file={file}{line},title={title}::{message}\n"));
        }
        if found.len() > shown {
            let more = found.len() - shown;
            text.push_str(&format!("::{level} title=grade::and {more} more: the step's summary has all of them\n"));
        }
    }
    text
}

fn of(result: &ExerciseResult) -> Vec<Annotation> {
    let title = |what: &str| format!("{}: {what}", result.exercise);
    let whole = |level, line| Annotation {
        level,
        line,
        title: title(words::verdict(result.verdict)),
        message: words::summary(result),
    };
    match result.verdict {
        Verdict::Passed => vec![whole("notice", None)],
        Verdict::GraderError => vec![whole("warning", None)],
        Verdict::BuildFailed => vec![Annotation {
            message: words::build_output(result),
            ..whole("error", error_line(&result.build.output))
        }],
        Verdict::Failed | Verdict::Inconclusive => result
            .checks
            .iter()
            .filter_map(|check| {
                let level = match check.status {
                    Status::Failed => "error",
                    Status::Inconclusive | Status::Unobserved => "warning",
                    Status::Passed | Status::Skipped => return None,
                };
                Some(Annotation { level, line: None, title: title(&check.name), message: words::explanation(check) })
            })
            .collect(),
    }
}

/// The line of the first error that the compiler names: ` --> main.rs:3:5` of rustc, `File "main.py", line 3` of Python.
fn error_line(output: &str) -> Option<u32> {
    output.lines().find_map(|line| {
        let line = line.trim_start();
        if let Some(place) = line.strip_prefix("--> ") {
            return place.rsplit(':').nth(1)?.parse().ok();
        }
        let rest = line.strip_prefix("File \"")?.rsplit_once("\", line ")?.1;
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    })
}

/// Escapes a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property's value.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::{annotations, error_line};
    use crate::check::verdict::ExerciseResult;
    use crate::report::samples::{
        build_failed_result, facts, failed_check, failed_result, our_fault_result, result, single, undecided_result,
    };
    use crate::report::single::Single;

    #[test]
    fn errors_are_what_failed_and_warnings_what_was_not_decided() {
        let facts = facts();
        let results = [failed_result(), undecided_result(), build_failed_result(), our_fault_result(), result()];
        let singles: Vec<_> = results.iter().map(|result| single(&facts, result)).collect();
        assert_snapshot!(annotations(&singles));
    }

    #[test]
    fn github_shows_ten_of_a_level_and_the_last_says_how_many_more_there_are() {
        let facts = facts();
        let result = ExerciseResult { checks: vec![failed_check(); 25], ..failed_result() };
        let text = annotations(&[single(&facts, &result)]);
        assert_eq!(text.lines().count(), 10);
        assert!(text.lines().last().is_some_and(|line| line.contains("and 16 more")), "{text}");
    }

    #[test]
    fn what_a_program_wrote_cannot_be_a_command() {
        let facts = facts();
        let hostile = "x\n::stop-commands::pause\r\n::add-mask::secret,a:b%0A::error::";
        let mut result = failed_result();
        result.checks[1].message = hostile.to_owned();
        result.checks[1].name = hostile.to_owned();
        result.checks[1].evidence[0].text = hostile.to_owned();
        let text = annotations(&[Single { file: "a,line=9::b\n.rs", ..single(&facts, &result) }]);
        assert_eq!(text.lines().count(), 1, "{text}");
        let head = text.strip_prefix("::error ").and_then(|rest| rest.split("::").next()).expect("a command");
        assert_eq!(head.split(',').count(), 2, "file and title: {head}");
    }

    #[test]
    fn the_line_is_where_the_compiler_says() {
        assert_eq!(error_line("error: x\n --> src/main.rs:3:5\n"), Some(3));
        assert_eq!(error_line("  File \"main.py\", line 12\n    x ="), Some(12));
        assert_eq!(error_line("error: linking failed"), None);
    }
}
