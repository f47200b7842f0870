//! Values that name a case's arguments or variables: each is tried for every case that its check looks at.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::cases::KnownCase;
use super::scalar;
use super::scene::Scene;
use crate::clock::VirtualDuration;
use crate::course::keys::OperandKind;
use crate::course::model::{Operand, OperandError, Scope};
use crate::course::raw::{Section, Value, excerpt};
use crate::course::suggest;

/// An operand and what it is in each case.
#[derive(Debug)]
pub(super) struct Tried {
    /// The operand.
    pub operand: Operand,
    /// Where it is written.
    pub span: Range<usize>,
    /// Its value in each case, as a number (nanoseconds for a duration), where it is one and the case is known. One
    /// entry a case of the scene; just one without a `$`.
    pub values: Vec<Option<f64>>,
    /// Whether it is the same in each case.
    pub constant: bool,
}

impl Tried {
    /// Its number in a case, by the case's place in the scene.
    pub(super) fn number(&self, case: usize) -> Option<f64> {
        *self.values.get(if self.constant { 0 } else { case })?
    }
}

/// A line is in question, so `$pid` and `$tid` are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    Known,
    Unknown,
}

impl Scene<'_> {
    /// Reads an operand and tries it for every case; reports what fails.
    pub(super) fn operand(&self, value: Value<'_>, kind: OperandKind, writer: Writer) -> Option<Tried> {
        let word = value.word()?;
        let (text, span) = (word.get_ref(), word.span());
        let operand = match Operand::parse(text) {
            Ok(operand) => operand,
            Err(error) => {
                let mistake = self.mistakes.error(span, format!("{} cannot be read", excerpt(text)), error.to_string());
                let help = "`$1` is the case's first argument, `$#` their number, `$*` all of them, `$name` a variable, \
                            `$$` a dollar sign; `${1}s` where letters follow";
                self.mistakes.add(mistake.help(help));
                return None;
            }
        };
        let constant = !text.contains('$');
        if constant {
            let resolved = operand.resolve(Scope { args: &[], vars: &BTreeMap::new(), writer: None }).ok()?;
            let values = vec![self.constant(&resolved, &span, kind).ok()?];
            return Some(Tried { operand, span, values, constant });
        }
        let mut values = Vec::new();
        let mut failed: Option<(&KnownCase, Failure)> = None;
        for case in self.cases {
            if !case.complete {
                values.push(None);
                continue;
            }
            match try_in(&operand, case, kind, writer) {
                Ok(number) => values.push(number),
                Err(failure) => {
                    failed.get_or_insert((case, failure));
                }
            }
        }
        if let Some((case, failure)) = failed {
            self.report(&word, case, &failure, kind);
            return None;
        }
        Some(Tried { operand, span, values, constant })
    }

    /// The operand of a key.
    pub(super) fn operand_of(
        &self,
        section: &Section<'_>,
        key: &'static str,
        kind: OperandKind,
        writer: Writer,
    ) -> Option<Tried> {
        self.operand(section.value(key)?, kind, writer)
    }

    /// The field values that `only` asks for; each of the events has those fields.
    pub(super) fn only(&self, section: &Section<'_>, events: &[&Spanned<String>]) -> Option<BTreeMap<String, Operand>> {
        let mut only = BTreeMap::new();
        let mut good = !section.is_broken("only");
        for field in section.value("only").and_then(|only| only.fields()).unwrap_or_default() {
            good &= self.events.field_of_all(events, &field.name, self.mistakes);
            match field.value.and_then(|value| self.operand(value, OperandKind::Text, Writer::Known)) {
                Some(tried) => {
                    only.insert(field.name.into_inner(), tried.operand);
                }
                None => good = false,
            }
        }
        good.then_some(only)
    }

    /// The number that a text without `$` is, if it need be one; an `Err` is reported.
    fn constant(&self, text: &str, span: &Range<usize>, kind: OperandKind) -> Result<Option<f64>, Reported> {
        if kind == OperandKind::Duration {
            return scalar::duration(text, span.clone(), self.mistakes).map(|it| Some(nanos(it))).ok_or(Reported);
        }
        number(text, kind).map_err(|why| {
            let message = format!("{} is {}", excerpt(text), no_number(kind));
            let mistake = self.mistakes.error(span.clone(), message, why);
            self.mistakes
                .add(mistake.help("write a number, or an operand such as `\"$1\"` for the case's first argument"));
            Reported
        })
    }

    fn report(&self, word: &Spanned<String>, case: &KnownCase, failure: &Failure, kind: OperandKind) {
        let (written, title) = (excerpt(word.get_ref()), case.title());
        let (message, label, help) = match failure {
            Failure::Operand(OperandError::NoArgument { wanted, given }) => {
                let has = match given {
                    0 => "no arguments".to_owned(),
                    1 => "1 argument".to_owned(),
                    _ => format!("{given} arguments"),
                };
                (
                    format!("there is no `${wanted}` in {title}"),
                    format!("this case has {has}"),
                    "add the argument to the case, or let the check look at other cases only: `cases = [\"…\"]`"
                        .to_owned(),
                )
            }
            Failure::Operand(OperandError::NoVariable(name)) => {
                let vars: Vec<&str> = case.case.vars.keys().map(String::as_str).collect();
                let mut known = vars.clone();
                known.extend(["pid", "tid"]);
                let help = match suggest::nearest(name, &known) {
                    Some(near) => format!("did you mean `${near}`?"),
                    None if vars.is_empty() => {
                        format!(
                            "give the case the variable: `vars = {{ {name} = \"…\" }}`; `${{1}}s` where letters follow"
                        )
                    }
                    None => format!("the variables of this case are {}", suggest::list(&vars)),
                };
                (format!("there is no variable `{name}` in {title}"), "this case does not set it".to_owned(), help)
            }
            Failure::Operand(OperandError::NoWriter(name)) => (
                format!("`${name}` cannot be used here"),
                "no line is in question, so nobody wrote it".to_owned(),
                "use it in `only`, or in `equals` or `one_of` of a `field` check".to_owned(),
            ),
            Failure::Operand(error) => {
                (format!("{written} cannot be read"), error.to_string(), "see `grade schema`".to_owned())
            }
            Failure::Value(value, why) => (
                format!("{written} is {} in {title}, which is {}", excerpt(value), no_number(kind)),
                why.clone(),
                match kind {
                    OperandKind::Duration => {
                        "a duration has a unit: `\"${1}s\"` is the first argument in seconds".to_owned()
                    }
                    _ => "give the case another argument, or let the check look at other cases only: `cases = [\"…\"]`"
                        .to_owned(),
                },
            ),
        };
        let mut mistake = self.mistakes.error(word.span(), message, label);
        if let Some(span) = case.span() {
            mistake = mistake.see(span, "the case is defined here");
        }
        self.mistakes.add_relative(mistake.help(help));
    }
}

