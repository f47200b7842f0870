//! Who a name directly in the folder of submissions belongs to. Pure: names in, owners out.
//!
//! * **Moodle**, "Download all submissions" (`mod/assign/classes/downloader.php`): a folder a participant,
//!   `Full Name_123_assignsubmission_file` with the files below; in older versions, where `download_submissions` of
//!   `mod/assign/locallib.php` did it, with one more `_` at the end. The number is the participant's id, which the grading
//!   worksheet has as `Participant 123`; underscores of the name were made blanks. Groups are
//!   `Group name_45_…`, blind marking `Participant_123_…`. Without "Download submissions in folders" all is flat:
//!   `Full Name_123_assignsubmission_file_main.py`. `…_onlinetext` holds what was typed into a text field.
//! * **Canvas**, "Download Submissions" (`lib/content_zipper.rb`, `get_filename` and `add_upload_submission`): flat files
//!   `lastfirst_[LATE_]USERID_ATTACHMENTID_name.py`, where `lastfirst` is the sortable name in lower case without what
//!   is no word character, and is not there at all with anonymous grading: `[LATE_]anon_abc12_ATTACHMENTID_name.py`.
//!   What a student uploads again under one name Canvas calls `name-1.py`. Text and links are `…_text.html`,
//!   `…_link.html`.
//! * **GitHub Classroom**, `gh classroom clone student-repos`: `ASSIGNMENT-submissions/ASSIGNMENT-username`, each a git
//!   repository.
//! * **Gradescope**, "Export Submissions": a folder a submission, `submission_12345`, and `submission_metadata.yml`, which
//!   says whose they are: several people's when they handed in as a group.
//! * Anything else is a student's own folder or archive: `alice`, `alice.zip`.

mod canvas;
mod classroom;
mod gradescope;
mod moodle;

pub(super) use classroom::Repositories;
pub(super) use gradescope::{Export, LARGEST, METADATA};

use super::archive::Format;
use super::exercises::Exercises;
use super::place;

/// The number that a platform knows a student by; on two platforms the same number is two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// Canvas' user id.
    Canvas(String),
    /// Moodle's participant id, of one assignment.
    Moodle(String),
}

/// Who something directly in the folder belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// What the student is called by it: `alice`, `Ada Lovelace_123`, `lovelaceada_4711`.
    pub(super) original: String,
    /// The platform's number of the student.
    pub(super) number: Option<Number>,
    /// The name or login in it.
    pub(super) person: String,
    /// What else the platform calls them: a number, an address.
    pub(super) words: Vec<String>,
    /// Whether the platform says that it is late.
    pub(super) late: bool,
    /// The platform's number of the upload.
    pub(super) upload: u64,
    /// The name of the file as the student gave it, when it is a file.
    pub(super) file: Option<String>,
    /// The exercise that it is for unless its path says another, by id.
    pub(super) hint: Option<String>,
}

impl Owner {
    fn plain(name: &str) -> Self {
        Self {
            original: name.to_owned(),
            number: None,
            person: name.to_owned(),
            words: Vec::new(),
            late: false,
            upload: 0,
            file: None,
            hint: None,
        }
    }
}

/// What a name directly in the folder says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It belongs to this student.
    Owned(Owner),
    /// It is not for grading: hidden, a text field's content, a document.
    Nothing,
    /// It is a program or an archive of programs, and nobody's.
    NoStudent,
}

/// Who a folder belongs to.
pub(super) fn of_folder(name: &str, repositories: &Repositories, exercises: &Exercises) -> Said {
    if place::is_ignored(name) {
        return Said::Nothing;
    }
    if let Some(said) = moodle::folder(name) {
        return said;
    }
    Said::Owned(repositories.owner(name, exercises).unwrap_or_else(|| Owner::plain(name)))
}

/// Who a file belongs to.
pub(super) fn of_file(name: &str, exercises: &Exercises) -> Said {
    if name.starts_with('.') {
        return Said::Nothing;
    }
    let graded = place::language_of(name).is_some() || Format::by_name(name).is_some();
    if !graded {
        return Said::Nothing;
    }
    if let Some(owner) = moodle::file(name).or_else(|| canvas::file(name)) {
        return Said::Owned(owner);
    }
    let stem = Format::stem(name);
    match Format::by_name(name) {
        // An archive of all students, or a program that was put beside their folders.
        Some(_) if exercises.exactly(stem).is_none() => Said::Owned(Owner::plain(stem)),
        _ => Said::NoStudent,
    }
}
