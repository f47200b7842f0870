use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use crate::course::model::Case;
use crate::course::raw::{Section, Value, excerpt};
use crate::course::suggest;
use crate::diag::Mistakes;

/// A case, as other parts of the spec refer to it.
#[derive(Debug)]
pub(super) struct KnownCase {
    /// Its name, when it has one.
    pub name: Option<Spanned<String>>,
    /// The case as far as it could be read.
    pub case: Case,
    /// False when an argument or variable of it could not be read, so that nobody can say what `$1` is.
    pub complete: bool,
}

impl KnownCase {
    /// What a message calls it.
    pub(super) fn title(&self) -> String {
        self.name
            .as_ref()
            .map_or_else(|| "a case without a name".to_owned(), |name| format!("case {}", excerpt(name.get_ref())))
    }

    /// Where it is.
    pub(super) fn span(&self) -> Option<Range<usize>> {
        self.name.as_ref().map(Spanned::span)
    }
}

/// Reads every `[[case]]`.
pub(super) fn read(spec: &Section<'_>) -> Vec<KnownCase> {
    let Some(value) = spec.value("case") else { return Vec::new() };
    let sections = value.sections().unwrap_or_default();
    if sections.is_empty() {
        let mistake = spec.mistakes.error(value.span(), "the spec has no cases", "this list is empty");
        spec.mistakes.add(mistake.help("run the program at least once: `[[case]]`, then `name = \"as it is\"`"));
    }
    let cases: Vec<KnownCase> = sections.iter().map(case).collect();
    let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    for name in cases.iter().filter_map(|case| case.name.as_ref()) {
        if let Some(first) = seen.insert(name.get_ref(), name) {
            let message = format!("two cases are called {}", excerpt(name.get_ref()));
            let mistake = spec.mistakes.error(name.span(), message, "called so again here");
            let mistake = mistake.see(first.span(), "first here");
            spec.mistakes.add(mistake.help("give each case a name of its own"));
        }
    }
    cases
}

fn case(section: &Section<'_>) -> KnownCase {
    let mistakes = section.mistakes;
    let args = section.value("args");
    let mut complete = !section.is_broken("args") && !section.is_broken("vars");
    complete &= !args.is_some_and(|args| args.has_bad_item());
    let args = section.texts("args").unwrap_or_default();
    for arg in &args {
        complete &= argument(arg, mistakes);
    }
    let mut vars = BTreeMap::new();
    for field in section.value("vars").and_then(|vars| vars.fields()).unwrap_or_default() {
        variable_name(&field.name, mistakes);
        match field.value.as_ref().and_then(Value::word) {
            Some(word) => {
                vars.insert(field.name.get_ref().clone(), word.into_inner());
            }
            None => complete = false,
        }
    }
    let args: Vec<String> = args.into_iter().map(Spanned::into_inner).collect();
    let name = section.filled_text("name");
    let case = Case {
        name: name.as_ref().map(|name| name.get_ref().clone()).unwrap_or_default(),
        http: args.iter().any(|arg| arg.contains("$http")),
        args,
        stdin: section.text("stdin").map(Spanned::into_inner).unwrap_or_default(),
        vars,
        hidden: section.value("hidden").and_then(|hidden| hidden.boolean()).unwrap_or_default(),
    };
    KnownCase { name, case, complete }
}

/// Looks at an argument; false when it cannot be handed to a program.
fn argument(arg: &Spanned<String>, mistakes: &Mistakes) -> bool {
    let text = arg.get_ref();
    if text.contains('\0') {
        let mistake = mistakes.error(arg.span(), "an argument cannot hold a zero byte", "");
        mistakes.add(mistake.help("remove `\\u0000` from it"));
        return false;
    }
    for (at, _) in text.match_indices('$') {
        let word: String = text[at + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
        if word != "http" && suggest::nearest(&word, &["http"]).is_some() && !word.starts_with("http") {
            let message = format!("`${word}` means nothing in an argument");
            let mistake = mistakes.error(arg.span(), message, "the program would get it as it is");
            mistakes.add(mistake.help("did you mean `$http`, the address of the HTTP fixture?"));
            return false;
        }
    }
    true
}

fn variable_name(name: &Spanned<String>, mistakes: &Mistakes) {
    let text = name.get_ref();
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain && text.starts_with(|c: char| c.is_ascii_alphabetic()) && !matches!(text.as_str(), "pid" | "tid" | "http")
    {
        return;
    }
    let (message, label) = if matches!(text.as_str(), "pid" | "tid" | "http") {
        (format!("`${text}` has a meaning already"), "this name is taken")
    } else {
        (format!("{} cannot be the name of a variable", excerpt(text)), "letters, digits and `_` only, a letter first")
    };
    mistakes
        .add(mistakes.error(name.span(), message, label).help("for example `longest = \"3s\"`, used as `$longest`"));
}
