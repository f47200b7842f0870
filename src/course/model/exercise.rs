use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Spec;

/// A whole course: its title, chapters and exercises in the order in which they are taken.
#[derive(Clone, Debug)]
pub struct Course {
    /// The folder that holds `exercises`, `solutions` and `graders`.
    pub root: PathBuf,
    /// The course's title.
    pub title: String,
    /// Its chapters, in order.
    pub chapters: Vec<Chapter>,
    /// Its exercises, in order.
    pub exercises: Vec<Exercise>,
}

/// A chapter of the course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// The chapter's title.
    pub title: String,
    /// The ids of its exercises, in order.
    pub exercises: Vec<String>,
}

/// One exercise of a course.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Its folder's name, such as `ex07_race`.
    pub id: String,
    /// Its number, such as 7.
    pub number: u32,
    /// The chapter's title that it stands in.
    pub chapter: String,
    /// Ids of exercises that should be passed before.
    pub prerequisites: Vec<String>,
    /// The task's folder: `exercises/exNN_name`.
    pub task: PathBuf,
    /// The reference's folder: `solutions/exNN_name`.
    pub solution: PathBuf,
    /// The grader's folder: `graders/exNN_name`.
    pub grader: PathBuf,
    /// The validated `spec.toml`.
    pub spec: Spec,
}

impl Exercise {
    /// The languages that it is set in: those with a reference or a starter, given or recorded. One is enough.
    pub fn languages(&self) -> Vec<Language> {
        let starters = self.grader.join("starter");
        let is_set = |language: &Language| {
            [&self.solution, &self.task, &starters].iter().any(|folder| folder.join(language.file_name()).is_file())
        };
        Language::ALL.into_iter().filter(is_set).collect()
    }
}

/// A language that submissions are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust, `main.rs`.
    Rust,
    /// Python, `main.py`.
    Python,
}

impl Language {
    /// Both languages, in the order in which they are tried.
    pub const ALL: [Self; 2] = [Self::Rust, Self::Python];

    /// The file name of a submission: `main.rs` or `main.py`.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Rust => "main.rs",
            Self::Python => "main.py",
        }
    }

    /// The extension without its dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::Python => "py",
        }
    }

    /// The name as the command line and reports say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
