//! Broken specs and courses, each with what an author sees: `tests/specs/NAME.toml` beside `tests/specs/NAME.snap`.
//!
//! A first line `# files: a.rs b.py` says what lies in the folder `wrong`. Files that begin with `course` are
//! `course.toml`s.

use std::fs;
use std::path::{Path, PathBuf};

use grade::course::{CourseError, SpecContext, check_course, check_spec, find_root, load_with_warnings, parse_spec};
use grade::diag::{Diagnostic, Style, render};

fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn context(text: &str) -> SpecContext {
    let files = text.lines().next().and_then(|line| line.strip_prefix("# files: "));
    SpecContext { wrong_files: files.map(|files| files.split(' ').map(str::to_owned).collect()) }
}

fn diagnostics(name: &str, text: &str) -> Vec<Diagnostic> {
    let path = format!("{name}.toml");
    if name.starts_with("course") { check_course(&path, text) } else { check_spec(&path, text, &context(text)) }
}

#[test]
fn every_broken_spec_shows_all_its_mistakes() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("specs");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (name, text) in corpus() {
        let drawn = render(&diagnostics(&name, &text), Style::Plain);
        let drawn = if drawn.is_empty() { "no mistakes\n".to_owned() } else { drawn };
        settings.bind(|| insta::assert_snapshot!(name.clone(), drawn));
    }
}

#[test]
fn the_corpus_is_broken_except_for_what_is_called_good() {
    for (name, text) in corpus() {
        let found = diagnostics(&name, &text);
        assert_eq!(found.is_empty(), name.ends_with("good"), "{name}");
    }
}

#[test]
fn every_mistake_has_a_place_and_a_way_out() {
    for (name, text) in corpus() {
        for diagnostic in diagnostics(&name, &text) {
            let (line, _) =
                diagnostic.position().unwrap_or_else(|| panic!("{name}: {} has no place", diagnostic.message));
            assert!(line <= text.lines().count().max(1), "{name}: line {line}");
            assert!(!diagnostic.helps.is_empty(), "{name}: {} has no help", diagnostic.message);
        }
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    let text = "title = 3\n";
    let found = check_spec("spec.toml", text, &SpecContext::default());
    let coloured = render(&found, Style::Coloured);
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), render(&found, Style::Plain));
}

#[test]
fn a_spec_without_mistakes_is_the_model() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/good.toml")).unwrap();
    let spec = parse_spec("good.toml", &text, &SpecContext::default()).unwrap();
    assert_eq!((spec.title.as_str(), spec.max_score(), spec.cases.len(), spec.events.len()), ("A title", 2, 1, 3));
}

#[test]
fn the_course_of_this_repository_has_no_mistakes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(find_root(&root.join("graders/ex01_threads")).as_deref(), Some(root));
    match load_with_warnings(root) {
        Ok(loaded) => assert!(loaded.warnings.is_empty(), "{}", render(&loaded.warnings, Style::Plain)),
        Err(CourseError::Invalid(found)) => panic!("{}", render(&found, Style::Plain)),
        Err(error) => panic!("{error}"),
    }
}
