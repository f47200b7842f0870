use std::ops::Range;

/// Some editors begin a file with it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file that an author wrote: its name as messages show it, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    name: String,
    text: String,
}

impl SourceFile {
    /// A file called `name` that holds `text`; a byte order mark is dropped, lest it count as a column.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len_utf8());
        }
        Self { name: name.into(), text }
    }

    /// The name as messages show it: a path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the file holds.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The span moved to lie inside the text, on character boundaries.
    pub fn clamp(&self, span: Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.ceil_char_boundary(span.end.max(start));
        start..end
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(byte)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}
