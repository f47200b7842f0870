/// A table: which keys it may have.
#[derive(Debug)]
pub(in crate::course) struct Shape {
    /// What it is, as a message says it: `a check`.
    pub name: &'static str,
    /// What one of its keys is: `key`, or `kind of check` or `language` where that says more.
    pub noun: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// The keys.
    pub keys: &'static [Key],
    /// More keys, of which just one must be there: the kinds of a check.
    pub one_of: &'static [Key],
    /// How one is written.
    pub example: &'static str,
}

impl Shape {
    /// All keys that may be written.
    pub(in crate::course) fn all_keys(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().chain(self.one_of)
    }

    /// The key of this name.
    pub(in crate::course) fn key(&self, name: &str) -> Option<&'static Key> {
        self.all_keys().find(|key| key.name == name)
    }
}

/// A key of a table.
#[derive(Debug)]
pub(in crate::course) struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub of: Type,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub doc: &'static str,
    /// How its value is written, as TOML.
    pub example: &'static str,
}

impl Key {
    /// A key that may be left out.
    pub(super) const fn optional(name: &'static str, of: Type, example: &'static str, doc: &'static str) -> Self {
        Self { name, of, required: false, doc, example }
    }

    /// A key that must be there.
    pub(super) const fn required(name: &'static str, of: Type, example: &'static str, doc: &'static str) -> Self {
        Self { name, of, required: true, doc, example }
    }
}

/// What a value is.
#[derive(Debug)]
pub(in crate::course) enum Type {
    /// A string.
    Text,
    /// A whole number between two bounds.
    Integer(i64, i64),
    /// A number, perhaps with decimals.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A string such as `2s`.
    Duration,
    /// A string such as `512MiB`.
    Size,
    /// A string that is a regular expression.
    Regex,
    /// One of a few words.
    Choice(&'static [Choice]),
    /// A value that may name a case's arguments and variables.
    Operand(OperandKind),
    /// An array.
    List(&'static Type),
    /// A table.
    Table(&'static Shape),
    /// An array of tables, each written as `[[name]]`.
    Tables(&'static Shape),
    /// A table whose keys the author chooses.
    Map(&'static Type),
    /// Either of these.
    Either(&'static [Type]),
}

/// A word that may be chosen.
#[derive(Debug)]
pub(in crate::course) struct Choice {
    /// The word.
    pub word: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// What an operand stands for once it is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::course) enum OperandKind {
    /// A whole number that is not negative.
    Count,
    /// A number, perhaps with decimals.
    Number,
    /// A duration.
    Duration,
    /// Any text.
    Text,
}