/// A mistake that is among the mistakes already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported;

/// Why an operand is of no use in a case.
enum Failure {
    Operand(OperandError),
    /// What it is, and why that will not do.
    Value(String, String),
}

fn try_in(operand: &Operand, case: &KnownCase, kind: OperandKind, writer: Writer) -> Result<Option<f64>, Failure> {
    let writer = (writer == Writer::Known).then_some((1, 1));
    let scope = Scope { args: &case.case.args, vars: &case.case.vars, writer };
    let value = operand.resolve(scope).map_err(Failure::Operand)?;
    if value.contains("$http") {
        return Ok(None);
    }
    if kind == OperandKind::Duration {
        let duration: Result<VirtualDuration, _> = value.parse();
        return match duration {
            Ok(duration) => Ok(Some(nanos(duration))),
            Err(error) => Err(Failure::Value(value, error.to_string())),
        };
    }
    number(&value, kind).map_err(|why| Failure::Value(value, why))
}

fn number(text: &str, kind: OperandKind) -> Result<Option<f64>, String> {
    match kind {
        OperandKind::Text | OperandKind::Duration => Ok(None),
        OperandKind::Count => match text.parse::<u32>() {
            Ok(number) => Ok(Some(f64::from(number))),
            Err(_) if text.starts_with('-') => Err("this is negative".to_owned()),
            Err(_) if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() => {
                Err("this is too large".to_owned())
            }
            Err(_) => Err("a whole number is expected here".to_owned()),
        },
        OperandKind::Number => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err("a number is expected here".to_owned()),
        },
    }
}

fn no_number(kind: OperandKind) -> &'static str {
    match kind {
        OperandKind::Count => "no count",
        OperandKind::Number => "no number",
        OperandKind::Duration => "no duration",
        OperandKind::Text => "no text",
    }
}

#[expect(clippy::cast_precision_loss, reason = "only compared with other bounds that an author wrote")]
fn nanos(duration: VirtualDuration) -> f64 {
    duration.as_nanos() as f64
}
