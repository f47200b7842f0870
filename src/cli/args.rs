use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::batch::BatchArgs;
use super::explore::ExploreArgs;
use super::report::ReportArgs;
use super::trace::TraceArgs;
use crate::course::model::Language;

/// The whole command line, as it was typed.
#[derive(Debug, Parser)]
#[command(
    name = "grade",
    version,
    about = "Grades concurrency exercises by watching what the program really does",
    after_help = "Start here:\n  grade            the course, what is done, what is next\n  grade show ex01  read a task\n  grade ex01       grade your work\n\nExit status: 0 all passed, 1 something did not pass, 2 usage, 3 invalid course,\n4 this machine cannot do it, 70 a bug of ours, 130 interrupted.",
    disable_help_subcommand = true,
    subcommand_value_name = "COMMAND"
)]
pub struct Cli {
    /// What to do other than grading.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to grade.
    #[command(flatten)]
    pub grade: GradeArgs,
    /// What holds for every command.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// What holds for every command.
#[derive(Args, Clone, Copy, Debug)]
pub struct GlobalArgs {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = ColorArg::Auto, value_name = "WHEN", help_heading = "Everywhere")]
    pub color: ColorArg,
    /// Say only what was asked for: no progress, one line a result
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Everywhere")]
    pub quiet: bool,
    /// Say more: the checks that passed, the whole trace of what failed
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Everywhere")]
    pub verbose: u8,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    #[expect(clippy::doc_markdown, reason = "the help is plain text")]
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A subcommand.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the exercises and what is done
    List,
    /// Read an exercise's task
    Show(ShowArgs),
    /// Get a hint, one more each time it is asked for
    Hint(ExerciseArg),
    /// Bring back an exercise's starter; what you had is kept
    Reset(ResetArgs),
    /// Say which exercise comes next
    Next,
    /// Grade an exercise again whenever its file changes
    Watch(WatchArgs),
    /// Write the exercises into a folder of yours
    Init(InitArgs),
    /// Read the reference solution, once you have passed
    Solution(SolutionArgs),
    /// Run any program under the engine and show what it did
    Trace(TraceArgs),
    Explore(ExploreArgs),
    Batch(BatchArgs),
    Report(ReportArgs),
    /// Check the course: solutions pass, starters and wrong submissions fail as declared
    Verify(AuthorArgs),
    /// Record the snapshots again from the reference solutions
    Bless(AuthorArgs),
    /// Say what this machine offers and what that means
    Doctor,
    /// Print the JSON Schema of a file format
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print a manual page
    Man(ManArgs),
}

/// One exercise.
#[derive(Args, Debug)]
pub struct ExerciseArg {
    /// The exercise: ex07, ex7, 7, race or its whole name
    #[arg(value_name = "EXERCISE")]
    pub exercise: String,
}

/// What to grade, and how.
#[derive(Args, Clone, Debug, Default)]
pub struct GradeArgs {
    /// What to grade: ex07, ex7, 7, race, its whole name, or all
    #[arg(value_name = "EXERCISE")]
    pub exercises: Vec<String>,
    /// Grade this file instead of the one in `exercises`
    #[arg(long, value_name = "PATH", requires = "exercises", conflicts_with = "solution")]
    pub file: Option<PathBuf>,
    /// Which of the two files, when both were changed
    #[arg(long, value_enum, value_name = "LANGUAGE", requires = "exercises")]
    pub lang: Option<LanguageArg>,
    /// Grade the reference solution
    #[arg(long, requires = "exercises")]
    pub solution: bool,
    /// Whose clock the program sees: ours, which jumps over sleeps, or the machine's
    #[arg(long, value_enum, value_name = "CLOCK", requires = "exercises")]
    pub clock: Option<ClockArg>,
    /// Whether submissions run in a sandbox
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub sandbox: SandboxArg,
    /// Run each case under this many schedules (default: what the exercise says)
    #[arg(long, value_name = "N", requires = "exercises", conflicts_with = "schedule", value_parser = clap::value_parser!(u32).range(1..))]
    pub schedules: Option<u32>,
    /// Run each case under this one schedule: replays a failure
    #[arg(long, value_name = "SEED", requires = "exercises")]
    pub schedule: Option<u64>,
    /// How to write the result
    #[arg(long, value_enum, value_name = "FORMAT", requires = "exercises")]
    pub format: Option<Format>,
    /// Where to write the result (default: standard output)
    #[arg(long, value_name = "FILE", requires = "exercises")]
    pub out: Option<PathBuf>,
    /// How many runs at once (default: as many as the machine has CPUs)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

/// A submission's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LanguageArg {
    /// main.rs
    #[value(alias = "rs")]
    Rust,
    /// main.py
    #[value(alias = "py")]
    Python,
}

