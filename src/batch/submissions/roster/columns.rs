/// Whose table a roster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterFormat {
    /// Somebody's own: `student,name,email,section`.
    Plain,
    /// Canvas' gradebook export: `Student,ID,SIS User ID,SIS Login ID,Section,…`, with a row of points possible.
    Canvas,
    /// Moodle's grade export: `First name,Last name,ID number,Institution,Department,Email address,…`.
    Moodle,
    /// Moodle's grading worksheet: `Identifier,Full name,Email address,Status,Grade,Maximum Grade,…`.
    MoodleWorksheet,
}

/// The columns of a roster that are known, by their place in the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// What names the student in this course: `student`, `SIS Login ID`, `Username`.
    pub key: Option<usize>,
    /// The whole name.
    pub name: Option<usize>,
    /// First and last name, where they stand apart.
    pub first_and_last: Option<(usize, usize)>,
    /// The e-mail address.
    pub email: Option<usize>,
    /// The section or group.
    pub section: Option<usize>,
    /// Other columns that identify: `ID`, `SIS User ID`, `Identifier`, `ID number`, `github_username`.
    pub ids: Vec<usize>,
    /// The platform's own number of a student: Canvas' `ID`, Moodle's `Identifier`.
    pub number: Option<usize>,
    /// Where a grade is written in Moodle's worksheet.
    pub grade: Option<usize>,
}

impl Columns {
    /// What a header says.
    pub(super) fn of(header: &[String]) -> (RosterFormat, Self) {
        let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let at = |wanted: &[&str]| wanted.iter().find_map(|wanted| names.iter().position(|name| name == wanted));
        let first_and_last = at(&["firstname", "givenname"]).zip(at(&["lastname", "surname", "familyname"]));
        let format = if at(&["student"]).is_some() && at(&["id"]).is_some() && at(&["sisloginid", "section"]).is_some()
        {
            RosterFormat::Canvas
        } else if at(&["identifier"]).is_some() && at(&["fullname"]).is_some() {
            RosterFormat::MoodleWorksheet
        } else if first_and_last.is_some() && at(&["emailaddress", "idnumber"]).is_some() {
            RosterFormat::Moodle
        } else {
            RosterFormat::Plain
        };
        let canvas = format == RosterFormat::Canvas;
        let key = match format {
            RosterFormat::Canvas => at(&["sisloginid", "sisuserid", "id"]),
            RosterFormat::MoodleWorksheet => at(&["username", "idnumber", "emailaddress", "identifier"]),
            RosterFormat::Moodle => at(&["username", "idnumber", "emailaddress"]),
            RosterFormat::Plain => {
                at(&["student", "username", "login", "githubusername", "userid", "studentid", "id", "email"])
            }
        };
        let identifying = [
            "id",
            "studentid",
            "userid",
            "sisuserid",
            "sisloginid",
            "integrationid",
            "identifier",
            "idnumber",
            "participantid",
            "username",
            "login",
            "githubusername",
            "github",
            "githubid",
        ];
        let columns = Self {
            key,
            name: if canvas { at(&["student"]) } else { at(&["name", "fullname", "displayname"]) },
            first_and_last,
            email: at(&["email", "emailaddress"]),
            section: at(&["section", "group", "groups", "department"]),
            ids: (0..names.len()).filter(|place| identifying.contains(&names[*place].as_str())).collect(),
            number: match format {
                RosterFormat::Canvas => at(&["id"]),
                RosterFormat::MoodleWorksheet => at(&["identifier"]),
                RosterFormat::Moodle | RosterFormat::Plain => None,
            },
            grade: at(&["grade"]).filter(|_| format == RosterFormat::MoodleWorksheet),
        };
        (format, columns)
    }
}

/// A column's name without case, spaces and what a spreadsheet puts in front.
fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
