/// Why something that was handed in is not graded. The student's affair, never a failure of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedReason {
    /// The file is the starter, unchanged.
    #[error("not attempted: it is the starter, unchanged")]
    NotAttempted,
    /// The file holds nothing.
    #[error("not attempted: the file is empty")]
    Empty,
    /// Both languages were handed in, and both differ from the starter.
    #[error("both main.rs and main.py were changed: two languages at once")]
    TwoLanguages,
    /// Several files could be meant.
    #[error("several files could be the program: {}", .0.join(", "))]
    Ambiguous(Vec<String>),
    /// It is for an exercise that nobody can tell.
    #[error("no exercise is told by its name, as it is by `ex07.py` or `ex07/main.py`")]
    UnknownExercise,
    /// A student's folder or archive with files, and no program among them.
    #[error("no Rust or Python program is in it")]
    NoProgram,
    /// It belongs to no student.
    #[error("no student is told by its name")]
    NoStudent,
    /// A symbolic link, in a folder or an archive; or a hard link in an archive.
    #[error("it is a link: only regular files are read")]
    Link,
    /// A device, a pipe, a socket.
    #[error("it is no regular file")]
    Special,
    /// It could not be opened or read.
    #[error("failed to read it: {0}")]
    Unreadable(String),
    /// A limit was reached.
    #[error("{}", too_much(what, *most))]
    TooMuch {
        /// Of what: `size of a program in bytes`.
        what: &'static str,
        /// The limit.
        most: u64,
    },
    /// An archive that is not one, or is broken.
    #[error("the archive cannot be read: {0}")]
    BadArchive(String),
    /// A kind of archive that is not read.
    #[error("this kind of archive is not read: hand in a .zip or .tar.gz")]
    UnsupportedArchive,
    /// An archive in an archive.
    #[error("an archive inside an archive is not read")]
    NestedArchive,
    /// An entry of an archive that leads out of it, or whose name no file can have.
    #[error("its name in the archive is not a plain relative path")]
    UnsafePath,
    /// An entry that needs a password.
    #[error("it is encrypted")]
    Encrypted,
    /// An entry that another one has the name of.
    #[error("the archive holds several files of this name")]
    Duplicate,
    /// The archive says one thing in one place and another in another.
    #[error("the archive contradicts itself: {0}")]
    Contradiction(String),
}

impl RefusedReason {
    /// Whether it says that the student did not try, rather than that something is wrong.
    pub const fn is_not_attempted(&self) -> bool {
        matches!(self, Self::NotAttempted | Self::Empty)
    }
}

/// `a program may have at most 1 MiB`, `entries: more than 10000`.
fn too_much(what: &str, most: u64) -> String {
    match what.strip_prefix("bytes of ") {
        Some(what) if most >= 1 << 20 => format!("too large: {what} may have at most {} MiB", most >> 20),
        Some(what) => format!("too large: {what} may have at most {most} bytes"),
        None => format!("{what}: more than {most}"),
    }
}
