use serde::{Deserialize, Serialize};

/// What a program was refused since it had used all that it may. It is told so by an error of a call, and may go on:
/// this ends no run, and says why one ended badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Refused {
    /// Of what it wanted more.
    pub what: Refusable,
    /// How much of it there is, in what that counts.
    pub most: u64,
}

/// What there is only so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refusable {
    /// Bytes of all files of a folder.
    FileBytes,
    /// Bytes of one file.
    FileSize,
    /// How many files and folders.
    Files,
    /// How many files a process has open.
    OpenFiles,
    /// Bytes of memory that a process asks for.
    Memory,
}

impl Refused {
    /// In words, with the program as `it`.
    pub fn words(self) -> String {
        let most = self.most;
        let mebibytes = || most >> 20;
        match self.what {
            Refusable::FileBytes => format!("it used all of its {} MiB of files", mebibytes()),
            Refusable::FileSize => format!("it wanted to write more than {} MiB to one file", mebibytes()),
            Refusable::Files => format!("it made all of the {most} files and folders that it may"),
            Refusable::OpenFiles => format!("it had all of the {most} files open that it may"),
            Refusable::Memory => format!("it wanted more than {} MiB of memory at once", mebibytes()),
        }
    }
}
