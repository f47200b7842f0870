use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Severity};

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Coloured,
}

/// Draws diagnostics as cargo and rustc do, sorted by file and place, then a line that counts them: `3 mistakes in
/// graders/ex07_race/spec.toml`. Ends in a newline, unless there is nothing to draw.
pub fn render(diagnostics: &[Diagnostic], style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut drawn = String::new();
    for diagnostic in &sorted {
        drawn.push_str(&renderer.render(&[group(diagnostic)]));
        drawn.push_str("\n\n");
    }
    for of_file in sorted.chunk_by(|a, b| a.source.name() == b.source.name()) {
        let _ = writeln!(drawn, "{}", summary(of_file));
    }
    drawn
}

fn group(diagnostic: &Diagnostic) -> Group<'_> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(one_line(&diagnostic.message));
    let group = match &diagnostic.primary {
        None => title.element(Origin::path(diagnostic.source.name())),
        Some(primary) => {
            let label = |text: &str| (!text.is_empty()).then(|| one_line(text));
            let mut snippet = Snippet::source(diagnostic.source.text())
                .path(diagnostic.source.name())
                .annotation(AnnotationKind::Primary.span(primary.span.clone()).label(label(&primary.text)));
            for context in &diagnostic.context {
                let annotation = AnnotationKind::Context.span(context.span.clone()).label(label(&context.text));
                snippet = snippet.annotation(annotation);
            }
            title.element(snippet)
        }
    };
    group.elements(diagnostic.helps.iter().map(|help| Level::HELP.message(one_line(help))))
}

/// An author's text that is quoted in a message may hold newlines or escape sequences.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn summary(diagnostics: &[&Diagnostic]) -> String {
    let name = diagnostics.first().map_or("", |first| first.source.name());
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let say = |number: usize, noun: &str| match number {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{number} {noun}s")),
    };
    let parts: Vec<String> = [say(count(Severity::Error), "mistake"), say(count(Severity::Warning), "warning")]
        .into_iter()
        .flatten()
        .collect();
    format!("{} in {name}", parts.join(" and "))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Style, render};
    use crate::diag::{Diagnostic, SourceFile};

    #[test]
    fn diagnostics_are_drawn_in_the_order_of_the_file_and_counted() {
        let source = Arc::new(SourceFile::new("a.toml", "one = 1\ntwo = 2\n"));
        let drawn = render(
            &[
                Diagnostic::error(&source, "second").at(8..11, "here").see(0..3, "and here").help("way out"),
                Diagnostic::warning(&source, "first").at(0..3, ""),
            ],
            Style::Plain,
        );
        insta::assert_snapshot!(drawn, @"
        warning: first
         --> a.toml:1:1
          |
        1 | one = 1
          | ^^^

        error: second
         --> a.toml:2:1
          |
        1 | one = 1
          | --- and here
        2 | two = 2
          | ^^^ here
          |
          = help: way out

        1 mistake and 1 warning in a.toml
        ");
    }

    #[test]
    fn a_span_beyond_the_text_or_inside_a_character_is_moved() {
        let source = Arc::new(SourceFile::new("a.toml", "é"));
        for span in [0..1, 1..1, 1..9, 7..9, 2..2] {
            let diagnostic = Diagnostic::error(&source, "x").at(span, "y");
            assert!(render(&[diagnostic], Style::Plain).contains("a.toml:1:"));
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named_without_a_line() {
        let source = Arc::new(SourceFile::new("gone.toml", ""));
        let drawn = render(&[Diagnostic::error(&source, "no such file\u{1b}[31m")], Style::Plain);
        assert!(drawn.contains("--> gone.toml") && drawn.ends_with("1 mistake in gone.toml\n"), "{drawn}");
        assert!(!drawn.contains('\u{1b}'), "{drawn}");
    }
}