impl From<LanguageArg> for Language {
    fn from(language: LanguageArg) -> Self {
        match language {
            LanguageArg::Rust => Self::Rust,
            LanguageArg::Python => Self::Python,
        }
    }
}

/// Whose clock the program sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClockArg {
    /// Ours: it jumps over sleeps and does not depend on how busy the machine is
    Virtual,
    /// The machine's: sleeps take as long as they take
    Wall,
}

/// Whether programs run in a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SandboxArg {
    /// As well as this machine can
    #[default]
    Auto,
    /// Only in one with files, processes and a network of its own
    Require,
    /// Not at all: a program may do what you may do
    Off,
    /// By Landlock, also where there is better: for tests
    #[value(hide = true)]
    Landlock,
}

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// For programs, `grade/result/v1`: an object for each exercise, each on a line of its own
    Json,
    /// JUnit XML, for continuous integration
    Junit,
    /// Gradescope's results.json
    Gradescope,
    /// Classroom 50's result.json, in the environment of its runner
    Classroom50,
    /// Exercism's results.json, version 3
    Exercism,
    /// Annotations for GitHub Actions, and the step's summary
    Github,
    /// Markdown
    Markdown,
    /// A web page with the timeline of the run
    Html,
}

impl Format {
    /// Whether each result is written as soon as it is there, rather than one document of all at the end.
    pub(crate) const fn is_written_at_once(self) -> bool {
        matches!(self, Self::Human | Self::Json)
    }
}

/// Arguments of `show`.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// The exercise
    #[command(flatten)]
    pub exercise: ExerciseArg,
    /// The task in this language, where the course has it: en, ru
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub text: String,
}

/// Arguments of `reset`.
#[derive(Args, Debug)]
pub struct ResetArgs {
    /// The exercise
    #[command(flatten)]
    pub exercise: ExerciseArg,
    /// Only this language's file
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<LanguageArg>,
}

/// Arguments of `watch`.
#[derive(Args, Debug)]
pub struct WatchArgs {
    /// The exercise
    #[command(flatten)]
    pub exercise: ExerciseArg,
    /// Which of the two files, when both were changed
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<LanguageArg>,
    /// Whose clock the program sees
    #[arg(long, value_enum, value_name = "CLOCK")]
    pub clock: Option<ClockArg>,
}

/// Arguments of `init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// The folder; it is made when it is not there
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

/// Arguments of `solution`.
#[derive(Args, Debug)]
pub struct SolutionArgs {
    /// The exercise
    #[command(flatten)]
    pub exercise: ExerciseArg,
    /// The solution in this language (default: the one that you passed in)
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<LanguageArg>,
    /// Also before you have passed
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `verify` and `bless`.
#[derive(Args, Debug)]
pub struct AuthorArgs {
    /// The exercises (default: all)
    #[arg(value_name = "EXERCISE")]
    pub exercises: Vec<String>,
    /// Only this language
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<LanguageArg>,
    /// Whose clock the programs see
    #[arg(long, value_enum, value_name = "CLOCK")]
    pub clock: Option<ClockArg>,
    /// Whether submissions run in a sandbox
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub sandbox: SandboxArg,
    /// How many runs at once (default: as many as the machine has CPUs)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

/// Arguments of `schema`.
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// Which format
    #[arg(value_enum, default_value_t = SchemaArg::Spec, value_name = "FORMAT")]
    pub format: SchemaArg,
}

/// A file format that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaArg {
    /// spec.toml
    Spec,
    /// grade/result/v1, what `--format json` writes
    Result,
    /// grade/trace/v1, each line of what `trace --format jsonl` writes
    Trace,
    /// grade/explore/v1, what `explore --format json` writes
    Explore,
}

/// Arguments of `man`.
#[derive(Args, Debug)]
pub struct ManArgs {
    /// The page of this command, such as batch (default: that of grade itself)
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    pub command: Option<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}
