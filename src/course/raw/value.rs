use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::Section;
use crate::course::keys::{OperandKind, Shape, Type};
use crate::diag::Mistakes;

/// What a message calls an item of a list.
const EACH_ITEM: &str = "each item";

/// A value and what the table of keys says that it is.
#[derive(Clone, Copy, Debug)]
pub(in crate::course) struct Value<'a> {
    node: &'a Spanned<DeValue<'a>>,
    of: &'static Type,
    mistakes: &'a Mistakes,
}

/// A key that the author chose and its value.
#[derive(Clone, Debug)]
pub(in crate::course) struct Field<'a> {
    /// The key.
    pub name: Spanned<String>,
    /// The value; none when it is of a wrong type (which is reported).
    pub value: Option<Value<'a>>,
}

impl<'a> Value<'a> {
    /// Looks at a value; reports it and gives none when it is of a wrong type. `name` is what a message calls it.
    pub(super) fn read(
        node: &'a Spanned<DeValue<'a>>,
        of: &'static Type,
        name: &str,
        example: &str,
        mistakes: &'a Mistakes,
    ) -> Option<Self> {
        if accepts(of, node.get_ref()) {
            return Some(Self { node, of, mistakes });
        }
        let source = mistakes.source().text();
        let message = format!("expected {}, found {}", describe(of), describe_found(node.get_ref()));
        let mut mistake = mistakes.error(node.span(), message, format!("{name} is {}", describe(of)));
        mistake = mistake.help(way_out(of, node, source, name).unwrap_or_else(|| {
            if name == EACH_ITEM {
                format!("write each item as {}", describe(of))
            } else if example.starts_with('[') && matches!(of, Type::Tables(_)) {
                format!("write it as `{example}`")
            } else {
                format!("for example `{} = {example}`", name.trim_matches('`'))
            }
        }));
        mistakes.add(mistake);
        // One table in the place of a list of tables is read on, since it is plain what was meant.
        let one_of_list = matches!(of, Type::Tables(_)) && node.get_ref().is_table();
        one_of_list.then_some(Self { node, of, mistakes })
    }

    /// Looks at a value; gives none when it is of a wrong type, and reports nothing.
    pub(super) fn read_quietly(
        node: &'a Spanned<DeValue<'a>>,
        of: &'static Type,
        mistakes: &'a Mistakes,
    ) -> Option<Self> {
        accepts(of, node.get_ref()).then_some(Self { node, of, mistakes })
    }

    /// Its place.
    pub(in crate::course) fn span(&self) -> Range<usize> {
        self.node.span()
    }

    /// The string, when it is one.
    pub(in crate::course) fn text(&self) -> Option<Spanned<String>> {
        self.node.get_ref().as_str().map(|text| Spanned::new(self.span(), text.to_owned()))
    }

    /// The whole number, when it is one.
    pub(in crate::course) fn integer(&self) -> Option<Spanned<i64>> {
        let integer = self.node.get_ref().as_integer()?;
        let value = i64::from_str_radix(integer.as_str(), integer.radix()).ok()?;
        Some(Spanned::new(self.span(), value))
    }

    /// The number, when it is one.
    pub(in crate::course) fn number(&self) -> Option<Spanned<f64>> {
        let value = match self.node.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok()?,
            #[expect(clippy::cast_precision_loss, reason = "a bound that an author writes is small")]
            DeValue::Integer(_) => *self.integer()?.get_ref() as f64,
            _ => return None,
        };
        Some(Spanned::new(self.span(), value))
    }

    /// The truth value, when it is one.
    pub(in crate::course) fn boolean(&self) -> Option<bool> {
        self.node.get_ref().as_bool()
    }

    /// A string as it is, a number as it is written: how operands and variables are read.
    pub(in crate::course) fn word(&self) -> Option<Spanned<String>> {
        let word = match self.node.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(_) => self.integer()?.get_ref().to_string(),
            DeValue::Float(float) => float.as_str().to_owned(),
            _ => return None,
        };
        Some(Spanned::new(self.span(), word))
    }

    /// The items of a list, when it is one; those of a wrong type are reported and left out.
    pub(in crate::course) fn items(&self) -> Option<Vec<Self>> {
        let of = self.alternatives().iter().find_map(|of| if let Type::List(of) = of { Some(*of) } else { None })?;
        let array = self.node.get_ref().as_array()?;
        let read = |node| Value::read(node, of, EACH_ITEM, "\"…\"", self.mistakes);
        Some(array.iter().filter_map(read).collect())
    }

    /// Whether a list has an item of a wrong type.
    pub(in crate::course) fn has_bad_item(&self) -> bool {
        let of = self.alternatives().iter().find_map(|of| if let Type::List(of) = of { Some(*of) } else { None });
        match (of, self.node.get_ref().as_array()) {
            (Some(of), Some(array)) => array.iter().any(|node| !accepts(of, node.get_ref())),
            _ => false,
        }
    }

    /// The table, when it is one.
    pub(in crate::course) fn section(&self) -> Option<Section<'a>> {
        let shape = self.shape(|of| if let Type::Table(shape) = of { Some(*shape) } else { None })?;
        Some(Section::read(shape, self.node.get_ref().as_table()?, self.span(), self.mistakes))
    }

    /// The tables of a list of tables, when it is one.
    pub(in crate::course) fn sections(&self) -> Option<Vec<Section<'a>>> {
        let shape = self.shape(|of| if let Type::Tables(shape) = of { Some(*shape) } else { None })?;
        if let Some(table) = self.node.get_ref().as_table() {
            return Some(vec![Section::read(shape, table, self.span(), self.mistakes)]);
        }
        let array: &DeArray<'_> = self.node.get_ref().as_array()?;
        let section = |node: &'a Spanned<DeValue<'a>>| {
            Some(Section::read(shape, node.get_ref().as_table()?, node.span(), self.mistakes))
        };
        Some(array.iter().filter_map(section).collect())
    }

    /// The fields of a table whose keys the author chooses.
    pub(in crate::course) fn fields(&self) -> Option<Vec<Field<'a>>> {
        let of = self.alternatives().iter().find_map(|of| if let Type::Map(of) = of { Some(*of) } else { None })?;
        let table: &DeTable<'_> = self.node.get_ref().as_table()?;
        let field = |(key, node): (&Spanned<toml::de::DeString<'_>>, &'a Spanned<DeValue<'a>>)| {
            let name = Spanned::new(key.span(), key.get_ref().to_string());
            let example = if matches!(of, Type::Regex) { "'^ready$'" } else { "\"…\"" };
            let value = Value::read(node, of, &excerpt(key.get_ref()), example, self.mistakes);
            Field { name, value }
        };
        Some(table.iter().map(field).collect())
    }

    fn alternatives(&self) -> &'static [Type] {
        if let Type::Either(types) = self.of { types } else { std::slice::from_ref(self.of) }
    }

    fn shape(&self, pick: impl Fn(&'static Type) -> Option<&'static Shape>) -> Option<&'static Shape> {
        self.alternatives().iter().find_map(pick)
    }
}

