//! Kinds that look at the run or the source as a whole: `exit`, `deadlock`, `snapshot`, `source`.

use nix::sys::signal::Signal;

use super::super::scalar;
use super::super::scene::Scene;
use super::relations::TOLERANCE;
use crate::course::model::{ExitCheck, SnapshotCheck, SnapshotMode, Source, SourceRules};
use crate::course::raw::{Section, Value, excerpt};
use crate::course::suggest;

impl Scene<'_> {
    pub(super) fn exit(&self, value: Value<'_>, check: &Section<'_>) -> Option<ExitCheck> {
        let Some(table) = value.section() else {
            let code = check.integer("exit")?;
            return Some(ExitCheck { code: i32::try_from(*code.get_ref()).ok(), signal: None });
        };
        match (table.key_span("code"), table.key_span("signal")) {
            (Some(code), Some(signal)) => {
                let message = "a program leaves with a code or by a signal, not both";
                let mistake = self.mistakes.error(signal, message, "a signal").see(code, "and a code");
                self.mistakes.add(mistake.help("keep one of the two"));
                None
            }
            (None, None) => {
                if !table.has_unknown_keys() {
                    let mistake =
                        self.mistakes.error(table.span.clone(), "`exit` claims nothing", "nothing here can fail");
                    table.add_missing(mistake.help("write `exit = 0`, or `exit = { signal = \"SIGKILL\" }`"));
                }
                None
            }
            (Some(_), None) => {
                Some(ExitCheck { code: i32::try_from(*table.integer("code")?.get_ref()).ok(), signal: None })
            }
            (None, Some(_)) => Some(ExitCheck { code: None, signal: Some(self.signal(&table)?) }),
        }
    }

    fn signal(&self, table: &Section<'_>) -> Option<i32> {
        let name = table.filled_text("signal")?;
        if let Ok(signal) = name.get_ref().parse::<Signal>() {
            return Some(signal as i32);
        }
        let names: Vec<&str> = Signal::iterator().map(Signal::as_str).collect();
        let full = format!("SIG{}", name.get_ref().to_uppercase().trim_start_matches("SIG"));
        let message = format!("unknown signal {}", excerpt(name.get_ref()));
        let mistake = self.mistakes.error(name.span(), message, "no such signal");
        self.mistakes.add(mistake.help(match suggest::nearest(&full, &names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "signals are written as in `man 7 signal`: `SIGKILL`, `SIGTERM`, `SIGABRT`, `SIGSEGV`".to_owned(),
        }));
        None
    }

    pub(super) fn snapshot(&self, table: &Section<'_>) -> Option<SnapshotCheck> {
        let tolerance = match scalar::duration_of(table, "tolerance") {
            Some(tolerance) => Some(tolerance.into_inner()),
            None => (!table.has("tolerance")).then_some(TOLERANCE),
        };
        let mode = match table.choice("mode")? {
            "times" => SnapshotMode::Times,
            "order" => SnapshotMode::Order,
            _ => SnapshotMode::Exact,
        };
        if let (Some(span), SnapshotMode::Order | SnapshotMode::Exact) = (table.key_span("tolerance"), mode) {
            let message = "`tolerance` says nothing without `mode = \"times\"`";
            let mistake = self.mistakes.error(span, message, "times are not compared");
            self.mistakes.add(mistake.help("remove it, or write `mode = \"times\"`"));
        }
        Some(SnapshotCheck { mode, tolerance: tolerance? })
    }

    pub(super) fn source(&self, table: &Section<'_>) -> Option<Source> {
        let rules = |language: &'static str| match table.value(language).and_then(|value| value.section()) {
            Some(rules) => self.rules(&rules),
            None => (!table.has(language)).then(SourceRules::default),
        };
        let (rust, python) = (rules("rust"), rules("python"));
        if !table.has("rust") && !table.has("python") && !table.has_unknown_keys() {
            let mistake = self.mistakes.error(table.span.clone(), "`source` claims nothing", "nothing here can fail");
            table.add_missing(mistake.help("add `rust` or `python`: `source.rust = { must = [\"thread::spawn\"] }`"));
        }
        Some(Source { rust: rust?, python: python? })
    }

    fn rules(&self, table: &Section<'_>) -> Option<SourceRules> {
        let mut names = Vec::new();
        for key in ["must", "must_not"] {
            let texts = table.texts(key).unwrap_or_default();
            for text in &texts {
                if text.get_ref().trim().is_empty() || text.get_ref().contains(char::is_whitespace) {
                    let message = format!("{} is no name", excerpt(text.get_ref()));
                    let mistake =
                        self.mistakes.error(text.span(), message, "a name or a path of names is expected here");
                    self.mistakes.add(mistake.help("for example `thread::spawn` or `asyncio.gather`"));
                }
            }
            names.push(texts);
        }
        let [must, must_not] = names.as_slice() else { return None };
        if must.is_empty()
            && must_not.is_empty()
            && !table.has_unknown_keys()
            && !table.is_broken("must")
            && !table.is_broken("must_not")
        {
            let mistake = self.mistakes.error(table.span.clone(), "these rules claim nothing", "no name in them");
            table.add_missing(
                mistake.help("name something: `must = [\"thread::spawn\"]`, `must_not = [\"process::exit\"]`"),
            );
        }
        for name in must {
            if let Some(other) = must_not.iter().find(|other| other.get_ref() == name.get_ref()) {
                let message = format!("{} is both asked for and forbidden", excerpt(name.get_ref()));
                let mistake =
                    self.mistakes.error(other.span(), message, "forbidden here").see(name.span(), "asked for here");
                self.mistakes.add(mistake.help("remove one of the two"));
            }
        }
        let plain = |names: &[toml::Spanned<String>]| names.iter().map(|name| name.get_ref().clone()).collect();
        Some(SourceRules { must: plain(must), must_not: plain(must_not) })
    }
}
