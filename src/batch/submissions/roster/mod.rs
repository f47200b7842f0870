//! The list of a course's students, as a learning platform or a person wrote it.
//!
//! Header and rows are kept as they were, so that a report can write the same table back with grades in it. Which
//! columns say who somebody is, is told by the header.

mod apart;
mod columns;
mod lookup;
mod parse;

pub(super) use lookup::Lookup;

pub use columns::{Columns, RosterFormat};

/// A table of students.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    /// Whose table it is.
    pub format: RosterFormat,
    /// Which columns say what.
    pub columns: Columns,
    /// The header, as it was.
    pub header: Vec<String>,
    /// All rows below it as they were, those that are no students (Canvas' `Points Possible`) too. As long as the
    /// header each, unless the file had longer ones.
    pub rows: Vec<Vec<String>>,
    /// Which rows are students.
    pub students: Vec<RosterStudent>,
}

impl Roster {
    /// Canvas' row of points possible, one cell a column.
    pub fn possible(&self) -> Option<&[String]> {
        let name = self.columns.name.filter(|_| self.format == RosterFormat::Canvas)?;
        let is_it = |row: &&Vec<String>| row.get(name).is_some_and(|text| text.trim() == "Points Possible");
        self.rows.iter().find(is_it).map(Vec::as_slice)
    }
}

/// One row of a roster that is a student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterStudent {
    /// The row, from 0.
    pub row: usize,
    /// What the student is called in this course: the column `student`, else a login, else an id, else the name.
    pub key: String,
    /// What their row calls them: the key, unless several are called so and another column tells them apart.
    pub called: String,
    /// The person's name, as written.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The section or group.
    pub section: Option<String>,
    /// What else the student may be called: every cell of a column that identifies.
    pub ids: Vec<String>,
    /// The platform's own number: Canvas' `ID`, the number of `Participant 123` in Moodle's worksheet.
    pub number: Option<String>,
}