fn accepts(of: &Type, value: &DeValue<'_>) -> bool {
    match of {
        Type::Text
        | Type::Duration
        | Type::Size
        | Type::Regex
        | Type::Choice(_)
        | Type::Operand(OperandKind::Duration) => value.is_str(),
        Type::Integer(..) => value.is_integer(),
        Type::Number => value.is_integer() || value.is_float(),
        Type::Boolean => value.is_bool(),
        Type::Operand(OperandKind::Number) => value.is_str() || value.is_integer() || value.is_float(),
        Type::Operand(OperandKind::Count | OperandKind::Text) => value.is_str() || value.is_integer(),
        Type::List(_) => value.is_array(),
        Type::Table(_) | Type::Map(_) => value.is_table(),
        Type::Tables(_) => value.as_array().is_some_and(|items| items.iter().all(|item| item.get_ref().is_table())),
        Type::Either(types) => types.iter().any(|of| accepts(of, value)),
    }
}

fn describe(of: &Type) -> String {
    match of {
        Type::Text | Type::Choice(_) => "a string".to_owned(),
        Type::Integer(..) => "an integer".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::Boolean => "`true` or `false`".to_owned(),
        Type::Duration | Type::Operand(OperandKind::Duration) => "a duration in quotes".to_owned(),
        Type::Size => "a size in quotes".to_owned(),
        Type::Regex => "a string with a regular expression".to_owned(),
        Type::Operand(OperandKind::Count) => "an integer (or a string such as `\"$1\"`)".to_owned(),
        Type::Operand(OperandKind::Number) => "a number (or a string such as `\"$1\"`)".to_owned(),
        Type::Operand(OperandKind::Text) => "a string or an integer".to_owned(),
        Type::List(of) => match of {
            Type::Text => "a list of strings".to_owned(),
            _ => "a list".to_owned(),
        },
        Type::Table(_) | Type::Map(_) => "a table".to_owned(),
        Type::Tables(_) => "a list of tables".to_owned(),
        Type::Either(types) => types.iter().map(describe).collect::<Vec<_>>().join(" or "),
    }
}

fn describe_found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The same value as it should have been written, when one can guess.
fn way_out(of: &Type, node: &Spanned<DeValue<'_>>, source: &str, name: &str) -> Option<String> {
    let written = source.get(node.span())?;
    let name = name.trim_matches('`');
    let wants_text = matches!(of, Type::Text | Type::Regex | Type::Choice(_) | Type::Operand(OperandKind::Text));
    Some(match (of, node.get_ref()) {
        (Type::Duration | Type::Operand(OperandKind::Duration), DeValue::Integer(_) | DeValue::Float(_)) => {
            format!("a duration has a unit: `\"{written}s\"`, `\"{written}ms\"`")
        }
        (Type::Size, DeValue::Integer(_) | DeValue::Float(_)) => format!("a size has a unit: `\"{written}MiB\"`"),
        (_, DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_)) if wants_text => {
            format!("put quotes round it: `\"{written}\"`")
        }
        (Type::Integer(..), DeValue::String(text)) if text.parse::<i64>().is_ok() => {
            format!("write it without quotes: `{text}`")
        }
        (Type::Integer(..), DeValue::Float(_)) => "write a whole number".to_owned(),
        (Type::Boolean, DeValue::String(text)) if matches!(&**text, "true" | "false") => {
            format!("write it without quotes: `{text}`")
        }
        (Type::List(Type::Text), DeValue::Integer(_)) => format!("put brackets and quotes round it: `[\"{written}\"]`"),
        (Type::List(_), DeValue::String(_) | DeValue::Integer(_)) => format!("put brackets round it: `[{written}]`"),
        (Type::Tables(_), DeValue::Table(_)) => format!("write `[[{name}]]`, with two brackets"),
        (Type::Table(shape), _) => format!("for example `{}`", shape.example.lines().next().unwrap_or_default()),
        _ => return None,
    })
}

/// A text of the author's in backquotes, shortened so that a message stays a line.
pub(in crate::course) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let shown: String = text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let dots = if text.chars().count() > LONGEST { "…" } else { "" };
    format!("`{shown}{dots}`")
}
