use super::{Columns, Roster, RosterFormat, RosterStudent};

/// More rows than any course has.
const MOST_ROWS: usize = 100_000;

impl Roster {
    /// Reads a table with a header. The separator is a comma, a semicolon or a tab: whichever the header has most of.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence about the file.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8: save it as CSV in UTF-8".to_owned())?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator(text))
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut records = reader.records().take(MOST_ROWS + 2);
        let mut next = || records.next().transpose().map_err(|error| format!("it is no table: {error}"));
        let header = next()?.ok_or("it is empty: it needs a header such as `student,name,email`")?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        let (format, columns) = Columns::of(&header);
        if columns.key.is_none() && columns.name.is_none() && columns.first_and_last.is_none() {
            return Err(
                "no column of its header names students: `student`, `SIS Login ID`, `Email address` …".to_owned()
            );
        }
        let mut roster = Self { format, columns, header, rows: Vec::new(), students: Vec::new() };
        while let Some(record) = next()? {
            if roster.rows.len() == MOST_ROWS {
                return Err(format!("it has more than {MOST_ROWS} rows"));
            }
            let mut row: Vec<String> = record.iter().map(str::to_owned).collect();
            row.resize(row.len().max(roster.header.len()), String::new());
            if let Some(student) = roster.student(&row) {
                roster.students.push(student);
            }
            roster.rows.push(row);
        }
        roster.tell_apart();
        Ok(roster)
    }

    /// The student that a row is, if it is one.
    fn student(&self, row: &[String]) -> Option<RosterStudent> {
        let columns = &self.columns;
        let cell = |place: usize| row.get(place).map(|text| text.trim()).filter(|text| !text.is_empty());
        let whole = columns.name.and_then(cell).map(str::to_owned);
        let apart = || {
            let (first, last) = columns.first_and_last?;
            let words: Vec<&str> = [cell(first), cell(last)].into_iter().flatten().collect();
            (!words.is_empty()).then(|| words.join(" "))
        };
        let name = whole.or_else(apart);
        // Canvas puts rows without a student between the header and the students, and a test student at the end.
        let canvas = self.format == RosterFormat::Canvas;
        if canvas && name.as_deref().is_none_or(|name| matches!(name, "Points Possible" | "Student, Test")) {
            return None;
        }
        let email = columns.email.and_then(cell).map(str::to_owned);
        let ids: Vec<String> = columns.ids.iter().filter_map(|place| cell(*place)).map(str::to_owned).collect();
        // Moodle's worksheet writes `Participant 123`, its download folders `_123_`.
        let number = columns.number.and_then(cell).map(|cell| cell.rsplit(' ').next().unwrap_or(cell).to_owned());
        let key = columns.key.and_then(cell).map(str::to_owned);
        let key = key.or_else(|| ids.first().cloned()).or_else(|| email.clone()).or_else(|| name.clone())?;
        let section = columns.section.and_then(cell).map(str::to_owned);
        let called = key.clone();
        Some(RosterStudent { row: self.rows.len(), key, called, name, email, section, ids, number })
    }
}

/// What the header is separated by.
fn separator(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    // The last of equals wins: a header of one column is as good as comma-separated.
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}
